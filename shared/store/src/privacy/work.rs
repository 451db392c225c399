//! A run's hold on a request, and how all of them stand.

use jiff::Timestamp;
use vivier_domain::{
    ids::PrivacyRequestId,
    privacy::{KEPT, PENDING},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{COLUMNS, Request, read};

/// The most that goes beside other work; the nightly purge takes what is left.
const AT_ONCE: u32 = 1_000;

/// A run's hold on a request. Its end is its name: a run that was overtaken holds nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub(super) request: PrivacyRequestId,
    pub(super) until: Timestamp,
    /// When the work was due.
    due: Timestamp,
}

/// A mail about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailed {
    /// To the person: is the address meant?
    Asked,
    /// To the tenant's members who answer (M10).
    Forwarded,
    /// To the person: it is answered.
    Answered,
}

/// Takes up the request that has waited longest, unless it is somebody else's until later than `now`; requests that nobody confirmed in time
/// are not taken up.
pub async fn claim(
    tx: &SiloTx<'_>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<(Request, Lease)>, TenancyError> {
    let sql = format!(
        "-- privacy::claim
        UPDATE privacy_requests SET lease_until = $2, attempts = attempts + 1
        WHERE id = (
            SELECT id FROM privacy_requests
            WHERE next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) AND (state <> 'pending' OR created_at > $3)
            ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}, next_at"
    );
    let Some(row) = tx.query_opt(&sql, &[&now, &until, &(now - PENDING)]).await? else { return Ok(None) };
    let request = read(&row)?;
    let lease = Lease { request: request.id, until, due: row.get("next_at") };
    Ok(Some((request, lease)))
}

/// Gives a request back; there is something to do for it at `next_at`, or never, unless it was confirmed or corrected meanwhile: then, when
/// that said. `false`: it is gone, or another run's.
pub async fn finish(
    tx: &SiloTx<'_>,
    lease: Lease,
    next_at: Option<Timestamp>,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- privacy::finish
        UPDATE privacy_requests SET lease_until = NULL, next_at = CASE next_at WHEN $4 THEN coalesce($3, 'infinity'::timestamptz) ELSE next_at END
        WHERE id = $1 AND lease_until = $2";
    Ok(tx.execute(SQL, &[&lease.request.as_uuid(), &lease.until, &next_at, &lease.due]).await? == 1)
}

/// Notes that a mail about a request was sent.
pub async fn note_mailed(
    tx: &SiloTx<'_>,
    lease: Lease,
    mail: Mailed,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::note_mailed
        UPDATE privacy_requests SET
            asked_at = CASE $3 WHEN 'asked' THEN $4 ELSE asked_at END,
            forwarded_at = CASE $3 WHEN 'forwarded' THEN $4 ELSE forwarded_at END,
            answered_at = CASE $3 WHEN 'answered' THEN $4 ELSE answered_at END
        WHERE id = $1 AND lease_until = $2";
    let mail = match mail {
        Mailed::Asked => "asked",
        Mailed::Forwarded => "forwarded",
        Mailed::Answered => "answered",
    };
    tx.execute(SQL, &[&lease.request.as_uuid(), &lease.until, &mail, &now]).await.map(drop)
}

/// How a tenant's requests stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// That are to be answered.
    pub open: u64,
    /// Of them, those that are due before a moment.
    pub due: u64,
    /// Erasures that some store has not answered; not those that only wait for a hold.
    pub partial: u64,
}

/// How many requests are neither answered nor still to be confirmed.
pub async fn count_open(tx: &SiloTx<'_>) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::count_open
        SELECT count(*) AS count FROM privacy_requests WHERE state IN ('received', 'partial')";
    let row = tx.query_one(SQL, &[]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// How many requests nobody confirmed until `as_of`, or were answered before `cutoff`, up to `limit`.
pub async fn count_over(
    tx: &SiloTx<'_>,
    as_of: Timestamp,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::count_over
        SELECT count(*) AS count FROM (
            (SELECT FROM privacy_requests WHERE state = 'pending' AND created_at <= $1 LIMIT $3)
            UNION ALL
            (SELECT FROM privacy_requests WHERE state = 'complete' AND ended_at < $2 AND available_until IS NULL LIMIT $3)
            LIMIT $3
        ) AS old";
    let row = tx.query_one(SQL, &[&(as_of - PENDING), &cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes requests that nobody confirmed until `as_of` or that were answered before `cutoff`, at most `limit`. Returns how many.
pub async fn purge(
    tx: &SiloTx<'_>,
    as_of: Timestamp,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::purge
        WITH pending AS MATERIALIZED (
            SELECT id FROM privacy_requests WHERE state = 'pending' AND created_at <= $1
            ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED
        ), ended AS MATERIALIZED (
            SELECT id FROM privacy_requests WHERE state = 'complete' AND ended_at < $2 AND available_until IS NULL
            ORDER BY ended_at LIMIT $3 FOR UPDATE SKIP LOCKED
        ), old AS MATERIALIZED (
            SELECT id FROM (SELECT id FROM pending UNION ALL SELECT id FROM ended) AS either LIMIT $3
        )
        DELETE FROM privacy_requests AS request USING old WHERE request.id = old.id";
    tx.execute(SQL, &[&(as_of - PENDING), &cutoff, &i64::from(limit)]).await
}

/// Has erasures that wait for a hold be tried again at once. Returns how many.
pub async fn wake_held(tx: &SiloTx<'_>, now: Timestamp) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::wake_held
        UPDATE privacy_requests AS request SET next_at = $1
        WHERE state = 'partial' AND next_at > $1
              AND EXISTS (SELECT FROM privacy_stores WHERE request_id = request.id AND reason = 'held')";
    tx.execute(SQL, &[&now]).await
}

/// Removes what nobody confirmed, and tells how the others stand; those due before `soon` are counted apart.
pub async fn settle(tx: &SiloTx<'_>, now: Timestamp, soon: Timestamp) -> Result<Standing, DatabaseError> {
    const SQL: &str = "-- privacy::standing
        SELECT count(*) AS open, count(*) FILTER (WHERE due_at < $1) AS due, count(*) FILTER (
            WHERE state = 'partial' AND EXISTS (
                SELECT FROM privacy_stores WHERE request_id = request.id AND reason IS NOT NULL AND reason <> 'held')
        ) AS partial
        FROM privacy_requests AS request WHERE state IN ('received', 'partial')";
    purge(tx, now, now - KEPT, AT_ONCE).await?;
    let row = tx.query_one(SQL, &[&soon]).await?;
    let count = |name: &str| row.get::<_, i64>(name).unsigned_abs();
    Ok(Standing { open: count("open"), due: count("due"), partial: count("partial") })
}
