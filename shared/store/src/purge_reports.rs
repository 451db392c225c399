//! What purges removed: one row for each run, tenant and kind of data. The proof that a retention is kept.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_domain::{ids::RunId, retention::DataKind};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// What one run removed of one kind of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The run.
    pub run_id: RunId,
    /// The kind's stable name; see [`DataKind`].
    pub kind: String,
    /// Whether the run only counted.
    pub dry_run: bool,
    /// What was older than this went.
    pub cutoff: Timestamp,
    /// How many rows or items.
    pub removed: u64,
    /// How many are over and stayed, because they are held.
    pub held: u64,
    /// How many whole days went at once.
    pub days: u32,
    /// Whether nothing older than the cutoff was left, but for what is held.
    pub complete: bool,
    /// When the run was done with this kind.
    pub finished_at: Timestamp,
}

impl Report {
    fn read(row: &Row) -> Self {
        Self {
            run_id: RunId::from(row.get::<_, uuid::Uuid>("run_id")),
            kind: row.get("kind"),
            dry_run: row.get("dry_run"),
            cutoff: row.get("cutoff"),
            removed: row.get::<_, i64>("removed").unsigned_abs(),
            held: row.get::<_, i64>("held").unsigned_abs(),
            days: row.get::<_, i32>("days").unsigned_abs(),
            complete: row.get("complete"),
            finished_at: row.get("finished_at"),
        }
    }
}

/// A part of a run's work on one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The run.
    pub run_id: RunId,
    /// The kind of data.
    pub kind: DataKind,
    /// Whether the run only counts.
    pub dry_run: bool,
    /// What is older than this goes.
    pub cutoff: Timestamp,
    /// How many rows or items this part removed.
    pub removed: u64,
    /// How many it found that are over and held.
    pub held: u64,
    /// Whether nothing older than the cutoff is left.
    pub complete: bool,
    /// When the part was done.
    pub finished_at: Timestamp,
}

/// Adds a part to the run's report of its kind. In the transaction that removes the rows, so that a run that is cut
/// off has reported exactly what it removed.
pub async fn add(tx: &PoolTx<'_>, part: &Part) -> Result<(), DatabaseError> {
    const SQL: &str = "-- purge_reports::add\n\
        INSERT INTO purge_reports AS report\n\
            (tenant_id, run_id, kind, dry_run, cutoff, removed, complete, finished_at, held)\n\
        VALUES (bound_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)\n\
        ON CONFLICT (tenant_id, run_id, kind) DO UPDATE SET\n\
            removed = report.removed + excluded.removed,\n\
            held = report.held + excluded.held,\n\
            complete = excluded.complete,\n\
            finished_at = excluded.finished_at";
    let removed = i64::try_from(part.removed).unwrap_or(i64::MAX);
    let held = i64::try_from(part.held).unwrap_or(i64::MAX);
    let (run, kind) = (part.run_id.as_uuid(), part.kind.as_str());
    tx.execute_one(
        SQL,
        &[&run, &kind, &part.dry_run, &part.cutoff, &removed, &part.complete, &part.finished_at, &held],
    )
    .await
}

/// The newest reports first, those from since a moment and at most `limit`.
pub async fn list(tx: &PoolTx<'_>, limit: u32, since: Timestamp) -> Result<Vec<Report>, DatabaseError> {
    const SQL: &str = "-- purge_reports::list\n\
        SELECT run_id, kind, dry_run, cutoff, removed, held, days, complete, finished_at\n\
        FROM purge_reports\n\
        WHERE tenant_id = bound_tenant() AND finished_at >= $2\n\
        ORDER BY finished_at DESC, run_id DESC, kind\n\
        LIMIT $1";
    let rows = tx.query(SQL, &[&i64::from(limit), &since]).await?;
    Ok(rows.iter().map(Report::read).collect())
}

/// Removes reports from before `cutoff`, the oldest first and at most `limit`. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    // MATERIALIZED: see `events::purge`.
    const SQL: &str = "-- purge_reports::purge\n\
        WITH old AS MATERIALIZED (\n\
            SELECT run_id, kind FROM purge_reports\n\
            WHERE tenant_id = bound_tenant() AND finished_at < $1\n\
            ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM purge_reports AS report USING old\n\
        WHERE report.tenant_id = bound_tenant() AND report.run_id = old.run_id AND report.kind = old.kind";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}

/// How many reports are from before `cutoff`, up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- purge_reports::count_before\n\
        SELECT count(*) AS count FROM (\n\
            SELECT FROM purge_reports WHERE tenant_id = bound_tenant() AND finished_at < $1 LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}
