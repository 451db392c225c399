//! What members ask of documents: new ones, new files, other labels, the same file once more.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::ids::{DocumentId, ProjectId};
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

use super::{COLUMNS, Document, read, uuids};

/// A document that was announced; its file has yet to arrive.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a> {
    /// Its id.
    pub id: DocumentId,
    /// Its name, 1 to 200 characters.
    pub name: &'a str,
    /// Its media type, without parameters.
    pub media_type: &'a str,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its tags.
    pub tags: &'a [String],
    /// The projects that it may answer in; all of them where there are none.
    pub projects: &'a [ProjectId],
    /// The announcement of many at once that it came with.
    pub batch: Option<Uuid>,
}

/// A new file of a document.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// The request that announces it: carried out once more, it announces no other.
    pub announcement: Uuid,
    /// Its media type, without parameters.
    pub media_type: &'a str,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Where a document may answer and what it is called there; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Labels<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its tags.
    pub tags: Option<&'a [String]>,
    /// Its projects.
    pub projects: Option<&'a [ProjectId]>,
}

/// Writes a document that was announced. One of the same id is the same request's, and stays.
pub async fn insert(tx: &SiloTx<'_>, new: Announced<'_>, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- documents::insert
        INSERT INTO documents (id, name, media_type, bytes, tags, projects, batch_id, version, status, created_at,
                               announced_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 'received', $8, $8, $8)
        ON CONFLICT (id) DO NOTHING";
    let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
    let projects = uuids(new.projects);
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&new.id.as_uuid(), &new.name, &new.media_type, &bytes, &new.tags, &projects, &new.batch, &now];
    tx.execute(SQL, &params).await.map(drop)
}

/// Announces another file of a document, which from now on is the one that counts; what answers goes on doing so. A run on
/// an older file loses its lease. `None`: there is no such document, or it is being removed.
pub async fn announce_version(
    tx: &SiloTx<'_>,
    id: DocumentId,
    new: NewVersion<'_>,
    now: Timestamp,
) -> Result<Option<Document>, DatabaseError> {
    let again = format!(
        "-- documents::fetch_announced
        SELECT {COLUMNS} FROM documents WHERE id = $1 AND announcement = $2 AND status <> 'deleting'"
    );
    if let Some(row) = tx.query_opt(&again, &[&id.as_uuid(), &new.announcement]).await? {
        return Ok(Some(read(&row)));
    }
    let sql = format!(
        "-- documents::announce_version
        UPDATE documents
        SET version = version + 1, media_type = $3, bytes = $4, announcement = $2, announced_at = $5, updated_at = $5,
            status = 'received', etag = NULL, working = false, forced = false, changed = false, lease_until = NULL, attempts = 0
        WHERE id = $1 AND status <> 'deleting'
        RETURNING {COLUMNS}"
    );
    let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
    let row = tx.query_opt(&sql, &[&id.as_uuid(), &new.announcement, &new.media_type, &bytes, &now]).await?;
    Ok(row.as_ref().map(read))
}

/// Has the present file of a finished document read again, from its beginning. What is being worked on stays as it is.
/// `None`: there is no such document, or it is being removed.
pub async fn reprocess(
    tx: &SiloTx<'_>,
    id: DocumentId,
    now: Timestamp,
) -> Result<Option<Document>, DatabaseError> {
    const SQL: &str = "-- documents::reprocess
        UPDATE documents SET status = 'received', etag = NULL, working = false, forced = true, attempts = 0, updated_at = $2
        WHERE id = $1 AND status IN ('ready', 'failed', 'needs_ocr')";
    tx.execute(SQL, &[&id.as_uuid(), &now]).await?;
    let sql = format!(
        "-- documents::fetch_reprocessed\nSELECT {COLUMNS} FROM documents WHERE id = $1 AND status <> 'deleting'"
    );
    Ok(tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read))
}

/// Changes name, tags and projects, and holds the row until the transaction ends. `None`: there is no such document, or it
/// is being removed.
pub async fn label(
    tx: &SiloTx<'_>,
    id: DocumentId,
    labels: Labels<'_>,
    now: Timestamp,
) -> Result<Option<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::label
        UPDATE documents
        SET name = coalesce($2, name), tags = coalesce($3, tags), projects = coalesce($4, projects), updated_at = $5
        WHERE id = $1 AND status <> 'deleting'
        RETURNING {COLUMNS}"
    );
    let projects = labels.projects.map(uuids);
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&id.as_uuid(), &labels.name, &labels.tags, &projects, &now];
    Ok(tx.query_opt(&sql, &params).await?.as_ref().map(read))
}
