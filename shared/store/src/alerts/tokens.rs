//! What links in mails open. A token is found by its hash; one that never was, one of another purpose, and one whose alert is over
//! are not there alike.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    alert::{AlertDays as Days, Frequency, TokenPurpose},
    ids::AlertId,
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

/// SHA-256 of a token's secret.
pub type TokenHash = [u8; 32];

/// What becomes of an alert that its holder keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How often it tells.
    pub frequency: Frequency,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn kept(row: &Row) -> Result<Kept, TenancyError> {
    let frequency = row.get::<_, &str>("frequency").parse().map_err(|_| TenancyError::Corrupt("alert"))?;
    Ok(Kept { frequency, expires_at: row.get("expires_at") })
}

/// Adds a token to an alert.
pub(super) async fn add(
    tx: &SiloTx<'_>,
    alert: AlertId,
    hash: &TokenHash,
    purpose: TokenPurpose,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- alerts::add_token
        INSERT INTO alert_tokens (hash, alert_id, purpose) VALUES ($1, $2, $3)";
    tx.execute_one(SQL, &[&hash.as_slice(), &alert.as_uuid(), &purpose.as_str()]).await
}

/// Confirms the alert that a token leads to. Once more changes nothing: it does not prolong. An older alert of the same address for
/// the same search in the same front office ends, so that nobody is told twice; the purge, which knows what is held, removes it.
pub async fn confirm(
    tx: &SiloTx<'_>,
    hash: &TokenHash,
    now: Timestamp,
    days: Days,
) -> Result<Option<Kept>, TenancyError> {
    const SQL: &str = "-- alerts::confirm
        UPDATE alerts SET
            state = 'active',
            confirmed_at = coalesce(confirmed_at, $2),
            new_since = coalesce(new_since, $2),
            seen_until = coalesce(seen_until, $2),
            expires_at = CASE state WHEN 'pending' THEN $3 ELSE expires_at END,
            next_at = CASE state WHEN 'active' THEN next_at
                      WHEN 'pending' THEN $2 + CASE frequency WHEN 'daily' THEN interval '1 day' ELSE interval '7 days' END END
        FROM alert_tokens AS token
        WHERE token.hash = $1 AND token.purpose = 'confirmation' AND token.alert_id = alerts.id AND alerts.expires_at > $2
              AND (alerts.confirmed_at IS NULL OR alerts.confirmed_at >= $4)
        RETURNING alerts.id, frequency, expires_at";
    const REPLACE: &str = "-- alerts::replace
        UPDATE alerts AS older SET expires_at = $2 FROM alerts AS kept
        WHERE kept.id = $1 AND older.expires_at > $2 AND older.id <> kept.id AND older.state = 'active' AND older.email = kept.email
          AND older.project_id = kept.project_id AND older.search = kept.search";
    let row = tx.query_opt(SQL, &[&hash.as_slice(), &now, &days.after(now), &days.before(now)]).await?;
    let Some(row) = row else { return Ok(None) };
    tx.execute(REPLACE, &[&row.get::<_, Uuid>("id"), &now]).await?;
    kept(&row).map(Some)
}

/// Lets the alert that a token leads to last as long as one that was confirmed now.
pub async fn renew(
    tx: &SiloTx<'_>,
    hash: &TokenHash,
    now: Timestamp,
    days: Days,
) -> Result<Option<Kept>, TenancyError> {
    const SQL: &str = "-- alerts::renew
        UPDATE alerts SET confirmed_at = $2, expires_at = $3
        FROM alert_tokens AS token
        WHERE token.hash = $1 AND token.purpose = 'keeping' AND token.alert_id = alerts.id
          AND alerts.state = 'active' AND alerts.expires_at > $2 AND alerts.confirmed_at >= $4
        RETURNING frequency, expires_at";
    let row = tx.query_opt(SQL, &[&hash.as_slice(), &now, &days.after(now), &days.before(now)]).await?;
    row.as_ref().map(kept).transpose()
}

/// Removes the alert that a token leads to, with all that is kept of it. `false`: it leads to none.
pub async fn delete(
    tx: &SiloTx<'_>,
    hash: &TokenHash,
    now: Timestamp,
    days: Days,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- alerts::delete
        DELETE FROM alerts USING alert_tokens AS token
        WHERE token.hash = $1 AND token.purpose = 'keeping' AND token.alert_id = alerts.id AND alerts.expires_at > $2
              AND (alerts.confirmed_at IS NULL OR alerts.confirmed_at >= $3)";
    Ok(tx.execute(SQL, &[&hash.as_slice(), &now, &days.before(now)]).await? == 1)
}

/// Ends the alert that a token leads to and leaves it there: something of the tenant's is held, and the purge knows what. `false`: it leads to
/// none.
pub async fn end(
    tx: &SiloTx<'_>,
    hash: &TokenHash,
    now: Timestamp,
    days: Days,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- alerts::end
        UPDATE alerts SET expires_at = $2 FROM alert_tokens AS token
        WHERE token.hash = $1 AND token.purpose = 'keeping' AND token.alert_id = alerts.id AND alerts.expires_at > $2
              AND (alerts.confirmed_at IS NULL OR alerts.confirmed_at >= $3)";
    Ok(tx.execute(SQL, &[&hash.as_slice(), &now, &days.before(now)]).await? == 1)
}
