//! Runs of a feed as members ask for them and read them.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    feed::{FeedRunCause, FeedRunStatus},
    ids::{FeedId, FeedRunId, ImportId},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::term;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: FeedRunId,
    /// Of which feed.
    pub feed: FeedId,
    /// Who wanted it.
    pub cause: FeedRunCause,
    /// Where it stands.
    pub status: FeedRunStatus,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// Bytes of the file, unpacked; none while it is not known.
    pub bytes: Option<u64>,
    /// The import that the file was handed to.
    pub import: Option<ImportId>,
    /// When it was asked for, or due.
    pub created_at: Timestamp,
    /// When it was first taken up.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, feed_id, cause, status, failure, bytes, import_id, created_at, started_at, finished_at";

/// Asks for a run. While one waits or runs, that one is it, and so is the one that this request asked for before.
pub async fn open_run(
    tx: &SiloTx<'_>,
    feed: FeedId,
    id: FeedRunId,
    now: Timestamp,
) -> Result<Run, TenancyError> {
    const SQL: &str = "-- feeds::open_run
        INSERT INTO feed_runs (id, feed_id, cause, status, created_at) VALUES ($1, $2, 'member', 'waiting', $3)
        ON CONFLICT DO NOTHING";
    let sql = format!(
        "-- feeds::fetch_open\nSELECT {COLUMNS} FROM feed_runs \
         WHERE feed_id = $2 AND (id = $1 OR status IN ('waiting', 'running')) ORDER BY id = $1 DESC LIMIT 1"
    );
    tx.execute(SQL, &[&id.as_uuid(), &feed.as_uuid(), &now]).await?;
    read(&tx.query_one(&sql, &[&id.as_uuid(), &feed.as_uuid()]).await?)
}

/// Runs of a feed that have not ended before `since`, newest first: those that were wanted before `before`.
pub async fn list_runs(
    tx: &SiloTx<'_>,
    feed: FeedId,
    before: Option<FeedRunId>,
    limit: usize,
    since: Timestamp,
) -> Result<Vec<Run>, TenancyError> {
    let sql = format!(
        "-- feeds::list_runs\nSELECT {COLUMNS} FROM feed_runs \
         WHERE feed_id = $1 AND ($2::uuid IS NULL OR id < $2) AND (finished_at IS NULL OR finished_at >= $4) \
         ORDER BY id DESC LIMIT $3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let before = before.map(FeedRunId::as_uuid);
    tx.query(&sql, &[&feed.as_uuid(), &before, &limit, &since]).await?.iter().map(read).collect()
}

/// One run of a feed that has not ended before `since`.
pub async fn fetch_run(
    tx: &SiloTx<'_>,
    feed: FeedId,
    id: FeedRunId,
    since: Timestamp,
) -> Result<Option<Run>, TenancyError> {
    let sql = format!(
        "-- feeds::fetch_run\nSELECT {COLUMNS} FROM feed_runs \
         WHERE feed_id = $1 AND id = $2 AND (finished_at IS NULL OR finished_at >= $3)"
    );
    tx.query_opt(&sql, &[&feed.as_uuid(), &id.as_uuid(), &since]).await?.as_ref().map(read).transpose()
}

/// How many runs ended before `cutoff`, up to `limit`.
pub async fn count_runs_before(tx: &SiloTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- feeds::count_runs_before
        SELECT count(*) AS count FROM (SELECT FROM feed_runs WHERE finished_at < $1 LIMIT $2) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes runs that ended before `cutoff`, the oldest first and at most `limit`. Returns how many.
pub async fn purge_runs(tx: &SiloTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- feeds::purge_runs
        WITH old AS MATERIALIZED (
            SELECT id FROM feed_runs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM feed_runs USING old WHERE feed_runs.id = old.id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}

fn read(row: &Row) -> Result<Run, TenancyError> {
    let status: FeedRunStatus = term(row, "status")?;
    let import = row.get::<_, Option<Uuid>>("import_id").map(ImportId::from);
    Ok(Run {
        id: row.get::<_, Uuid>("id").into(),
        feed: row.get::<_, Uuid>("feed_id").into(),
        cause: term(row, "cause")?,
        status,
        failure: row.get("failure"),
        bytes: row.get::<_, Option<i64>>("bytes").map(i64::unsigned_abs),
        // One that was announced and got no file is not the run's outcome.
        import: import.filter(|_| status == FeedRunStatus::Imported),
        created_at: row.get("created_at"),
        started_at: row.get("started_at"),
        finished_at: row.get("finished_at"),
    })
}
