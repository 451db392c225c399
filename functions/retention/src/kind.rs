//! The purge of one kind of one tenant's data.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use vivier_domain::{
    ids::RunId,
    retention::{DataKind, Days},
};
use vivier_store::{
    alerts, audit, events,
    purge_reports::{self, Part},
    queries, statistics,
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::PoolTx, rooms::database::DatabaseError};

use crate::App;

/// How many rows or items go in one transaction: few enough to hold no lock for long.
const BATCH: u32 = 5_000;
/// The stream keeps records for three days; then a day for the hands that work on them.
const REDELIVERED: SignedDuration = SignedDuration::from_hours(96);
/// Counts by the hour are kept as long as events, and two days more, so that days can be counted anew in another time zone.
pub const HOURS_KEPT: SignedDuration = SignedDuration::from_hours(24 * (Days::MAXIMUM.get() as i64 + 2));
/// Counts by the day are kept three years.
pub const DAYS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 366 * 3);

/// What a run is to do, the same for every tenant.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The run.
    pub run_id: RunId,
    /// Whether an operator asked for it; a schedule otherwise.
    pub by_hand: bool,
    /// Whether it only counts.
    pub dry_run: bool,
    /// The moment that the days are counted back from.
    pub as_of: Timestamp,
    /// The most rows or items it removes of one kind for one tenant.
    pub limit: u32,
}

impl Plan {
    /// What is older than this goes; what has an end of its own, when that is past.
    pub fn cutoff(&self, days: Option<Days>) -> Timestamp {
        let Some(days) = days else { return self.as_of };
        Timestamp::from_microsecond(self.as_of.as_microsecond() - days.seconds() * 1_000_000)
            .unwrap_or(Timestamp::MIN)
    }
}

/// What became of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// How many rows or items went, or would go.
    pub removed: u64,
    /// Whether nothing older than the cutoff is left.
    pub complete: bool,
}

/// Purges one kind in batches. Each is reported as it is done, rows and report in one transaction: a run that is cut
/// off has told what it removed, and the next one goes on.
pub async fn purge(
    app: &App,
    scope: &TenantScope,
    plan: &Plan,
    kind: DataKind,
    days: Option<Days>,
) -> Result<Purged, TenancyError> {
    let cutoff = cutoff(plan, kind, days);
    let mut removed = 0;
    loop {
        let wanted = next(plan, removed);
        // Another store is no part of the transaction: what it held is gone even where its report cannot be written.
        let items = match kind {
            DataKind::Conversations => {
                let table = app.tenancy.conversations(scope).await?;
                table.purge(plan.as_of, cutoff, wanted as usize, plan.dry_run).await?.0
            }
            DataKind::Alerts => expired_alerts(app, scope, plan, wanted).await?,
            DataKind::Events | DataKind::AuditLog => 0,
        };
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let found = items + rows(&tx, plan, kind, cutoff, wanted).await?;
        removed += found;
        let complete = found < u64::from(wanted);
        let finished_at = app.clock.now();
        let (run_id, dry_run) = (plan.run_id, plan.dry_run);
        let part = Part { run_id, kind, dry_run, cutoff, removed: found, complete, finished_at };
        purge_reports::add(&tx, &part).await?;
        tx.commit().await?;
        if complete || removed >= u64::from(plan.limit) {
            return Ok(Purged { removed, complete });
        }
    }
}

/// What is older goes. Events stay for as long as the stream may deliver them again, or they would be counted again: they hold nobody.
fn cutoff(plan: &Plan, kind: DataKind, days: Option<Days>) -> Timestamp {
    let cutoff = plan.cutoff(days);
    if kind != DataKind::Events {
        return cutoff;
    }
    plan.as_of.saturating_sub(REDELIVERED).map_or(cutoff, |earliest| cutoff.min(earliest))
}

/// How many the next batch may take. Counting holds no locks, so a dry run counts in one.
fn next(plan: &Plan, removed: u64) -> u32 {
    let left = plan.limit.saturating_sub(u32::try_from(removed).unwrap_or(u32::MAX));
    if plan.dry_run { left } else { left.min(BATCH) }
}

/// Removes alerts that are over, or counts them. An alert counts as one, with all that goes with it.
async fn expired_alerts(
    app: &App,
    scope: &TenantScope,
    plan: &Plan,
    wanted: u32,
) -> Result<u64, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let found = if plan.dry_run {
        alerts::count_expired(&tx, plan.as_of, wanted).await?
    } else {
        alerts::forget_mails(&tx, plan.as_of).await?;
        alerts::purge(&tx, plan.as_of, wanted).await?
    };
    tx.commit().await?;
    Ok(found)
}

async fn rows(
    tx: &PoolTx<'_>,
    plan: &Plan,
    kind: DataKind,
    cutoff: Timestamp,
    limit: u32,
) -> Result<u64, DatabaseError> {
    match (kind, plan.dry_run) {
        (DataKind::Conversations | DataKind::Alerts, _) => Ok(0),
        // With them goes what candidates searched for: it is kept as long as the events that count for it.
        (DataKind::Events, dry_run) => {
            let old = if dry_run {
                events::count_before(tx, cutoff, limit).await?
            } else {
                // Counts hold nobody; what is over of them is no part of what was promised to be removed.
                let (hours, days) = over(plan.as_of);
                statistics::purge(tx, hours, days).await?;
                events::purge(tx, cutoff, limit).await?
            };
            let left = limit - u32::try_from(old).unwrap_or(limit).min(limit);
            Ok(old
                + if dry_run {
                    queries::count_before(tx, cutoff, left).await?
                } else {
                    queries::purge(tx, cutoff, left).await?
                })
        }
        (DataKind::AuditLog, true) => audit::count_before(tx, cutoff, limit).await,
        (DataKind::AuditLog, false) => audit::purge(tx, cutoff, limit).await,
    }
}

/// From when on counts by the hour and by the day are kept.
fn over(as_of: Timestamp) -> (Timestamp, Date) {
    let back = |kept: SignedDuration| as_of.saturating_sub(kept).unwrap_or(Timestamp::MIN);
    (back(HOURS_KEPT), Offset::UTC.to_datetime(back(DAYS_KEPT)).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(limit: u32, dry_run: bool) -> Plan {
        let as_of = "2026-04-01T00:00:00Z".parse().unwrap();
        Plan { run_id: RunId::generate(), by_hand: true, dry_run, as_of, limit }
    }

    #[test]
    fn batches_stay_below_the_limit() {
        for (limit, dry_run, removed, wanted) in [
            (100_000, false, 0, 5_000),
            (100_000, false, 95_000, 5_000),
            (7_000, false, 5_000, 2_000),
            (3, false, 0, 3),
            (100_000, true, 0, 100_000),
        ] {
            assert_eq!(next(&plan(limit, dry_run), removed), wanted, "{limit} {dry_run} {removed}");
        }
    }

    #[test]
    fn the_cutoff_is_whole_days_back() {
        let days = |days: u16| Some(Days::try_from(days).unwrap());
        assert_eq!(plan(1, false).cutoff(None).to_string(), "2026-04-01T00:00:00Z");
        assert_eq!(plan(1, false).cutoff(days(1)).to_string(), "2026-03-31T00:00:00Z");
        assert_eq!(plan(1, false).cutoff(days(90)).to_string(), "2026-01-01T00:00:00Z");
    }
}
