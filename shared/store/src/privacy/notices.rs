//! Which entries of the list of sub-processors a tenant's members were told of.

use jiff::{Timestamp, civil::Date};
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// Whether they were told of an entry as it was announced on a day.
pub async fn is_told(
    tx: &SiloTx<'_>,
    sub_processor: &str,
    announced_on: Date,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::is_told
        SELECT EXISTS (SELECT FROM sub_processor_notices WHERE sub_processor = $1 AND announced_on = $2) AS told";
    Ok(tx.query_one(SQL, &[&sub_processor, &announced_on]).await?.get("told"))
}

/// Notes that they were told. Once more changes nothing.
pub async fn note_told(
    tx: &SiloTx<'_>,
    sub_processor: &str,
    announced_on: Date,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::note_told
        INSERT INTO sub_processor_notices (sub_processor, announced_on, told_at) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    tx.execute(SQL, &[&sub_processor, &announced_on, &now]).await.map(drop)
}
