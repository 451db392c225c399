//! What is past its days: alerts that ended or that nobody confirmed, and mails of those that go on.

use jiff::{SignedDuration, Timestamp};
use vivier_domain::retention::MAXIMUM_DAYS;
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// What was sent to a candidate is known no longer than this.
const MAILS: SignedDuration = SignedDuration::from_hours(24 * MAXIMUM_DAYS as i64);

/// Removes alerts that are over at `as_of`, the oldest first and at most `limit`, each with all that is kept of it. Returns how many.
pub async fn purge(tx: &SiloTx<'_>, as_of: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::purge
        WITH old AS MATERIALIZED (
            SELECT id FROM alerts WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM alerts USING old WHERE alerts.id = old.id";
    tx.execute(SQL, &[&as_of, &i64::from(limit)]).await
}

/// How many alerts are over at `as_of`, up to `limit`.
pub async fn count_expired(tx: &SiloTx<'_>, as_of: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::count_expired
        SELECT count(*) AS expired FROM (SELECT FROM alerts WHERE expires_at <= $1 LIMIT $2) AS old";
    Ok(tx.query_one(SQL, &[&as_of, &i64::from(limit)]).await?.get::<_, i64>("expired").unsigned_abs())
}

/// Forgets the mails of alerts that are renewed again and again, where they ended more than 90 days before `as_of`.
pub async fn forget_mails(tx: &SiloTx<'_>, as_of: Timestamp) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::forget_mails
        DELETE FROM alert_mails WHERE ended_at <= $1";
    tx.execute(SQL, &[&(as_of - MAILS)]).await
}
