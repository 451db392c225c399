//! Which secrets of feeds there are, or may be. A secret is noted before it is made and forgotten after it is gone.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::ids::SecretId;
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// Notes that a secret is about to be made.
pub async fn note_secret(tx: &SiloTx<'_>, id: SecretId, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- feeds::note_secret\nINSERT INTO feed_secrets (id, created_at) VALUES ($1, $2)";
    tx.execute_one(SQL, &[&id.as_uuid(), &now]).await
}

/// Secrets noted before `before` that no feed is opened with: what made them stopped half-way, or what replaced them did.
pub async fn list_stray_secrets(tx: &SiloTx<'_>, before: Timestamp) -> Result<Vec<SecretId>, DatabaseError> {
    const SQL: &str = "-- feeds::list_stray_secrets
        SELECT id FROM feed_secrets noted
        WHERE created_at < $1 AND NOT EXISTS (SELECT FROM feeds WHERE secret_id = noted.id)
        ORDER BY created_at LIMIT 20";
    let rows = tx.query(SQL, &[&before]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>("id").into()).collect())
}

/// Forgets a secret that is gone. Repeating it does no harm; one that a feed is opened with cannot be forgotten.
pub async fn forget_secret(tx: &SiloTx<'_>, id: SecretId) -> Result<(), DatabaseError> {
    const SQL: &str = "-- feeds::forget_secret\nDELETE FROM feed_secrets WHERE id = $1";
    tx.execute(SQL, &[&id.as_uuid()]).await?;
    Ok(())
}
