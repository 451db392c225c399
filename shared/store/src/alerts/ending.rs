//! What is past its days: alerts that ended, that nobody confirmed, or that are older than the tenant keeps them by now; and mails of those
//! that go on.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{alert::LASTS, redacted::Redacted};
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// Which alerts are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Those whose end is not later.
    pub as_of: Timestamp,
    /// Those that were last confirmed before this, whatever was promised then.
    pub since: Timestamp,
}

impl Over {
    /// No alert that ends later is over: each lasts so long from its confirmation, or less.
    fn latest(self) -> Timestamp {
        self.as_of.max(self.since.saturating_add(LASTS).unwrap_or(Timestamp::MAX))
    }
}

/// Something that is over, with whom it tells.
#[derive(Debug, Clone)]
pub struct Told {
    /// The alert, or the mail.
    pub id: Uuid,
    /// Until when it was to last, or when it ended: the order in which they are listed.
    pub ends_at: Timestamp,
    /// Whom.
    pub email: Redacted,
}

impl Told {
    fn read(row: &Row) -> Self {
        Self {
            id: row.get("id"),
            ends_at: row.get("ends_at"),
            email: Redacted::new(row.get::<_, String>("email")),
        }
    }
}

/// Removes alerts that are over, the oldest first and at most `limit`, each with all that is kept of it. Returns how many.
pub async fn purge(tx: &SiloTx<'_>, over: Over, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::purge
        WITH old AS MATERIALIZED (
            SELECT id FROM alerts WHERE expires_at <= $1 AND (expires_at <= $2 OR confirmed_at < $3)
            ORDER BY expires_at LIMIT $4 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM alerts USING old WHERE alerts.id = old.id";
    tx.execute(SQL, &[&over.latest(), &over.as_of, &over.since, &i64::from(limit)]).await
}

/// How many alerts are over, up to `limit`.
pub async fn count_over(tx: &SiloTx<'_>, over: Over, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::count_over
        SELECT count(*) AS count FROM (
            SELECT FROM alerts WHERE expires_at <= $1 AND (expires_at <= $2 OR confirmed_at < $3) LIMIT $4
        ) AS old";
    let row = tx.query_one(SQL, &[&over.latest(), &over.as_of, &over.since, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Alerts that are over, with whom they tell, in order behind one of them; at most `limit`.
pub async fn list_over(
    tx: &SiloTx<'_>,
    over: Over,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<Told>, DatabaseError> {
    const SQL: &str = "-- alerts::list_over
        SELECT id, expires_at AS ends_at, email FROM alerts
        WHERE expires_at <= $1 AND (expires_at <= $2 OR confirmed_at < $3)
              AND expires_at >= $4 AND (expires_at, id) > ($4, $5)
        ORDER BY expires_at, id LIMIT $6";
    let (at, id) = after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let limit = i64::from(limit);
    let rows = tx.query(SQL, &[&over.latest(), &over.as_of, &over.since, &at, &id, &limit]).await?;
    Ok(rows.iter().map(Told::read).collect())
}

/// Removes these alerts with all that is kept of them. Returns how many.
pub async fn remove(tx: &SiloTx<'_>, ids: &[Uuid]) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::remove\n        DELETE FROM alerts WHERE id = ANY ($1)";
    tx.execute(SQL, &[&ids]).await
}

/// Mails that ended before `cutoff`, of alerts that are renewed again and again, with whom they told, in order behind one of them.
pub async fn list_old_mails(
    tx: &SiloTx<'_>,
    cutoff: Timestamp,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<Told>, DatabaseError> {
    const SQL: &str = "-- alerts::list_old_mails
        SELECT mail.id, mail.ended_at AS ends_at, alerts.email
        FROM (SELECT id, alert_id, ended_at FROM alert_mails
              WHERE ended_at < $1 AND ended_at >= $2 AND (ended_at, id) > ($2, $3)
              ORDER BY ended_at, id LIMIT $4) AS mail
        JOIN alerts ON alerts.id = mail.alert_id ORDER BY mail.ended_at, mail.id";
    let (at, id) = after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let rows = tx.query(SQL, &[&cutoff, &at, &id, &i64::from(limit)]).await?;
    Ok(rows.iter().map(Told::read).collect())
}

/// Forgets these mails. Returns how many.
pub async fn remove_mails(tx: &SiloTx<'_>, ids: &[Uuid]) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::remove_mails\n        DELETE FROM alert_mails WHERE id = ANY ($1)";
    tx.execute(SQL, &[&ids]).await
}

/// How many mails ended before `cutoff`, up to `limit`.
pub async fn count_old_mails(tx: &SiloTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::count_old_mails
        SELECT count(*) AS count FROM (SELECT FROM alert_mails WHERE ended_at < $1 LIMIT $2) AS old";
    Ok(tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?.get::<_, i64>("count").unsigned_abs())
}

/// Forgets mails that ended before `cutoff`, at most `limit`. Returns how many.
pub async fn purge_mails(tx: &SiloTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::purge_mails
        WITH old AS MATERIALIZED (
            SELECT id FROM alert_mails WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM alert_mails USING old WHERE alert_mails.id = old.id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}
