//! One person's alerts, found by their address, over or not: what a person asks about is all that lies there.

use jiff::Timestamp;
use tokio_postgres::Row;
use vivier_domain::redacted::Redacted;
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{Alert, COLUMNS, read};

/// An address's alerts, the oldest first.
pub async fn list_of(tx: &SiloTx<'_>, email: &Redacted) -> Result<Vec<Alert>, TenancyError> {
    let sql =
        format!("-- alerts::list_of\nSELECT {COLUMNS} FROM alerts WHERE email = $1 ORDER BY id LIMIT 1000");
    tx.query(&sql, &[&email.expose()]).await?.iter().map(read).collect()
}

/// Removes an address's alerts with all that is kept of them; those made until a moment, where it is named. How many there were.
pub async fn erase_of(
    tx: &SiloTx<'_>,
    email: &Redacted,
    until: Option<Timestamp>,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::erase_of
        DELETE FROM alerts WHERE email = $1 AND ($2::timestamptz IS NULL OR created_at <= $2)";
    tx.execute(SQL, &[&email.expose(), &until]).await
}

/// How many alerts an address has; of those made until a moment, where it is named.
pub async fn count_of(
    tx: &SiloTx<'_>,
    email: &Redacted,
    until: Option<Timestamp>,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::count_of
        SELECT count(*) AS alerts FROM alerts WHERE email = $1 AND ($2::timestamptz IS NULL OR created_at <= $2)";
    let count = |row: &Row| row.get::<_, i64>("alerts").unsigned_abs();
    Ok(count(&tx.query_one(SQL, &[&email.expose(), &until]).await?))
}
