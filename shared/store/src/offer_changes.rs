//! What of the offers changed since an index was made: offers that were written or closed, and vectors that came.

use uuid::Uuid;
use vivier_domain::ids::OfferId;
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// What could be seen at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Which transactions had ended, as PostgreSQL writes it (`pg_snapshot`).
    pub snapshot: String,
    /// Whether the moment that was asked about lies before this one: not in a database that counts from an earlier one again.
    pub follows: bool,
}

/// The moment that it is, and whether it follows on `since`, another one's snapshot.
pub async fn now(tx: &SiloTx<'_>, since: Option<&str>) -> Result<Moment, DatabaseError> {
    const SQL: &str = "-- offer_changes::now
        SELECT snapshot::text,
               coalesce(pg_snapshot_xmax(snapshot) >= pg_snapshot_xmax($1::text::pg_snapshot), false) AS follows
        FROM pg_current_snapshot() AS snapshot";
    let row = tx.query_one(SQL, &[&since]).await?;
    Ok(Moment { snapshot: row.get("snapshot"), follows: row.get("follows") })
}

/// An offer that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub id: OfferId,
    /// Whether it is open.
    pub open: bool,
}

/// The offers that changed since a moment, by its snapshot, or whose vector of `model` did, in the order of their ids; `None` where they
/// are more than `most`. The index finds what is not older than the oldest transaction that was running then; some of it had ended.
pub async fn list(
    tx: &SiloTx<'_>,
    model: &str,
    since: &str,
    most: u32,
) -> Result<Option<Vec<Changed>>, DatabaseError> {
    const SQL: &str = "-- offer_changes::list
        SELECT id, status = 'open' AS open FROM offers
        WHERE changed >= pg_snapshot_xmin($2::text::pg_snapshot) AND NOT pg_visible_in_snapshot(changed, $2::text::pg_snapshot)
        UNION
        SELECT id, status = 'open' FROM offer_vectors JOIN offers ON id = offer_id
        WHERE model = $1 AND offer_vectors.changed >= pg_snapshot_xmin($2::text::pg_snapshot)
          AND NOT pg_visible_in_snapshot(offer_vectors.changed, $2::text::pg_snapshot)
        ORDER BY id LIMIT $3";
    let rows = tx.query(SQL, &[&model, &since, &(i64::from(most) + 1)]).await?;
    if rows.len() > most as usize {
        return Ok(None);
    }
    let changed =
        rows.iter().map(|row| Changed { id: row.get::<_, Uuid>("id").into(), open: row.get("open") });
    Ok(Some(changed.collect()))
}
