//! What a run comes to. A failure never takes away what answers: the document is `ready` with the version that was, and
//! says what became of the newer one.

use jiff::Timestamp;
use vivier_domain::ids::DocumentId;
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

use super::{Lease, whole};

type Params<'p, const N: usize> = [&'p (dyn tokio_postgres::types::ToSql + Sync); N];

/// The one number under which contents are compared in a tenant's database.
const CONTENTS: i64 = 0x0076_6976_6965_7201;

/// The reason of pages that nobody recognised; such a document has a status of its own.
const NEEDS_OCR: &str = "needs_ocr";

/// Why a document cannot be used.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// A stable word; `needs_ocr` makes a status of its own.
    pub reason: &'a str,
    /// The document that has the same content, where that is the reason.
    pub duplicate_of: Option<DocumentId>,
}

impl<'a> Failure<'a> {
    /// A failure that is about this document alone.
    pub const fn of(reason: &'a str) -> Self {
        Self { reason, duplicate_of: None }
    }
}

/// Lets nobody else of this tenant compare contents until the transaction ends: of two files with one content, only one
/// becomes ready. To be called before [`super::lock`].
pub async fn hold_contents(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::hold_contents\nSELECT pg_advisory_xact_lock($1)";
    tx.query_one(SQL, &[&CONTENTS]).await.map(drop)
}

/// Another document that answers from the same content, the oldest of them.
pub async fn find_twin(
    tx: &SiloTx<'_>,
    id: DocumentId,
    content: &[u8],
) -> Result<Option<DocumentId>, DatabaseError> {
    const SQL: &str = "-- documents::find_twin
        SELECT id FROM documents
        WHERE content_sha256 = $2 AND ready_version IS NOT NULL AND id <> $1 AND status <> 'deleting'
        ORDER BY id LIMIT 1";
    let row = tx.query_opt(SQL, &[&id.as_uuid(), &content]).await?;
    Ok(row.map(|row| row.get::<_, uuid::Uuid>("id").into()))
}

/// Ends a run with success: the edition answers, made by this model of a file with this SHA-256. A file that arrived in the
/// meantime makes it begin again. Needs [`super::lock`].
pub async fn finish(
    tx: &SiloTx<'_>,
    lease: Lease,
    content: &[u8],
    model: &str,
    chunks: u32,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::finish
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' ELSE 'ready' END, ready_version = version, ready_edition = edition,
            ready_model = $6, content_sha256 = $3, chunks = $4, reason = NULL, failed_version = NULL, duplicate_of = NULL, working = false,
            forced = false, lease_until = NULL, attempts = 0, changed = false, updated_at = $5
        WHERE id = $1 AND lease_until = $2";
    let params: Params<'_, 6> =
        [&lease.document.as_uuid(), &lease.until, &content, &whole(chunks), &now, &model];
    tx.execute_one(SQL, &params).await
}

/// Ends a run on a file whose content is the one that answers: the version is ready by the pieces that there are.
pub async fn keep(tx: &SiloTx<'_>, lease: Lease, etag: &str, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::keep
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' ELSE 'ready' END, ready_version = version, etag = $3, reason = NULL,
            failed_version = NULL, duplicate_of = NULL, working = false, lease_until = NULL, attempts = 0, changed = false,
            updated_at = $4
        WHERE id = $1 AND lease_until = $2 AND ready_edition IS NOT NULL";
    tx.execute_one(SQL, &[&lease.document.as_uuid(), &lease.until, &etag, &now]).await
}

/// Ends a run for good, with the reason; `etag` is the file's that it read. A file that arrived in the meantime makes it
/// begin again. Needs [`super::lock`].
pub async fn fail(
    tx: &SiloTx<'_>,
    lease: Lease,
    etag: Option<&str>,
    failure: Failure<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::fail
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' WHEN ready_version IS NOT NULL THEN 'ready'
                          WHEN $4 = $7 THEN $7 ELSE 'failed' END,
            reason = $4, failed_version = version, duplicate_of = $5, etag = $3, working = false, forced = false,
            lease_until = NULL, attempts = 0, changed = false, updated_at = $6
        WHERE id = $1 AND lease_until = $2";
    let duplicate_of = failure.duplicate_of.map(DocumentId::as_uuid);
    let params: Params<'_, 7> =
        [&lease.document.as_uuid(), &lease.until, &etag, &failure.reason, &duplicate_of, &now, &NEEDS_OCR];
    tx.execute_one(SQL, &params).await
}

/// Ends a run that found the file its document's state was reached with: the state is what it was.
pub async fn repeat(tx: &SiloTx<'_>, lease: Lease, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::repeat
        UPDATE documents
        SET status = CASE WHEN changed THEN 'received' WHEN ready_version IS NOT NULL THEN 'ready'
                          WHEN reason = $4 THEN $4 ELSE 'failed' END,
            lease_until = NULL, attempts = 0, changed = false, updated_at = $3
        WHERE id = $1 AND lease_until = $2";
    tx.execute_one(SQL, &[&lease.document.as_uuid(), &lease.until, &now, &NEEDS_OCR]).await
}

/// Gives up waiting for a file that was announced and never came; whether it did.
pub async fn give_up(
    tx: &SiloTx<'_>,
    id: DocumentId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- documents::give_up
        UPDATE documents
        SET status = CASE WHEN ready_version IS NOT NULL THEN 'ready' ELSE 'failed' END, reason = $2, failed_version = version,
            duplicate_of = NULL, working = false, forced = false, updated_at = $3
        WHERE id = $1 AND status IN ('received', 'extracting', 'embedding') AND (lease_until IS NULL OR lease_until <= $3)";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &reason, &now]).await? == 1)
}

/// Notes that another file arrived: a finished document begins again, one being worked on does so when its run ends.
pub async fn reopen(tx: &SiloTx<'_>, id: DocumentId, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::reopen
        UPDATE documents
        SET status = CASE WHEN status IN ('ready', 'failed', 'needs_ocr') THEN 'received' ELSE status END,
            changed = status NOT IN ('ready', 'failed', 'needs_ocr'), updated_at = $2
        WHERE id = $1 AND status <> 'deleting'";
    tx.execute(SQL, &[&id.as_uuid(), &now]).await.map(drop)
}
