//! The published index of a tenant: whether it lacks what is known by now, and who may publish another.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::ids::GenerationId;
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

use crate::imports;

/// How long a run may go without renewing its lease.
const LEASE: Duration = Duration::from_mins(1);

/// The right to compute vectors and to publish them. It ends by itself, and gives way to imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(i64);

/// Takes the right, unless another run or an import has it.
pub async fn take(tx: &SiloTx<'_>) -> Result<Option<Lease>, DatabaseError> {
    const SQL: &str = "-- search_index::take
        UPDATE search_index
        SET lease = lease + 1, lease_until = statement_timestamp() + make_interval(secs => $1)
        WHERE (lease_until IS NULL OR lease_until <= statement_timestamp())
          AND NOT EXISTS (SELECT FROM imports WHERE status = 'running' AND lease_until > statement_timestamp())
        RETURNING lease";
    imports::lock(tx).await?;
    let row = tx.query_opt(SQL, &[&LEASE.as_secs_f64()]).await?;
    Ok(row.map(|row| Lease(row.get("lease"))))
}

/// Renews the right and locks the tenant's imports until the transaction ends. `false` when it was lost, or an import runs: then the
/// run must publish nothing; the import will.
pub async fn hold(tx: &SiloTx<'_>, lease: Lease) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- search_index::hold
        UPDATE search_index SET lease_until = statement_timestamp() + make_interval(secs => $2)
        WHERE lease = $1
          AND NOT EXISTS (SELECT FROM imports WHERE status = 'running' AND lease_until > statement_timestamp())";
    imports::lock(tx).await?;
    Ok(tx.execute(SQL, &[&lease.0, &LEASE.as_secs_f64()]).await? == 1)
}

/// Gives the right back.
pub async fn release(tx: &SiloTx<'_>, lease: Lease) -> Result<(), DatabaseError> {
    const SQL: &str = "-- search_index::release
        UPDATE search_index SET lease_until = NULL WHERE lease = $1";
    tx.execute(SQL, &[&lease.0]).await?;
    Ok(())
}

/// Notes that a batch of vectors was made.
pub async fn add_batch(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- search_index::add_batch
        UPDATE search_index SET made = made + 1";
    tx.execute_one(SQL, &[]).await
}

/// How many batches of vectors were made; to be read before an index is built of them.
pub async fn made(tx: &SiloTx<'_>) -> Result<i64, DatabaseError> {
    const SQL: &str = "-- search_index::made
        SELECT made FROM search_index";
    Ok(tx.query_one(SQL, &[]).await?.get("made"))
}

/// An index that was published.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// Which one.
    pub generation: GenerationId,
    /// All that decides what an offer becomes in it, beside the offer.
    pub made_with: &'a str,
    /// It has the first so many batches of vectors.
    pub batches: i64,
}

/// Notes that an index was published at `now`.
pub async fn set_published(
    tx: &SiloTx<'_>,
    index: Published<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- search_index::set_published
        UPDATE search_index
        SET published = greatest(published, $1), published_at = $2, generation = $3, made_with = $4";
    tx.execute_one(SQL, &[&index.batches, &now, &index.generation.as_uuid(), &index.made_with]).await
}

/// The index that was published last.
pub async fn published(tx: &SiloTx<'_>) -> Result<Option<GenerationId>, DatabaseError> {
    const SQL: &str = "-- search_index::published
        SELECT generation FROM search_index";
    Ok(tx.query_one(SQL, &[]).await?.get::<_, Option<Uuid>>("generation").map(GenerationId::from))
}

/// Whether the published index lacks vectors that were made, or was made with something else than `made_with`.
pub async fn is_stale(tx: &SiloTx<'_>, made_with: &str) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- search_index::is_stale
        SELECT made > published OR (published_at IS NOT NULL AND made_with IS DISTINCT FROM $1) AS stale
        FROM search_index";
    Ok(tx.query_one(SQL, &[&made_with]).await?.get("stale"))
}

/// Whether the last index was published before this moment, or none was.
pub async fn published_before(tx: &SiloTx<'_>, moment: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- search_index::published_before
        SELECT published_at IS NULL OR published_at < $1 AS before FROM search_index";
    Ok(tx.query_one(SQL, &[&moment]).await?.get("before"))
}
