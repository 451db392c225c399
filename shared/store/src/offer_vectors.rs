//! What offers mean, beside them. A vector is made of an offer's text; it stays as long as that text and the model do.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{ids::OfferId, offer::Offer};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use crate::offers;

/// A vector on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Whose it is.
    pub offer: OfferId,
    /// SHA-256 of the text it was made of.
    pub text_hash: [u8; 32],
    /// As the index keeps it.
    pub vector: Vec<u8>,
}

/// Open offers behind `after` that have no vector of `model`, or were written after theirs was made, in the order of their ids.
pub async fn list_missing(
    tx: &SiloTx<'_>,
    model: &str,
    after: Option<OfferId>,
    limit: u32,
) -> Result<Vec<Offer>, TenancyError> {
    // Said of both sides: PostgreSQL does not conclude that what is joined by an id lies behind another as well.
    let sql = format!(
        "-- offer_vectors::list_missing
        SELECT {} FROM offers
        LEFT JOIN offer_vectors ON offer_id = id AND offer_id > $3 AND model = $1 AND read_at >= updated_at
        WHERE status = 'open' AND offer_id IS NULL AND id > $3
        ORDER BY id LIMIT $2",
        offers::COLUMNS
    );
    let after = after.map_or(Uuid::nil(), OfferId::as_uuid);
    tx.query(&sql, &[&model, &i64::from(limit), &after]).await?.iter().map(offers::read).collect()
}

/// Whether any open offer lacks its vector.
pub async fn any_missing(tx: &SiloTx<'_>, model: &str) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- offer_vectors::any_missing
        SELECT EXISTS (
            SELECT FROM offers
            LEFT JOIN offer_vectors ON offer_id = id AND model = $1 AND read_at >= updated_at
            WHERE status = 'open' AND offer_id IS NULL) AS missing";
    Ok(tx.query_one(SQL, &[&model]).await?.get("missing"))
}

/// Vectors that were made of these texts by `model`, by hash: offers often say the same.
pub async fn find(
    tx: &SiloTx<'_>,
    model: &str,
    text_hashes: &[[u8; 32]],
) -> Result<HashMap<[u8; 32], Vec<u8>>, DatabaseError> {
    const SQL: &str = "-- offer_vectors::find
        SELECT text_hash, vector FROM (SELECT DISTINCT unnest($2::bytea[])) AS wanted (text_hash)
        CROSS JOIN LATERAL (
            SELECT vector FROM offer_vectors AS made
            WHERE made.text_hash = wanted.text_hash AND model = $1 LIMIT 1) AS one";
    let hashes: Vec<&[u8]> = text_hashes.iter().map(<[u8; 32]>::as_slice).collect();
    let rows = tx.query(SQL, &[&model, &hashes]).await?;
    let pair = |row: &tokio_postgres::Row| {
        let hash = row.get::<_, &[u8]>("text_hash").try_into().ok()?;
        Some((hash, row.get("vector")))
    };
    Ok(rows.iter().filter_map(pair).collect())
}

/// Keeps vectors of offers as they were at `read_at`. An offer that is gone by now is passed over.
pub async fn upsert(
    tx: &SiloTx<'_>,
    model: &str,
    made: &[Made],
    read_at: Timestamp,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- offer_vectors::upsert
        INSERT INTO offer_vectors (offer_id, model, text_hash, vector, read_at)
        SELECT offer_id, $1, text_hash, vector, $2
        FROM unnest($3::uuid[], $4::bytea[], $5::bytea[]) AS given (offer_id, text_hash, vector)
        WHERE EXISTS (SELECT FROM offers WHERE id = offer_id)
        ON CONFLICT (offer_id) DO UPDATE SET
            model = excluded.model, text_hash = excluded.text_hash, vector = excluded.vector, read_at = excluded.read_at,
            changed = pg_current_xact_id()";
    let ids: Vec<Uuid> = made.iter().map(|one| one.offer.as_uuid()).collect();
    let hashes: Vec<&[u8]> = made.iter().map(|one| one.text_hash.as_slice()).collect();
    let vectors: Vec<&[u8]> = made.iter().map(|one| one.vector.as_slice()).collect();
    tx.execute(SQL, &[&model, &read_at, &ids, &hashes, &vectors]).await
}

/// Vectors of `model` that offers among these have, by offer. One made before its offer was last written still stands for it:
/// it says more than none.
pub async fn list(
    tx: &SiloTx<'_>,
    model: &str,
    ids: &[OfferId],
) -> Result<HashMap<OfferId, Vec<u8>>, DatabaseError> {
    const SQL: &str = "-- offer_vectors::list
        SELECT offer_id, vector FROM offer_vectors WHERE model = $1 AND offer_id = ANY ($2::uuid[])";
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = tx.query(SQL, &[&model, &ids]).await?;
    Ok(rows.iter().map(|row| (row.get::<_, Uuid>("offer_id").into(), row.get("vector"))).collect())
}
