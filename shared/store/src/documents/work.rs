//! A run's hold on a document, and how far it has come.

use jiff::Timestamp;
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

use super::{COLUMNS, Document, Lease, Progress, read, whole};

type Params<'p, const N: usize> = [&'p (dyn tokio_postgres::types::ToSql + Sync); N];

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

/// Begins a new edition from the file with this entity tag; the document as it is then. `None`: it was deleted or taken
/// over, and the run must stop.
pub async fn begin(
    tx: &SiloTx<'_>,
    lease: Lease,
    etag: &str,
    recognition: bool,
    now: Timestamp,
) -> Result<Option<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::begin
        UPDATE documents
        SET edition = edition + 1, working = true, etag = $3, recognition = $4, reason = NULL, failed_version = NULL,
            duplicate_of = NULL, pages_total = NULL, pages_done = 0, recognised_pages = 0, next_page = 1, slice_first = 0,
            chunks_done = 0, flags = '{{}}', updated_at = $5
        WHERE id = $1 AND lease_until = $2 AND status <> 'deleting'
        RETURNING {COLUMNS}"
    );
    let params: Params<'_, 5> = [&lease.document.as_uuid(), &lease.until, &etag, &recognition, &now];
    Ok(tx.query_opt(&sql, &params).await?.as_ref().map(read))
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
    let params: Params<'_, 5> = [&lease.document.as_uuid(), &lease.until, &status.as_str(), &now, &until];
    Ok((tx.execute(SQL, &params).await? == 1).then_some(Lease { until, ..lease }))
}

/// Writes down how far the edition has come, and goes on for longer. Runs that were begun before count no more: whoever
/// makes progress may go on. `None`: it was deleted or taken over, and the run must stop.
pub async fn advance(
    tx: &SiloTx<'_>,
    lease: Lease,
    progress: &Progress,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Lease>, DatabaseError> {
    const SQL: &str = "-- documents::advance
        UPDATE documents
        SET status = 'embedding', pages_total = $3, pages_done = $4, recognised_pages = $5, next_page = $6, slice_first = $7,
            chunks_done = $8, flags = $9, attempts = 1, lease_until = $11, updated_at = $10
        WHERE id = $1 AND lease_until = $2 AND status <> 'deleting'";
    let params: Params<'_, 11> = [
        &lease.document.as_uuid(),
        &lease.until,
        &progress.pages_total.map(whole),
        &whole(progress.pages_done),
        &whole(progress.recognised_pages),
        &whole(progress.next_page),
        &whole(progress.slice_first),
        &whole(progress.chunks_done),
        &progress.flags,
        &now,
        &until,
    ];
    Ok((tx.execute(SQL, &params).await? == 1).then_some(Lease { until, ..lease }))
}

/// Holds the row until the transaction ends, so that a deletion and a change of labels wait; the document as it is now.
/// `None`: it was deleted or taken over.
pub async fn lock(tx: &SiloTx<'_>, lease: Lease) -> Result<Option<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::lock
        SELECT {COLUMNS} FROM documents WHERE id = $1 AND lease_until = $2 AND status <> 'deleting' FOR UPDATE"
    );
    Ok(tx.query_opt(&sql, &[&lease.document.as_uuid(), &lease.until]).await?.as_ref().map(read))
}

/// Gives a document back unfinished, for a later run. A run that `counts` is one of those that may be begun on it; waiting
/// for a store that is down is none, and neither is one that came further. Nothing happens to a document that was deleted
/// or taken over.
pub async fn release(
    tx: &SiloTx<'_>,
    lease: Lease,
    counts: bool,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::release
        UPDATE documents
        SET status = CASE WHEN working THEN 'extracting' ELSE 'received' END, lease_until = NULL,
            attempts = attempts - CASE WHEN $3 THEN 0 ELSE 1 END, updated_at = $4
        WHERE id = $1 AND lease_until = $2 AND status <> 'deleting'";
    tx.execute(SQL, &[&lease.document.as_uuid(), &lease.until, &counts, &now]).await.map(drop)
}
