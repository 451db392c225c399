//! Copies of a person's data, and former requests of an address.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::PrivacyRequestId,
    opaque::Opaque,
    privacy::{MOST_DOWNLOADS, MOST_TRIES},
    redacted::Redacted,
};
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// Counts a try to open a copy, before its code is looked at: a request that is cut off counts too. Whether one is left.
pub async fn count_try(tx: &SiloTx<'_>, id: PrivacyRequestId, now: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::count_try
        UPDATE privacy_requests SET tries = tries + 1
        WHERE id = $1 AND kind = 'access' AND state = 'complete' AND available_until > $2 AND tries < $3 AND downloads < $4";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &now, &MOST_TRIES, &MOST_DOWNLOADS]).await? == 1)
}

/// Counts a copy as fetched: its code was right, so tries begin anew.
pub async fn take(tx: &SiloTx<'_>, id: PrivacyRequestId) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::take
        UPDATE privacy_requests SET downloads = downloads + 1, tries = 0 WHERE id = $1";
    tx.execute_one(SQL, &[&id.as_uuid()]).await
}

/// Copies that are over at `now`, at most `limit`.
pub async fn list_over(
    tx: &SiloTx<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<PrivacyRequestId>, DatabaseError> {
    const SQL: &str = "-- privacy::list_over
        SELECT id FROM privacy_requests WHERE available_until <= $1 ORDER BY available_until LIMIT $2";
    let rows = tx.query(SQL, &[&now, &limit]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>("id").into()).collect())
}

/// Notes that a copy is gone.
pub async fn withdraw(tx: &SiloTx<'_>, id: PrivacyRequestId) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::withdraw
        UPDATE privacy_requests SET available_until = NULL, subject = NULL WHERE id = $1";
    tx.execute(SQL, &[&id.as_uuid()]).await.map(drop)
}

/// The copies of a person's data that lie there, whether or not their requests are answered; those asked for until a moment, where it is named.
pub async fn list_copies(
    tx: &SiloTx<'_>,
    subject: &Opaque<32>,
    until: Option<Timestamp>,
) -> Result<Vec<PrivacyRequestId>, DatabaseError> {
    const SQL: &str = "-- privacy::list_copies
        SELECT id FROM privacy_requests WHERE subject = $1 AND ($2::timestamptz IS NULL OR created_at <= $2) ORDER BY id";
    let rows = tx.query(SQL, &[&subject.as_bytes().as_slice(), &until]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>("id").into()).collect())
}

/// Which of some copies no request knows: their requests are gone, or their copies were said to be removed.
pub async fn list_unknown(
    tx: &SiloTx<'_>,
    copies: &[PrivacyRequestId],
) -> Result<Vec<PrivacyRequestId>, DatabaseError> {
    const SQL: &str = "-- privacy::list_unknown
        SELECT copy FROM unnest($1::uuid[]) AS copy
        WHERE NOT EXISTS (SELECT FROM privacy_requests WHERE id = copy AND subject IS NOT NULL)";
    let copies: Vec<Uuid> = copies.iter().map(|id| id.as_uuid()).collect();
    let rows = tx.query(SQL, &[&copies]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>("copy").into()).collect())
}

/// Whose copies lie there.
pub async fn list_subjects(tx: &SiloTx<'_>) -> Result<Vec<Opaque<32>>, DatabaseError> {
    const SQL: &str = "-- privacy::list_subjects
        SELECT DISTINCT subject FROM privacy_requests WHERE subject IS NOT NULL";
    let rows = tx.query(SQL, &[]).await?;
    Ok(rows.iter().filter_map(|row| Opaque::from_slice(row.get("subject"))).collect())
}

/// How many other requests of an address nobody has confirmed. Those that were are the person's own open requests: each is answered by itself.
pub async fn count_pending(
    tx: &SiloTx<'_>,
    email: &Redacted,
    but: PrivacyRequestId,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::count_pending
        SELECT count(*) AS pending FROM privacy_requests WHERE email = $1 AND id <> $2 AND state = 'pending'";
    let count = |row: &Row| row.get::<_, i64>("pending").unsigned_abs();
    Ok(count(&tx.query_one(SQL, &[&email.expose(), &but.as_uuid()]).await?))
}

/// Removes other requests of an address that nobody has confirmed. How many there were.
pub async fn erase_pending(
    tx: &SiloTx<'_>,
    email: &Redacted,
    but: PrivacyRequestId,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::erase_pending
        DELETE FROM privacy_requests WHERE email = $1 AND id <> $2 AND state = 'pending'";
    tx.execute(SQL, &[&email.expose(), &but.as_uuid()]).await
}

/// Removes the requests of an address that were made until a moment and stand in the ledger or wait for nothing. Others that were confirmed are
/// the person's open ones, each answered by itself. How many there were.
pub async fn erase_made_until(
    tx: &SiloTx<'_>,
    email: &Redacted,
    until: Timestamp,
    done: &[PrivacyRequestId],
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::erase_made_until
        DELETE FROM privacy_requests
        WHERE email = $1 AND created_at <= $2 AND (state IN ('pending', 'complete') OR id = ANY($3))";
    let done: Vec<Uuid> = done.iter().map(|id| id.as_uuid()).collect();
    tx.execute(SQL, &[&email.expose(), &until, &done]).await
}

/// How many such requests there are.
pub async fn count_made_until(
    tx: &SiloTx<'_>,
    email: &Redacted,
    until: Timestamp,
    done: &[PrivacyRequestId],
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::count_made_until
        SELECT count(*) AS made FROM privacy_requests
        WHERE email = $1 AND created_at <= $2 AND (state IN ('pending', 'complete') OR id = ANY($3))";
    let count = |row: &Row| row.get::<_, i64>("made").unsigned_abs();
    let done: Vec<Uuid> = done.iter().map(|id| id.as_uuid()).collect();
    Ok(count(&tx.query_one(SQL, &[&email.expose(), &until, &done]).await?))
}

/// Addresses that anything is kept of, in their order and behind `after`, at most `limit`.
pub async fn list_addresses(
    tx: &SiloTx<'_>,
    after: &Redacted,
    limit: i64,
) -> Result<Vec<Redacted>, DatabaseError> {
    const SQL: &str = "-- privacy::list_addresses
        SELECT email FROM (SELECT email FROM alerts UNION SELECT email FROM privacy_requests WHERE email IS NOT NULL) AS known
        WHERE email > $1 ORDER BY email LIMIT $2";
    let rows = tx.query(SQL, &[&after.expose(), &limit]).await?;
    Ok(rows.iter().map(|row| Redacted::new(row.get::<_, String>("email"))).collect())
}
