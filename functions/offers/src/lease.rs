//! Who may run an import, and when. Imports of one tenant go in one at a time and in the order they were announced.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};
use vivier_domain::{
    ids::ImportId,
    import::{ImportFormat, ImportSource, ImportStatus},
};
use vivier_store::{
    imports::{self, Lease, Standing},
    search_index,
};
use vivier_tenancy::rooms::{Session, SiloTx, database::DatabaseError};

use crate::error::RunError;

/// Runs that may break off before an import is given up: what kills the process five times would kill it for ever.
pub const MAXIMUM_ATTEMPTS: u32 = 5;
/// The reason of one that was taken up so often.
pub const EXHAUSTED: &str = "attempts-exhausted";

/// A lease outlives three renewals that fail.
const RENEWAL: Duration = Duration::from_secs(15);

/// What is to be done with an import now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Run,
    /// It is at its end.
    Finished,
    /// It or another import of the tenant is being run; the schedule comes back.
    Busy,
    /// It can never succeed.
    Fail(&'static str),
}

fn decide(standing: Option<&Standing>) -> Decision {
    let Some(standing) = standing else { return Decision::Finished };
    match standing.status {
        ImportStatus::Held | ImportStatus::Succeeded | ImportStatus::Failed => Decision::Finished,
        _ if standing.busy => Decision::Busy,
        // An older file must not undo what a newer one brought. Once its rows are in, only the index is left to publish,
        // and that is built from what is true now.
        _ if standing.superseded && !standing.applied => Decision::Fail("superseded"),
        _ if standing.attempts >= MAXIMUM_ATTEMPTS => Decision::Fail(EXHAUSTED),
        _ => Decision::Run,
    }
}

/// By what right a run writes and publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// It runs an import.
    Import(Lease),
    /// It brings the vectors of what was imported.
    Vectors(search_index::Lease),
}

impl Right {
    /// Renews the lease within a transaction; `false` when it is lost.
    pub async fn hold(&self, tx: &SiloTx<'_>) -> Result<bool, DatabaseError> {
        match self {
            Self::Import(lease) => imports::hold(tx, lease).await,
            Self::Vectors(lease) => search_index::hold(tx, *lease).await,
        }
    }
}

/// The right to run an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// To be shown at every write.
    pub lease: Lease,
    /// The file's form.
    pub format: ImportFormat,
    /// Where its offers come from.
    pub source: ImportSource,
    /// A member said that the feed did shrink.
    pub confirmed: bool,
    /// Whether its rows are in and only the index is left to publish.
    pub applied: bool,
}

/// The outcome of [`take`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// It is ours.
    Taken(Taken),
    /// There is nothing to do, or not now.
    Left,
    /// It can never succeed, and says so from now on.
    Failed(&'static str),
}

/// Who brings vectors locks the imports for moments: so often, and so long, that is waited for. A run that writes rows holds them longer,
/// and takes up what waits when it ends.
const TRIES: u32 = 15;
const PAUSE: Duration = Duration::from_millis(200);

/// Takes an import, if it may be run now.
pub async fn take(session: &mut Session, id: ImportId, now: Timestamp) -> Result<Take, RunError> {
    for _ in 0..TRIES {
        if let Some(taken) = try_take(session, id, now).await? {
            return Ok(taken);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Take::Left)
}

/// The same; `None` while somebody else holds the lock.
async fn try_take(session: &mut Session, id: ImportId, now: Timestamp) -> Result<Option<Take>, RunError> {
    let tx = session.begin().await?;
    if !imports::try_lock(&tx).await? {
        return Ok(None);
    }
    let standing = imports::inspect(&tx, id).await?;
    let taken = match (decide(standing.as_ref()), standing) {
        (Decision::Run, Some(Standing { format, source, confirmed, applied, .. })) => {
            let lease = imports::take(&tx, id, now).await?;
            Take::Taken(Taken { lease, format, source, confirmed, applied })
        }
        (Decision::Fail(failure), _) => {
            imports::fail(&tx, id, failure, now).await?;
            Take::Failed(failure)
        }
        _ => Take::Left,
    };
    tx.commit().await?;
    Ok(Some(taken))
}

/// Waits for work that needs no database, and renews the lease meanwhile. Losing it drops the work.
pub async fn hold_while<T>(
    session: &mut Session,
    right: &Right,
    work: impl Future<Output = T>,
) -> Result<T, RunError> {
    let mut work = std::pin::pin!(work);
    let mut renewal = interval(RENEWAL);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            output = &mut work => return Ok(output),
            _ = renewal.tick() => hold(session, right).await?,
        }
    }
}

/// Renews the lease, or learns that it is lost.
pub async fn hold(session: &mut Session, right: &Right) -> Result<(), RunError> {
    let tx = session.begin().await?;
    if !right.hold(&tx).await? {
        return Err(RunError::Lost);
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Standing {
        Standing {
            format: ImportFormat::Csv,
            source: ImportSource::of(ImportFormat::Csv),
            confirmed: false,
            status: ImportStatus::AwaitingUpload,
            attempts: 0,
            applied: false,
            busy: false,
            superseded: false,
        }
    }

    fn running() -> Standing {
        Standing { status: ImportStatus::Running, attempts: 1, ..waiting() }
    }

    #[test]
    fn who_may_run() {
        for (standing, decision, why) in [
            (waiting(), Decision::Run, "its file came"),
            (running(), Decision::Run, "its run died"),
            (Standing { busy: true, ..waiting() }, Decision::Busy, "another one runs"),
            (
                Standing { busy: true, superseded: true, ..waiting() },
                Decision::Busy,
                "nothing is decided during a run",
            ),
            (Standing { superseded: true, ..waiting() }, Decision::Fail("superseded"), "a newer file is in"),
            (
                Standing { superseded: true, ..running() },
                Decision::Fail("superseded"),
                "a newer file overtook it",
            ),
            (
                Standing { superseded: true, applied: true, ..running() },
                Decision::Run,
                "only the index is left",
            ),
            (Standing { attempts: 4, ..running() }, Decision::Run, "one attempt is left"),
            (Standing { attempts: 5, ..running() }, Decision::Fail("attempts-exhausted"), "none is left"),
            (
                Standing { attempts: 5, applied: true, ..running() },
                Decision::Fail("attempts-exhausted"),
                "none is left for the index either",
            ),
            (
                Standing { status: ImportStatus::Succeeded, ..running() },
                Decision::Finished,
                "the event came twice",
            ),
            (
                Standing { status: ImportStatus::Held, ..running() },
                Decision::Finished,
                "a member has to confirm it",
            ),
            (Standing { status: ImportStatus::Failed, ..running() }, Decision::Finished, "it failed before"),
        ] {
            assert_eq!(decide(Some(&standing)), decision, "{why}");
        }
        assert_eq!(decide(None), Decision::Finished, "a file that nobody announced");
    }
}
