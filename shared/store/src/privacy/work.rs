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
    /// Erasures that some store has not answered.
    pub partial: u64,
}

/// Removes what nobody confirmed and what was answered long ago, and tells how the others stand; those due before `soon` are counted apart.
pub async fn settle(tx: &SiloTx<'_>, now: Timestamp, soon: Timestamp) -> Result<Standing, DatabaseError> {
    const PURGE: &str = "-- privacy::purge
        DELETE FROM privacy_requests
        WHERE state = 'pending' AND created_at <= $1 OR state = 'complete' AND ended_at <= $2 AND available_until IS NULL";
    const SQL: &str = "-- privacy::standing
        SELECT count(*) AS open, count(*) FILTER (WHERE due_at < $1) AS due, count(*) FILTER (WHERE state = 'partial') AS partial
        FROM privacy_requests WHERE state IN ('received', 'partial')";
    tx.execute(PURGE, &[&(now - PENDING), &(now - KEPT)]).await?;
    let row = tx.query_one(SQL, &[&soon]).await?;
    let count = |name: &str| row.get::<_, i64>(name).unsigned_abs();
    Ok(Standing { open: count("open"), due: count("due"), partial: count("partial") })
}
