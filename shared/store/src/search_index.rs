//! The published index of a tenant: whether it lacks what is known by now, and who may publish another.

use std::time::Duration;

use jiff::Timestamp;
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

/// Notes that an index with the first `made` batches of vectors was published at `now`.
pub async fn set_published(tx: &SiloTx<'_>, made: i64, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- search_index::set_published
        UPDATE search_index SET published = greatest(published, $1), published_at = $2";
    tx.execute_one(SQL, &[&made, &now]).await
}

/// Whether vectors were made that the published index lacks.
pub async fn is_stale(tx: &SiloTx<'_>) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- search_index::is_stale
        SELECT made > published AS stale FROM search_index";
    Ok(tx.query_one(SQL, &[]).await?.get("stale"))
}

/// Whether the last index was published before this moment, or none was.
pub async fn published_before(tx: &SiloTx<'_>, moment: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- search_index::published_before
        SELECT published_at IS NULL OR published_at < $1 AS before FROM search_index";
    Ok(tx.query_one(SQL, &[&moment]).await?.get("before"))
}
