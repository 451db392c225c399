//! Reading documents: one, a page of them, and those that stand still.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

use super::{COLUMNS, Document, read};

/// Which documents; all of them unless something is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Those of this status.
    pub status: Option<DocumentStatus>,
    /// Those with this tag.
    pub tag: Option<&'a str>,
    /// Those that were announced together.
    pub batch: Option<Uuid>,
}

/// One document, if it is there.
pub async fn fetch(tx: &SiloTx<'_>, id: DocumentId) -> Result<Option<Document>, DatabaseError> {
    let sql = format!("-- documents::fetch\nSELECT {COLUMNS} FROM documents WHERE id = $1");
    Ok(tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read))
}

/// Documents announced before `before`, the newest first.
pub async fn list(
    tx: &SiloTx<'_>,
    filter: Filter<'_>,
    before: Option<DocumentId>,
    limit: u32,
) -> Result<Vec<Document>, DatabaseError> {
    let sql = format!(
        "-- documents::list
        SELECT {COLUMNS} FROM documents
        WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR $3 = ANY (tags))
          AND ($4::uuid IS NULL OR batch_id = $4)
        ORDER BY id DESC LIMIT $5"
    );
    let status = filter.status.map(DocumentStatus::as_str);
    let before = before.map(DocumentId::as_uuid);
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&before, &status, &filter.tag, &filter.batch, &i64::from(limit)];
    Ok(tx.query(&sql, &params).await?.iter().map(read).collect())
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
        WHERE status NOT IN ('ready', 'failed', 'needs_ocr') AND updated_at <= $2
          AND (lease_until IS NULL OR lease_until <= $1)
        ORDER BY status = 'received' AND attempts = 0, updated_at LIMIT $3"
    );
    let rows = tx.query(&sql, &[&now, &idle_since, &i64::from(limit)]).await?;
    Ok(rows.iter().map(read).collect())
}
