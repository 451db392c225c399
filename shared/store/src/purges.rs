//! How purges have the database work: whatever share of a table goes, what stays is not read.

use vivier_tenancy::rooms::{PoolTx, SiloTx, database::DatabaseError};

/// A batch is found by an index and goes row by row: what a planner saves by reading a whole table once, the next batch pays again, and whoever
/// works beside it pays each time. As every statement, each batch is planned for itself, so that days are left out by their dates.
const SQL: &str = "-- purges::by_index\n\
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),\n\
           set_config('enable_mergejoin', 'off', true)";

/// For the rest of a transaction of the shared database.
pub async fn by_index(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    tx.query_one(SQL, &[]).await.map(drop)
}

/// For the rest of a transaction of the tenant's own database.
pub async fn by_index_in_own(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    tx.query_one(SQL, &[]).await.map(drop)
}
