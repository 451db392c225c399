//! Imports of offers: who runs one, how far it came, what it counted.
//!
//! One import of a tenant runs at a time. Every transaction that takes, continues or ends a run holds one advisory lock
//! of the tenant's database, and a run proves with its [`Lease`] that nobody took the import from it. PostgreSQL's
//! clock alone says whether a lease still holds, so machines need not agree on the time. The lock dies with its
//! connection: a process killed while it writes rows leaves nothing behind, not even a lock.

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::{GenerationId, ImportId},
    import::{ImportFormat, ImportSource, ImportStatus},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

/// How long a run may be silent before another takes its import up.
pub const LEASE: Duration = Duration::from_mins(1);

/// The most errors of rows that are kept for one import.
pub const MAXIMUM_ERRORS: u32 = 1_000;

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in the file; the sum of the four below but `closed`.
    pub read: u64,
    /// Offers that were not known.
    pub created: u64,
    /// Offers with other content, or open again.
    pub updated: u64,
    /// Offers as they were.
    pub unchanged: u64,
    /// Offers the file no longer has.
    pub closed: u64,
    /// Rows that were refused.
    pub rejected: u64,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id; ids follow the order in which imports were announced.
    pub id: ImportId,
    /// The file's form.
    pub format: ImportFormat,
    /// Where its offers come from.
    pub source: ImportSource,
    /// Where it stands.
    pub status: ImportStatus,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// What became of the rows.
    pub counts: Counts,
    /// The index it published.
    pub index_generation: Option<GenerationId>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its first run began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// Something wrong with one row: where and what, never what stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column, or `row` for the row as a whole.
    pub field: &'static str,
    /// A stable word.
    pub code: String,
}

/// An error of a row as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredError {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column, or `row` for the row as a whole.
    pub field: String,
    /// A stable word.
    pub code: String,
}

/// The right to run one import, until somebody else takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    import: ImportId,
    // Which attempt this is. A later attempt has a higher number, which is what makes this one's claim void.
    attempt: i32,
}

impl Lease {
    /// The import it is for.
    pub const fn import(&self) -> ImportId {
        self.import
    }
}

/// What decides whether an import may be run now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not hang together")]
pub struct Standing {
    /// The file's form.
    pub format: ImportFormat,
    /// Where its offers come from.
    pub source: ImportSource,
    /// A member said that the feed did shrink.
    pub confirmed: bool,
    /// Where it stands.
    pub status: ImportStatus,
    /// How many runs have begun.
    pub attempts: u32,
    /// Whether its rows are in.
    pub applied: bool,
    /// Whether it, or another import of the tenant, is being run.
    pub busy: bool,
    /// Whether the rows of a newer import of its source are in.
    pub superseded: bool,
}

// Any number will do that no other advisory lock of a tenant's database has: feeds are 2.
const LOCK: i64 = 1;

const COLUMNS: &str = "id, format, source, status, failure, read, created, updated, unchanged, closed, rejected, \
                       index_generation, created_at, started_at, finished_at";

/// Enters an announced import. One of the same id is the same request's, and stays.
pub async fn create(
    tx: &SiloTx<'_>,
    id: ImportId,
    format: ImportFormat,
    source: &ImportSource,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::create
        INSERT INTO imports (id, format, source, status, created_at) VALUES ($1, $2, $3, 'awaiting_upload', $4)
        ON CONFLICT (id) DO NOTHING";
    tx.execute(SQL, &[&id.as_uuid(), &format.as_str(), &source.as_str(), &now]).await?;
    Ok(())
}

/// One import, if the tenant has it.
pub async fn fetch(tx: &SiloTx<'_>, id: ImportId) -> Result<Option<Import>, TenancyError> {
    let sql = format!("-- imports::fetch\nSELECT {COLUMNS} FROM imports WHERE id = $1");
    tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read).transpose()
}

/// Imports, newest first: those announced before `before`.
pub async fn list(
    tx: &SiloTx<'_>,
    before: Option<ImportId>,
    limit: u32,
) -> Result<Vec<Import>, TenancyError> {
    let sql = format!(
        "-- imports::list\nSELECT {COLUMNS} FROM imports WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
    );
    let rows = tx.query(&sql, &[&before.map(ImportId::as_uuid), &i64::from(limit)]).await?;
    rows.iter().map(read).collect()
}

/// The errors kept for an import, in the order of lines.
pub async fn list_errors(tx: &SiloTx<'_>, id: ImportId) -> Result<Vec<StoredError>, DatabaseError> {
    const SQL: &str = "-- imports::list_errors
        SELECT line, field, code FROM import_errors WHERE import_id = $1 ORDER BY line, field, code LIMIT $2";
    let rows = tx.query(SQL, &[&id.as_uuid(), &i64::from(MAXIMUM_ERRORS)]).await?;
    Ok(rows
        .iter()
        .map(|row| StoredError { line: count(row, "line"), field: row.get("field"), code: row.get("code") })
        .collect())
}

/// Imports that are not at their end, oldest first, among those announced before `before`.
pub async fn list_unfinished(
    tx: &SiloTx<'_>,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Import>, TenancyError> {
    let sql = format!(
        "-- imports::list_unfinished\nSELECT {COLUMNS} FROM imports \
         WHERE status IN ('awaiting_upload', 'running') AND created_at < $1 \
         ORDER BY status = 'awaiting_upload', id LIMIT $2"
    );
    tx.query(&sql, &[&before, &i64::from(limit)]).await?.iter().map(read).collect()
}

/// Locks the tenant's imports until the transaction ends. `false` when a run is writing: nothing was locked then.
pub async fn try_lock(tx: &SiloTx<'_>) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- imports::try_lock\nSELECT pg_try_advisory_xact_lock($1) AS locked";
    Ok(tx.query_one(SQL, &[&LOCK]).await?.get("locked"))
}

/// Locks the tenant's imports until the transaction ends, once nobody else does.
pub(crate) async fn lock(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::lock\nSELECT pg_advisory_xact_lock($1)";
    tx.execute(SQL, &[&LOCK]).await?;
    Ok(())
}

/// What decides whether the import may be run now; to be asked under [`try_lock`].
pub async fn inspect(tx: &SiloTx<'_>, id: ImportId) -> Result<Option<Standing>, TenancyError> {
    const SQL: &str = "-- imports::inspect
        SELECT format, source, confirmed_at IS NOT NULL AS confirmed, status, attempts, applied_at IS NOT NULL AS applied,
               EXISTS (SELECT FROM imports
                       WHERE status = 'running' AND lease_until > statement_timestamp()) AS busy,
               EXISTS (SELECT FROM imports newer
                       WHERE newer.id > this.id AND newer.source = this.source
                         AND newer.applied_at IS NOT NULL) AS superseded
        FROM imports this WHERE id = $1";
    let Some(row) = tx.query_opt(SQL, &[&id.as_uuid()]).await? else { return Ok(None) };
    Ok(Some(Standing {
        format: term(&row, "format")?,
        source: term(&row, "source")?,
        confirmed: row.get("confirmed"),
        status: term(&row, "status")?,
        attempts: row.get::<_, i32>("attempts").unsigned_abs(),
        applied: row.get("applied"),
        busy: row.get("busy"),
        superseded: row.get("superseded"),
    }))
}

/// Begins a run; to be called under [`try_lock`], after [`inspect`] allowed it.
pub async fn take(tx: &SiloTx<'_>, id: ImportId, now: Timestamp) -> Result<Lease, DatabaseError> {
    const SQL: &str = "-- imports::take
        UPDATE imports
        SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, $2),
            lease_until = statement_timestamp() + make_interval(secs => $3)
        WHERE id = $1 AND status IN ('awaiting_upload', 'running')
        RETURNING attempts";
    let row = tx.query_one(SQL, &[&id.as_uuid(), &now, &LEASE.as_secs_f64()]).await?;
    Ok(Lease { import: id, attempt: row.get("attempts") })
}

/// Renews the lease and locks the tenant's imports until the transaction ends. `false` when the lease was lost: then
/// the run must stop without another write.
pub async fn hold(tx: &SiloTx<'_>, lease: &Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- imports::hold
        UPDATE imports SET lease_until = statement_timestamp() + make_interval(secs => $3)
        WHERE id = $1 AND attempts = $2 AND status = 'running'";
    lock(tx).await?;
    Ok(tx.execute(SQL, &[&lease.import.as_uuid(), &lease.attempt, &LEASE.as_secs_f64()]).await? == 1)
}

/// Keeps what is wrong with rows; to be called after [`hold`].
pub async fn add_errors(tx: &SiloTx<'_>, lease: &Lease, errors: &[RowError]) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::add_errors
        INSERT INTO import_errors (import_id, line, field, code)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[])
        ON CONFLICT DO NOTHING";
    let lines: Vec<i64> = errors.iter().map(|error| signed(error.line)).collect();
    let fields: Vec<&str> = errors.iter().map(|error| error.field).collect();
    let codes: Vec<&str> = errors.iter().map(|error| error.code.as_str()).collect();
    tx.execute(SQL, &[&lease.import.as_uuid(), &lines, &fields, &codes]).await?;
    Ok(())
}

/// Records that the rows are in, and renews the lease; to be called after [`hold`], in the transaction that wrote them.
pub async fn record_applied(
    tx: &SiloTx<'_>,
    lease: &Lease,
    counts: &Counts,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::record_applied
        UPDATE imports
        SET applied_at = $3, read = $4, created = $5, updated = $6, unchanged = $7, closed = $8, rejected = $9,
            lease_until = statement_timestamp() + make_interval(secs => $10)
        WHERE id = $1 AND attempts = $2";
    let Counts { read, created, updated, unchanged, closed, rejected } = *counts;
    let [read, created, updated, unchanged, closed, rejected] =
        [read, created, updated, unchanged, closed, rejected].map(signed);
    tx.execute_one(
        SQL,
        &[
            &lease.import.as_uuid(),
            &lease.attempt,
            &now,
            &read,
            &created,
            &updated,
            &unchanged,
            &closed,
            &rejected,
            &LEASE.as_secs_f64(),
        ],
    )
    .await
}

/// Ends older imports of the same source that wait to be confirmed: a newer file is in. To be called after [`hold`].
pub async fn supersede_held(
    tx: &SiloTx<'_>,
    lease: &Lease,
    source: &ImportSource,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::supersede_held
        UPDATE imports SET status = 'failed', failure = 'superseded', finished_at = $3
        WHERE status = 'held' AND source = $2 AND id < $1";
    tx.execute(SQL, &[&lease.import.as_uuid(), &source.as_str(), &now]).await?;
    Ok(())
}

/// Holds an import back until a member confirms it; `counts` says what it would do. To be called after [`hold`], in a transaction
/// that wrote no rows.
pub async fn hold_back(tx: &SiloTx<'_>, lease: &Lease, counts: &Counts) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::hold_back
        UPDATE imports
        SET status = 'held', lease_until = NULL, read = $3, created = $4, updated = $5, unchanged = $6, closed = $7,
            rejected = $8
        WHERE id = $1 AND attempts = $2";
    let Counts { read, created, updated, unchanged, closed, rejected } = *counts;
    let [read, created, updated, unchanged, closed, rejected] =
        [read, created, updated, unchanged, closed, rejected].map(signed);
    let import = lease.import.as_uuid();
    tx.execute_one(SQL, &[&import, &lease.attempt, &read, &created, &updated, &unchanged, &closed, &rejected])
        .await
}

/// Confirms an import that is held back: the schedule takes it up. Attempts go on counting, for a lease is told by its number. `false` when it is not held.
pub async fn confirm(tx: &SiloTx<'_>, id: ImportId, now: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- imports::confirm
        UPDATE imports SET status = 'running', confirmed_at = $2 WHERE id = $1 AND status = 'held'";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &now]).await? == 1)
}

/// Gives an import back after an outage of something it needs: the next run may begin at once, and this one does not
/// count as an attempt. To be called after [`hold`], as the run's last act.
pub async fn release(tx: &SiloTx<'_>, lease: &Lease) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::release
        UPDATE imports SET lease_until = NULL, attempts = attempts - 1 WHERE id = $1 AND attempts = $2";
    tx.execute_one(SQL, &[&lease.import.as_uuid(), &lease.attempt]).await
}

/// Ends an import well; to be called after [`hold`].
pub async fn succeed(
    tx: &SiloTx<'_>,
    lease: &Lease,
    generation: GenerationId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::succeed
        UPDATE imports SET status = 'succeeded', index_generation = $3, finished_at = $4, lease_until = NULL
        WHERE id = $1 AND attempts = $2";
    tx.execute_one(SQL, &[&lease.import.as_uuid(), &lease.attempt, &generation.as_uuid(), &now]).await
}

/// Ends an import with the reason it failed for; to be called under [`try_lock`] or after [`hold`].
pub async fn fail(tx: &SiloTx<'_>, id: ImportId, failure: &str, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- imports::fail
        UPDATE imports SET status = 'failed', failure = $2, finished_at = $3, lease_until = NULL
        WHERE id = $1 AND status IN ('awaiting_upload', 'running')";
    tx.execute_one(SQL, &[&id.as_uuid(), &failure, &now]).await
}

fn read(row: &Row) -> Result<Import, TenancyError> {
    Ok(Import {
        id: row.get::<_, Uuid>("id").into(),
        format: term(row, "format")?,
        source: term(row, "source")?,
        status: term(row, "status")?,
        failure: row.get("failure"),
        counts: Counts {
            read: count(row, "read"),
            created: count(row, "created"),
            updated: count(row, "updated"),
            unchanged: count(row, "unchanged"),
            closed: count(row, "closed"),
            rejected: count(row, "rejected"),
        },
        index_generation: row.get::<_, Option<Uuid>>("index_generation").map(Into::into),
        created_at: row.get("created_at"),
        started_at: row.get("started_at"),
        finished_at: row.get("finished_at"),
    })
}

fn term<T: std::str::FromStr>(row: &Row, column: &str) -> Result<T, TenancyError> {
    row.get::<_, &str>(column).parse().map_err(|_| TenancyError::Corrupt("import"))
}

fn count(row: &Row, column: &str) -> u64 {
    row.get::<_, i64>(column).unsigned_abs()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
