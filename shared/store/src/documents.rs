//! Documents of a tenant: what was uploaded, and how far each has come on its way to answers.
//!
//! Whoever works on a document holds a lease on its row. The lease's end is also its name: a run that was overtaken
//! holds an older end, so none of its later writes touch the row.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

/// A document as the tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// Its media type, without parameters.
    pub media_type: String,
    /// Its size as announced, in bytes.
    pub bytes: u64,
    /// Which of its files counts.
    pub version: u32,
    /// How far it has come.
    pub status: DocumentStatus,
    /// Why it failed.
    pub reason: Option<String>,
    /// How many pieces it was cut into.
    pub chunks: Option<u32>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
    /// Entity tag of the file that its present state was reached with.
    pub etag: Option<String>,
    /// Runs begun since its file arrived.
    pub attempts: u32,
}

/// The right to work on a document until a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Which document.
    pub document: DocumentId,
    /// Until when.
    pub until: Timestamp,
}

const COLUMNS: &str =
    "id, name, media_type, bytes, version, status, reason, chunks, created_at, updated_at, etag, attempts";

fn read(row: &Row) -> Document {
    let id: uuid::Uuid = row.get("id");
    Document {
        id: id.into(),
        name: row.get("name"),
        media_type: row.get("media_type"),
        bytes: row.get::<_, i64>("bytes").unsigned_abs(),
        version: row.get::<_, i32>("version").unsigned_abs(),
        status: status(row.get("status")),
        reason: row.get("reason"),
        chunks: row.get::<_, Option<i32>>("chunks").map(i32::unsigned_abs),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
        etag: row.get("etag"),
        attempts: row.get::<_, i32>("attempts").unsigned_abs(),
    }
}

/// The table's CHECK holds the list closed; a status of a later version would be work in progress to this one.
fn status(name: &str) -> DocumentStatus {
    match name {
        "ready" => DocumentStatus::Ready,
        "failed" => DocumentStatus::Failed,
        "deleting" => DocumentStatus::Deleting,
        "received" => DocumentStatus::Received,
        "embedding" => DocumentStatus::Embedding,
        _ => DocumentStatus::Extracting,
    }
}

/// Writes a document that was announced; its file has yet to arrive. One of the same id is the same request's, and stays.
pub async fn insert(
    tx: &SiloTx<'_>,
    id: DocumentId,
    name: &str,
    media_type: &str,
    bytes: u64,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::insert
        INSERT INTO documents (id, name, media_type, bytes, version, status, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 1, 'received', $5, $5)
        ON CONFLICT (id) DO NOTHING";
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    tx.execute(SQL, &[&id.as_uuid(), &name, &media_type, &bytes, &now]).await?;
    Ok(())
}

/// One document, if it is there.
pub async fn fetch(tx: &SiloTx<'_>, id: DocumentId) -> Result<Option<Document>, DatabaseError> {
    let sql = format!("-- documents::fetch\nSELECT {COLUMNS} FROM documents WHERE id = $1");
    Ok(tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read))
}

/// Documents announced before `before`, the newest first.
pub async fn list(
    tx: &SiloTx<'_>,
    before: Option<DocumentId>,
    limit: u32,
) -> Result<Vec<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::list
        SELECT {COLUMNS} FROM documents WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
    );
    let rows = tx.query(&sql, &[&before.map(DocumentId::as_uuid), &i64::from(limit)]).await?;
    Ok(rows.iter().map(read).collect())
}

/// Documents that nobody works on though work is left, untouched since `idle_since`; the longest untouched first, but after all
/// others those whose file may still be on its way.
pub async fn list_unfinished(
    tx: &SiloTx<'_>,
    now: Timestamp,
    idle_since: Timestamp,
    limit: u32,
) -> Result<Vec<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::list_unfinished
        SELECT {COLUMNS} FROM documents
        WHERE status NOT IN ('ready', 'failed') AND updated_at <= $2 AND (lease_until IS NULL OR lease_until <= $1)
        ORDER BY status = 'received' AND attempts = 0, updated_at LIMIT $3"
    );
    let rows = tx.query(&sql, &[&now, &idle_since, &i64::from(limit)]).await?;
    Ok(rows.iter().map(read).collect())
}

/// Takes a document to work on, unless it is finished, being deleted, or somebody else's until later than `now`.
pub async fn claim(
    tx: &SiloTx<'_>,
    id: DocumentId,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<(Document, Lease)>, DatabaseError> {
    let sql = format!(
        "-- documents::claim
        UPDATE documents SET status = 'extracting', lease_until = $3, attempts = attempts + 1, changed = false, updated_at = $2
        WHERE id = $1 AND status IN ('received', 'extracting', 'embedding') AND (lease_until IS NULL OR lease_until <= $2)
        RETURNING {COLUMNS}"
    );
    let row = tx.query_opt(&sql, &[&id.as_uuid(), &now, &until]).await?;
    Ok(row.as_ref().map(|row| (read(row), Lease { document: id, until })))
}

/// Goes on working on a document for longer. `None`: it was deleted or taken over, and the run must stop.
pub async fn renew(
    tx: &SiloTx<'_>,
    lease: Lease,
    status: DocumentStatus,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Lease>, DatabaseError> {
    const SQL: &str = "-- documents::renew
        UPDATE documents SET status = $3, lease_until = $5, updated_at = $4
        WHERE id = $1 AND lease_until = $2 AND status <> 'deleting'";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&lease.document.as_uuid(), &lease.until, &status.as_str(), &now, &until];
    Ok((tx.execute(SQL, &params).await? == 1).then_some(Lease { until, ..lease }))
}

/// Holds the row until the transaction ends, so that a deletion waits. `false`: it was deleted or taken over.
pub async fn lock(tx: &SiloTx<'_>, lease: Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::lock
        SELECT 1 FROM documents WHERE id = $1 AND lease_until = $2 AND status <> 'deleting' FOR UPDATE";
    Ok(tx.query_opt(SQL, &[&lease.document.as_uuid(), &lease.until]).await?.is_some())
}

/// Ends a run with success. A file that arrived in the meantime makes it begin again. Needs [`lock`].
pub async fn finish(
    tx: &SiloTx<'_>,
    lease: Lease,
    etag: &str,
    chunks: u32,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::finish
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' ELSE 'ready' END, reason = NULL, etag = $3, chunks = $4,
            lease_until = NULL, attempts = 0, changed = false, updated_at = $5
        WHERE id = $1 AND lease_until = $2";
    let chunks = i32::try_from(chunks).unwrap_or(i32::MAX);
    tx.execute_one(SQL, &[&lease.document.as_uuid(), &lease.until, &etag, &chunks, &now]).await
}

/// Ends a run for good, with the reason. A file that arrived in the meantime makes it begin again. Needs [`lock`].
pub async fn fail(
    tx: &SiloTx<'_>,
    lease: Lease,
    etag: Option<&str>,
    reason: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::fail
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' ELSE 'failed' END, reason = $4, etag = $3, chunks = NULL,
            lease_until = NULL, attempts = 0, changed = false, updated_at = $5
        WHERE id = $1 AND lease_until = $2";
    tx.execute_one(SQL, &[&lease.document.as_uuid(), &lease.until, &etag, &reason, &now]).await
}

/// Gives a document back unfinished, for a later run. A run that `counts` is one of those that may be begun on it;
/// waiting for a store that is down is none. Nothing happens to a document that was deleted or taken over.
pub async fn release(
    tx: &SiloTx<'_>,
    lease: Lease,
    counts: bool,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::release
        UPDATE documents
        SET status = 'received', lease_until = NULL, attempts = attempts - CASE WHEN $3 THEN 0 ELSE 1 END, updated_at = $4
        WHERE id = $1 AND lease_until = $2 AND status <> 'deleting'";
    tx.execute(SQL, &[&lease.document.as_uuid(), &lease.until, &counts, &now]).await.map(drop)
}

/// Gives up waiting for a file that was announced and never came; whether it did.
pub async fn give_up(
    tx: &SiloTx<'_>,
    id: DocumentId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::give_up
        UPDATE documents SET status = 'failed', reason = $2, updated_at = $3
        WHERE id = $1 AND status = 'received' AND (lease_until IS NULL OR lease_until <= $3)";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &reason, &now]).await? == 1)
}

/// Notes that another file arrived: a finished document begins again, one being worked on does so when its run ends.
pub async fn reopen(tx: &SiloTx<'_>, id: DocumentId, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::reopen
        UPDATE documents
        SET status = CASE WHEN status IN ('ready', 'failed') THEN 'received' ELSE status END,
            changed = status NOT IN ('ready', 'failed'), updated_at = $2
        WHERE id = $1 AND status <> 'deleting'";
    tx.execute(SQL, &[&id.as_uuid(), &now]).await.map(drop)
}

/// Marks a document for removal; any run on it loses its lease. `false`: there is no such document.
pub async fn begin_deletion(tx: &SiloTx<'_>, id: DocumentId, now: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::begin_deletion
        UPDATE documents SET status = 'deleting', lease_until = NULL, updated_at = $2 WHERE id = $1";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &now]).await? == 1)
}

/// Removes the row of a document marked for removal, once nothing else of it is left. Repeating it does nothing.
pub async fn remove(tx: &SiloTx<'_>, id: DocumentId) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::remove\nDELETE FROM documents WHERE id = $1 AND status = 'deleting'";
    Ok(tx.execute(SQL, &[&id.as_uuid()]).await? == 1)
}
