//! A run's hold on an alert, and which offers are new to it.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vivier_domain::{
    alert::AlertDays,
    ids::{AlertId, OfferId},
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{Alert, COLUMNS, Marks, read};

/// Offers that came in so long before the mark are looked at again: an import that was under way had not published them yet. Those
/// that were told of are written down, so none is told of twice.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(48);
/// More new offers than this are not looked at in one go: the newest are.
const MOST_NEW: i64 = 50_000;

/// A run's hold on an alert. Its end is its name: a run that was overtaken holds nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub(super) alert: AlertId,
    pub(super) until: Timestamp,
    /// When the work was due.
    due: Timestamp,
}

/// Takes up the alert that has waited longest, unless it is somebody else's until later than `now`, or over.
pub async fn claim(
    tx: &SiloTx<'_>,
    now: Timestamp,
    until: Timestamp,
    days: AlertDays,
) -> Result<Option<(Alert, Lease)>, TenancyError> {
    let sql = format!(
        "-- alerts::claim
        UPDATE alerts SET lease_until = $2
        WHERE id = (
            SELECT id FROM alerts
            WHERE next_at <= $1 AND expires_at > $1 AND (confirmed_at IS NULL OR confirmed_at >= $3)
                  AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}"
    );
    let Some(row) = tx.query_opt(&sql, &[&now, &until, &days.before(now)]).await? else { return Ok(None) };
    let alert = read(&row)?;
    let lease = Lease { alert: alert.id, until, due: alert.next_at };
    Ok(Some((alert, lease)))
}

/// Gives an alert back; there is something to do for it at `next_at`, unless it was confirmed meanwhile: then, when the confirmation
/// said. `false`: it is gone, or another run's.
pub async fn finish(tx: &SiloTx<'_>, lease: Lease, next_at: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- alerts::finish
        UPDATE alerts SET lease_until = NULL, next_at = CASE next_at WHEN $4 THEN $3 ELSE next_at END
        WHERE id = $1 AND lease_until = $2";
    Ok(tx.execute(SQL, &[&lease.alert.as_uuid(), &lease.until, &next_at, &lease.due]).await? == 1)
}

/// Open offers that came in since an alert's mark, but for those that it told of.
pub async fn list_new(
    tx: &SiloTx<'_>,
    alert: AlertId,
    marks: Marks,
) -> Result<HashSet<OfferId>, DatabaseError> {
    const SQL: &str = "-- alerts::list_new
        SELECT id FROM offers
        WHERE status = 'open' AND created_at > $2
          AND NOT EXISTS (SELECT FROM alert_offers WHERE alert_id = $1 AND offer_id = id)
        ORDER BY created_at DESC LIMIT $3";
    let since = marks.new_since.max(marks.seen_until - LOOK_BACK);
    let rows = tx.query(SQL, &[&alert.as_uuid(), &since, &MOST_NEW]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>("id").into()).collect())
}

/// Moves the mark to `seen_until`, and forgets which offers were told of that are too old to be looked at again.
pub async fn move_mark(tx: &SiloTx<'_>, lease: Lease, seen_until: Timestamp) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- alerts::move_mark
        UPDATE alerts SET seen_until = $3 WHERE id = $1 AND lease_until = $2";
    const FORGET: &str = "-- alerts::forget_offers
        DELETE FROM alert_offers USING offers
        WHERE alert_id = $1 AND offers.id = offer_id AND offers.created_at <= $2";
    let id = lease.alert.as_uuid();
    if tx.execute(SQL, &[&id, &lease.until, &seen_until]).await? != 1 {
        return Ok(false);
    }
    tx.execute(FORGET, &[&id, &(seen_until - LOOK_BACK)]).await?;
    Ok(true)
}
