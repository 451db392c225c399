//! What of the offers changed since an index was made: offers that were written or closed, and vectors that came.

use uuid::Uuid;
use vivier_domain::ids::OfferId;
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// A moment between transactions: all before it have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The oldest transaction that is still running, as PostgreSQL numbers them.
    pub oldest_running: String,
    /// Whether the moment that was asked about lies before this one: not where the database was made anew meanwhile.
    pub follows: bool,
}

/// The moment that it is, and whether it follows on `since`.
pub async fn now(tx: &SiloTx<'_>, since: Option<&str>) -> Result<Moment, DatabaseError> {
    const SQL: &str = "-- offer_changes::now
        SELECT pg_snapshot_xmin(snapshot)::text AS oldest,
               coalesce(pg_snapshot_xmax(snapshot) >= $1::text::xid8, false) AS follows
        FROM pg_current_snapshot() AS snapshot";
    let row = tx.query_one(SQL, &[&since]).await?;
    Ok(Moment { oldest_running: row.get("oldest"), follows: row.get("follows") })
}

/// An offer that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub id: OfferId,
    /// Whether it is open.
    pub open: bool,
}

/// The offers that changed since a moment, or whose vector of `model` did, in the order of their ids; `None` where they are more than `most`.
pub async fn list(
    tx: &SiloTx<'_>,
    model: &str,
    since: &str,
    most: u32,
) -> Result<Option<Vec<Changed>>, DatabaseError> {
    const SQL: &str = "-- offer_changes::list
        SELECT id, status = 'open' AS open FROM offers WHERE changed >= $2::text::xid8
        UNION
        SELECT id, status = 'open' FROM offer_vectors JOIN offers ON id = offer_id
        WHERE model = $1 AND offer_vectors.changed >= $2::text::xid8
        ORDER BY id LIMIT $3";
    let rows = tx.query(SQL, &[&model, &since, &(i64::from(most) + 1)]).await?;
    if rows.len() > most as usize {
        return Ok(None);
    }
    let changed =
        rows.iter().map(|row| Changed { id: row.get::<_, Uuid>("id").into(), open: row.get("open") });
    Ok(Some(changed.collect()))
}
