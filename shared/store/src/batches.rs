//! Documents that were announced in one request, and how far they have come together.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::document::DocumentStatus;
use vivier_tenancy::rooms::database::{DatabaseError, SiloTx};

/// How far a batch has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// Announcements that were taken.
    pub announced: u32,
    /// Announcements that were not.
    pub refused: u32,
    /// When it was announced.
    pub created_at: Timestamp,
    /// How many documents are in each status; those that were deleted are in none.
    pub statuses: Vec<(DocumentStatus, u32)>,
    /// Pages of which every piece is stored.
    pub pages_done: u64,
    /// Pages as far as they are counted.
    pub pages_total: u64,
}

/// Writes a batch. One of the same id is the same request's, and stays.
pub async fn insert(
    tx: &SiloTx<'_>,
    id: Uuid,
    announced: u32,
    refused: u32,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- batches::insert
        INSERT INTO batches (id, announced, refused, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    tx.execute(SQL, &[&id, &count(announced), &count(refused), &now]).await.map(drop)
}

/// One batch, if it is there.
pub async fn fetch(tx: &SiloTx<'_>, id: Uuid) -> Result<Option<Batch>, DatabaseError> {
    const SQL: &str = "-- batches::fetch\nSELECT announced, refused, created_at FROM batches WHERE id = $1";
    const COUNT: &str = "-- batches::count
        SELECT status, count(*)::integer AS documents, sum(pages_done)::bigint AS done,
               coalesce(sum(pages_total), 0)::bigint AS total
        FROM documents WHERE batch_id = $1 GROUP BY status ORDER BY status";
    let Some(batch) = tx.query_opt(SQL, &[&id]).await? else { return Ok(None) };
    let counts = tx.query(COUNT, &[&id]).await?;
    let pages = |name: &str| counts.iter().map(|row| row.get::<_, i64>(name).unsigned_abs()).sum();
    Ok(Some(Batch {
        id,
        announced: batch.get::<_, i32>("announced").unsigned_abs(),
        refused: batch.get::<_, i32>("refused").unsigned_abs(),
        created_at: batch.get("created_at"),
        statuses: counts
            .iter()
            .filter_map(|row| {
                let status = row.get::<_, &str>("status").parse().ok()?;
                Some((status, row.get::<_, i32>("documents").unsigned_abs()))
            })
            .collect(),
        pages_done: pages("done"),
        pages_total: pages("total"),
    }))
}
