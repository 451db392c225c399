//! A run's hold on a feed, and what it writes down.
//!
//! A file is handed to an import in three steps: the import is announced, the file is put where its upload would go, the run ends.
//! Killed between any two of them, the next to take the run up finds the import by its id: with its file, and the run is over; or
//! without, and the import is withdrawn before the file is fetched anew, under another id. So no file is imported twice, and what a
//! run does that was overtaken without noticing goes nowhere.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    feed::FeedRunCause,
    ids::{FeedId, FeedRunId, ImportId},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{COLUMNS, Feed, read, schedule, term};
use crate::imports;

/// How long a run may be silent before another takes it up.
const LEASE: Duration = Duration::from_mins(1);
/// So often a run is taken up.
pub const MOST_ATTEMPTS: u32 = 5;
/// What failed in a way that passes is tried again after this long, so many times in a row; then the schedule's time comes.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);
const MOST_PAUSES: i32 = 3;

/// A run's hold on it. A later attempt has a higher number, which is what makes this one's claim void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    run: FeedRunId,
    feed: FeedId,
    attempt: i32,
}

/// What a file's server, and the file itself, said: the same again is the same file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The entity tag; over SFTP size and time of the last change.
    pub etag: Option<String>,
    /// The time of the last change, as the server wrote it.
    pub last_modified: Option<String>,
    /// The SHA-256 of the file, unpacked.
    pub sha256: Option<Vec<u8>>,
}

/// A run that was taken up.
#[derive(Debug, Clone)]
pub struct Taken {
    /// To be shown at every write.
    pub lease: Lease,
    /// Its feed.
    pub feed: Feed,
    /// The file that was imported last; nothing where that import never judged it.
    pub known: Validators,
    /// The import that an earlier attempt announced.
    pub announced: Option<ImportId>,
    /// Which attempt this is.
    pub attempt: u32,
    /// Who wanted it.
    pub cause: FeedRunCause,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The file is the one that was imported last. Its server may say something else of it now; nothing where it was not asked.
    Unchanged(Option<Validators>, Option<u64>),
    /// It was handed to the import that was announced.
    Imported,
    /// It was not fetched.
    Failed {
        /// Why.
        failure: String,
        /// Whether it may be otherwise soon.
        passing: bool,
    },
}

/// Asks for a run of every feed that is due and approved, and says when each is due next. One that is being run is not asked for again.
pub async fn start_due(tx: &SiloTx<'_>, approved: &[FeedId], now: Timestamp) -> Result<(), TenancyError> {
    const DUE: &str = "-- feeds::list_due
        SELECT id, every, hour, next_at FROM feeds
        WHERE enabled AND next_at <= $1 AND id = ANY ($2) FOR UPDATE SKIP LOCKED";
    const MOVE: &str = "-- feeds::move_due\nUPDATE feeds SET next_at = $2 WHERE id = $1";
    const START: &str = "-- feeds::start
        INSERT INTO feed_runs (id, feed_id, cause, status, created_at) VALUES ($1, $2, 'schedule', 'waiting', $3)
        ON CONFLICT DO NOTHING";
    let approved: Vec<Uuid> = approved.iter().map(|id| id.as_uuid()).collect();
    for row in tx.query(DUE, &[&now, &approved]).await? {
        let id: Uuid = row.get("id");
        let next = schedule(&row)?.next(row.get("next_at"), now);
        tx.execute_one(MOVE, &[&id, &next]).await?;
        tx.execute(START, &[&FeedRunId::generate().as_uuid(), &id, &now]).await?;
    }
    Ok(())
}

/// Takes up the run that has waited longest, unless it is somebody else's.
pub async fn claim(tx: &SiloTx<'_>, now: Timestamp) -> Result<Option<Taken>, TenancyError> {
    const SQL: &str = "-- feeds::claim
        UPDATE feed_runs
        SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, $1),
            lease_until = statement_timestamp() + make_interval(secs => $2)
        WHERE id = (
            SELECT id FROM feed_runs
            WHERE status IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until <= statement_timestamp())
            ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, feed_id, attempts, import_id, cause";
    // What an import never read was never judged: the same file may go in this time.
    let known = format!(
        "-- feeds::fetch_claimed
        SELECT {COLUMNS}, etag, last_modified, sha256,
               EXISTS (SELECT FROM imports WHERE imports.id = last_import_id AND imports.status = 'failed'
                       AND imports.failure IN ('attempts-exhausted', 'superseded', 'no-upload')) AS unread
        FROM feeds WHERE id = $1"
    );
    let Some(run) = tx.query_opt(SQL, &[&now, &LEASE.as_secs_f64()]).await? else { return Ok(None) };
    let row = tx.query_one(&known, &[&run.get::<_, Uuid>("feed_id")]).await?;
    let feed = read(&row)?;
    let attempt: i32 = run.get("attempts");
    Ok(Some(Taken {
        lease: Lease { run: run.get::<_, Uuid>("id").into(), feed: feed.id, attempt },
        known: if row.get("unread") { Validators::default() } else { validators(&row) },
        feed,
        announced: run.get::<_, Option<Uuid>>("import_id").map(Into::into),
        attempt: attempt.unsigned_abs(),
        cause: term(&run, "cause")?,
    }))
}

fn validators(row: &Row) -> Validators {
    Validators { etag: row.get("etag"), last_modified: row.get("last_modified"), sha256: row.get("sha256") }
}

/// Renews the lease; `false` when it is lost: then the run must stop without another write.
pub async fn hold(tx: &SiloTx<'_>, lease: Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- feeds::hold
        UPDATE feed_runs SET lease_until = statement_timestamp() + make_interval(secs => $3)
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    Ok(tx.execute(SQL, &[&lease.run.as_uuid(), &lease.attempt, &LEASE.as_secs_f64()]).await? == 1)
}

/// Announces the import of the file that was fetched. `false` when the lease is lost: then nothing was written.
pub async fn announce(
    tx: &SiloTx<'_>,
    taken: &Taken,
    import: ImportId,
    file: &Validators,
    bytes: u64,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- feeds::announce
        UPDATE feed_runs
        SET import_id = $3, etag = $4, last_modified = $5, sha256 = $6, bytes = $7,
            lease_until = statement_timestamp() + make_interval(secs => $8)
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    let Lease { run, attempt, .. } = taken.lease;
    let (run, id, size) = (run.as_uuid(), import.as_uuid(), i64::try_from(bytes).unwrap_or(i64::MAX));
    let Validators { etag, last_modified, sha256 } = file;
    let held = tx
        .execute(SQL, &[&run, &attempt, &id, etag, last_modified, sha256, &size, &LEASE.as_secs_f64()])
        .await?
        == 1;
    if held {
        imports::create(tx, import, taken.feed.terms.format, &taken.feed.terms.source, now).await?;
    }
    Ok(held)
}

/// Ends an import that was announced and has no file. `None` while imports are locked: to be asked again. `false` when it has begun: its file came.
pub async fn withdraw(
    tx: &SiloTx<'_>,
    import: ImportId,
    now: Timestamp,
) -> Result<Option<bool>, DatabaseError> {
    const SQL: &str = "-- feeds::withdraw
        UPDATE imports SET status = 'failed', failure = 'no-upload', finished_at = $2
        WHERE id = $1 AND status = 'awaiting_upload'";
    const GONE: &str = "-- feeds::forget_import\nUPDATE feed_runs SET import_id = NULL WHERE import_id = $1";
    if !imports::try_lock(tx).await? {
        return Ok(None);
    }
    let withdrawn = tx.execute(SQL, &[&import.as_uuid(), &now]).await? == 1;
    if withdrawn {
        tx.execute(GONE, &[&import.as_uuid()]).await?;
    }
    Ok(Some(withdrawn))
}

/// Ends a run, and lets its feed know the file. `false` when the lease is lost: then nothing was written.
pub async fn finish(
    tx: &SiloTx<'_>,
    lease: Lease,
    ended: &Ended,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- feeds::finish
        UPDATE feed_runs
        SET status = $3, failure = $4, bytes = coalesce($5, bytes), finished_at = $6, lease_until = NULL
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    const IMPORTED: &str = "-- feeds::know_imported
        UPDATE feeds
        SET etag = run.etag, last_modified = run.last_modified, sha256 = run.sha256, last_import_id = run.import_id,
            failures = 0
        FROM feed_runs run WHERE feeds.id = $1 AND run.id = $2";
    const UNCHANGED: &str = "-- feeds::know_unchanged
        UPDATE feeds
        SET etag = CASE WHEN $2 THEN $3 ELSE etag END,
            last_modified = CASE WHEN $2 THEN $4 ELSE last_modified END, failures = 0
        WHERE id = $1";
    const FAILED: &str = "-- feeds::postpone
        UPDATE feeds
        SET failures = CASE WHEN $2 AND failures < $4 THEN failures + 1 ELSE 0 END,
            next_at = CASE WHEN $2 AND failures < $4 THEN least(next_at, $3) ELSE next_at END
        WHERE id = $1";
    const LOCK: &str = "-- feeds::lock_one\nSELECT FROM feeds WHERE id = $1 FOR UPDATE";
    let (status, failure, bytes) = match ended {
        Ended::Unchanged(_, bytes) => {
            ("unchanged", None, bytes.map(|n| i64::try_from(n).unwrap_or(i64::MAX)))
        }
        Ended::Imported => ("imported", None, None),
        Ended::Failed { failure, .. } => ("failed", Some(failure.as_str()), None),
    };
    let (run, feed) = (lease.run.as_uuid(), lease.feed.as_uuid());
    // The feed before its run, as everybody else: two who lock in different orders would wait for each other.
    tx.query_opt(LOCK, &[&feed]).await?;
    if tx.execute(SQL, &[&run, &lease.attempt, &status, &failure, &bytes, &now]).await? != 1 {
        return Ok(false);
    }
    match ended {
        Ended::Imported => tx.execute_one(IMPORTED, &[&feed, &run]).await?,
        Ended::Unchanged(said, _) => {
            let Validators { etag, last_modified, .. } = said.clone().unwrap_or_default();
            tx.execute_one(UNCHANGED, &[&feed, &said.is_some(), &etag, &last_modified]).await?;
        }
        Ended::Failed { passing, .. } => {
            tx.execute_one(FAILED, &[&feed, passing, &(now + PAUSE), &MOST_PAUSES]).await?;
        }
    }
    Ok(true)
}
