//! One run of a feed: what an earlier attempt left is settled, the file is fetched, and an import gets it. Each step can be repeated.

use std::{error::Error, time::Duration};

use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use vivier_domain::ids::ImportId;
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::feeds::{self, Ended, Lease, MOST_ATTEMPTS, Taken, Validators};
use vivier_tenancy::{TenancyError, TenantScope, rooms::files::FileKey};

use crate::{
    App,
    credentials::Credentials,
    pull::{self, Pulled, Wanted, fault::Fault},
};

/// How often a lease is renewed: well before it ends.
const RENEWAL: Duration = Duration::from_secs(15);

/// Why a run stopped before its end. Another goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was silent for too long, or its feed was changed or removed.
    #[error("the lease was lost")]
    Lost,
    /// A store failed.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// What to do with an import that an earlier attempt announced cannot be told while another is going in.
    #[error("imports are locked")]
    Locked,
}

impl From<vivier_tenancy::rooms::database::DatabaseError> for RunError {
    fn from(error: vivier_tenancy::rooms::database::DatabaseError) -> Self {
        Self::Tenancy(error.into())
    }
}

impl From<RunError> for HandlerError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Tenancy(error) => Self::Tenancy(error),
            other => Self::other("a run of a feed stopped", other),
        }
    }
}

/// Carries a run out to its end.
pub async fn carry_out(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Ended, RunError> {
    let ended = steps(app, scope, taken).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    if !feeds::finish(&tx, taken.lease, &ended, app.clock.now()).await? {
        return Err(RunError::Lost);
    }
    tx.commit().await?;
    Ok(ended)
}

async fn steps(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Ended, RunError> {
    if let Some(import) = taken.announced
        && has_file(app, scope, import).await?
    {
        return Ok(Ended::Imported);
    }
    if taken.attempt > MOST_ATTEMPTS {
        return Ok(Ended::Failed { failure: "attempts-exhausted".to_owned(), passing: true });
    }
    let (bytes, file) =
        match hold_while(RENEWAL, || renew(app, scope, taken.lease), Box::pin(fetch(app, scope, taken)))
            .await??
        {
            Ok(Pulled::Unchanged) => return Ok(Ended::Unchanged(None, None)),
            Ok(Pulled::File { bytes, etag, last_modified }) => {
                let sha256 = Some(Sha256::digest(&bytes).to_vec());
                (bytes, Validators { etag, last_modified, sha256 })
            }
            Err(fault) => {
                return Ok(Ended::Failed { failure: fault.to_string(), passing: fault.is_passing() });
            }
        };
    let size = bytes.len() as u64;
    if file.sha256 == taken.known.sha256 {
        return Ok(Ended::Unchanged(Some(file), Some(size)));
    }
    // Announced before the file is there: a file never arrives unannounced.
    let import = ImportId::generate();
    announce(app, scope, taken, import, &file, size).await?;
    let files = app.tenancy.files(scope).await?;
    let (key, media_type) = (FileKey::Import(import), taken.feed.terms.format.media_type());
    let handing = Box::pin(files.put(&key, bytes, media_type));
    hold_while(RENEWAL, || renew(app, scope, taken.lease), handing).await??;
    Ok(Ended::Imported)
}

/// Whether the import that an earlier attempt announced got its file. One that did not is withdrawn, so that it never will.
async fn has_file(app: &App, scope: &TenantScope, import: ImportId) -> Result<bool, RunError> {
    if app.tenancy.files(scope).await?.size(&FileKey::Import(import)).await?.is_some() {
        return Ok(true);
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let withdrawn = feeds::withdraw(&tx, import, app.clock.now()).await?.ok_or(RunError::Locked)?;
    tx.commit().await?;
    Ok(!withdrawn)
}

async fn fetch(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Result<Pulled, Fault>, TenancyError> {
    let terms = &taken.feed.terms;
    let credentials = match terms.credentials {
        None => None,
        Some(kept) => {
            let stored = app.tenancy.secrets(scope).await?.fetch(kept.secret).await?;
            let Some(read) = stored.as_ref().and_then(Credentials::read) else {
                return Ok(Err(Fault::CredentialsMissing));
            };
            Some(read)
        }
    };
    let wanted = Wanted {
        address: &terms.address,
        credentials: credentials.as_ref(),
        host_keys: &terms.host_keys,
        known: &taken.known,
    };
    Ok(pull::pull(&app.outside, wanted).await)
}

async fn announce(
    app: &App,
    scope: &TenantScope,
    taken: &Taken,
    import: ImportId,
    file: &Validators,
    bytes: u64,
) -> Result<(), RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    if !feeds::announce(&tx, taken, import, file, bytes, app.clock.now()).await? {
        return Err(RunError::Lost);
    }
    tx.commit().await?;
    Ok(())
}

/// Renews the lease; `false` when it is lost.
async fn renew(app: &App, scope: &TenantScope, lease: Lease) -> Result<bool, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let held = feeds::hold(&tx, lease).await?;
    tx.commit().await?;
    Ok(held)
}

/// Waits for work that needs no database, and has the lease renewed meanwhile, beside it. Losing it drops the work. A renewal that fails
/// does not: the lease outlasts several, and whoever lost it without noticing is told at the next write, which then writes nothing.
async fn hold_while<T, E, R>(
    every: Duration,
    renew: impl Fn() -> R,
    work: impl Future<Output = T>,
) -> Result<T, RunError>
where
    E: Error + 'static,
    R: Future<Output = Result<bool, E>>,
{
    let losing = async {
        let mut renewal = interval(every);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            renewal.tick().await;
            match renew().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(error = telemetry::chain(&error), "a lease could not be renewed yet");
                }
            }
        }
    };
    tokio::select! {
        output = work => Ok(output),
        () = losing => Err(RunError::Lost),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        io,
        sync::atomic::{AtomicU32, Ordering},
    };

    use tokio::sync::Notify;

    use super::*;

    const OFTEN: Duration = Duration::from_millis(1);

    /// A hang fails instead of lasting.
    async fn in_time<T>(work: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(30), work).await.expect("it ends")
    }

    #[tokio::test]
    async fn work_goes_on_while_renewals_fail() {
        let (tried, enough) = (AtomicU32::new(0), Notify::new());
        let renew = || {
            // The fourth works, and two more fail behind it.
            let number = tried.fetch_add(1, Ordering::Relaxed) + 1;
            if number == 6 {
                enough.notify_one();
            }
            ready(if number == 4 { Ok(true) } else { Err(io::Error::from(io::ErrorKind::TimedOut)) })
        };
        let work = async {
            enough.notified().await;
            "done"
        };
        assert_eq!(in_time(hold_while(OFTEN, renew, work)).await.unwrap(), "done");
        assert!(tried.load(Ordering::Relaxed) >= 6);
    }

    #[tokio::test]
    async fn work_is_not_held_up_by_a_renewal_that_hangs() {
        let begun = Notify::new();
        let renew = || async {
            begun.notify_one();
            pending::<io::Result<bool>>().await
        };
        let work = async {
            begun.notified().await;
            tokio::task::yield_now().await;
            "done"
        };
        assert_eq!(in_time(hold_while(OFTEN, renew, work)).await.unwrap(), "done");
    }

    #[tokio::test]
    async fn a_lease_that_is_lost_drops_the_work() {
        let tried = AtomicU32::new(0);
        let renew = || ready(io::Result::Ok(tried.fetch_add(1, Ordering::Relaxed) < 2));
        let outcome = in_time(hold_while(OFTEN, renew, pending::<()>())).await;
        assert!(matches!(outcome, Err(RunError::Lost)), "{outcome:?}");
        assert_eq!(tried.load(Ordering::Relaxed), 3);
    }
}
