//! The purge of one kind of one tenant's data, in batches.

mod pooled;
mod stored;

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    ids::RunId,
    retention::{DataKind, From, RetentionPolicy, days_before},
};
use vivier_store::{
    legal_holds::{self, InForce},
    purge_reports::{self, Part},
};
use vivier_tenancy::{TenancyError, TenantScope};

pub use stored::Place;

use crate::App;

/// How many rows or items go in one transaction: few enough to hold no lock for long.
const BATCH: u32 = 5_000;
/// The stream keeps records for three days; then a day for the hands that work on them.
const REDELIVERED: SignedDuration = SignedDuration::from_hours(96);

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

/// What became of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many rows or items went, or would go.
    pub removed: u64,
    /// How many are over and stay, because they are held; as far as they were come by.
    pub held: u64,
    /// Whether nothing older than the cutoff is left, but for what is held.
    pub complete: bool,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Batch {
    removed: u64,
    held: u64,
    more: bool,
}

impl Batch {
    /// Of something that goes a number at a time: where as many were found as were wanted, there may be more.
    fn of(removed: u64, wanted: u32) -> Self {
        Self { removed, held: 0, more: removed >= u64::from(wanted) }
    }

    /// Of a kind that is held as a whole.
    fn held(held: u64) -> Self {
        Self { removed: 0, held, more: false }
    }
}

/// What is asked of a batch.
#[derive(Debug, Clone, Copy)]
struct Asked {
    kind: DataKind,
    as_of: Timestamp,
    cutoff: Timestamp,
    /// At most so many.
    wanted: u32,
    dry_run: bool,
}

/// Purges one kind in batches. Each is reported as it is done, rows of the shared database in the same transaction as their report: a run that
/// is cut off has told what it removed, and the next one goes on. What is held is asked anew for each, so that a hold is kept from the moment
/// on that it is placed.
pub async fn purge(
    app: &App,
    scope: &TenantScope,
    plan: &Plan,
    kind: DataKind,
    policy: &RetentionPolicy,
) -> Result<Purged, TenancyError> {
    let mut purged = Purged::default();
    let (cutoff, mut place) = (cutoff(plan.as_of, kind, policy), Place::default());
    loop {
        let wanted = next(plan, purged.removed);
        let asked = Asked { kind, as_of: plan.as_of, cutoff, wanted, dry_run: plan.dry_run };
        let batch = if kind.is_pooled() {
            let mut session = app.tenancy.pool(scope).await?;
            let tx = session.begin().await?;
            let held = legal_holds::in_force(&tx, app.clock.now()).await?.kinds.contains(&kind);
            let batch = pooled::batch(&tx, asked, held).await?;
            purge_reports::add(&tx, &part(app, plan, asked, batch)).await?;
            tx.commit().await?;
            batch
        } else {
            let held = in_force(app, scope).await?;
            // Another store is no part of the transaction: what it held is gone even where its report cannot be written.
            let batch = stored::batch(app, scope, asked, &held, &mut place).await?;
            let mut session = app.tenancy.pool(scope).await?;
            let tx = session.begin().await?;
            purge_reports::add(&tx, &part(app, plan, asked, batch)).await?;
            tx.commit().await?;
            batch
        };
        purged.removed += batch.removed;
        purged.held += batch.held;
        purged.complete = !batch.more;
        if purged.complete || purged.removed >= u64::from(plan.limit) {
            return Ok(purged);
        }
    }
}

/// Counts one kind without a trace: what a purge at `as_of` would remove, up to `limit`; of conversations no more than so many pages are
/// looked at.
pub async fn count(
    app: &App,
    scope: &TenantScope,
    kind: DataKind,
    policy: &RetentionPolicy,
    (as_of, limit, pages): (Timestamp, u32, usize),
) -> Result<Purged, TenancyError> {
    let asked = Asked { kind, as_of, cutoff: cutoff(as_of, kind, policy), wanted: limit, dry_run: true };
    let batch = if kind.is_pooled() {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let held = legal_holds::in_force(&tx, app.clock.now()).await?.kinds.contains(&kind);
        let batch = pooled::batch(&tx, asked, held).await?;
        tx.commit().await?;
        batch
    } else {
        let held = in_force(app, scope).await?;
        stored::batch(app, scope, asked, &held, &mut Place::within(pages)).await?
    };
    Ok(Purged { removed: batch.removed, held: batch.held, complete: !batch.more })
}

/// What is held now.
pub async fn in_force(app: &App, scope: &TenantScope) -> Result<InForce, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let held = legal_holds::in_force(&tx, app.clock.now()).await?;
    tx.commit().await?;
    Ok(held)
}

fn part(app: &App, plan: &Plan, asked: Asked, batch: Batch) -> Part {
    Part {
        run_id: plan.run_id,
        kind: asked.kind,
        dry_run: plan.dry_run,
        cutoff: asked.cutoff,
        removed: batch.removed,
        held: batch.held,
        complete: !batch.more,
        finished_at: app.clock.now(),
    }
}

/// What is older goes; what has an end of its own, when that is past. Events stay for as long as the stream may deliver them again, or they
/// would be counted again: they hold nobody.
fn cutoff(as_of: Timestamp, kind: DataKind, policy: &RetentionPolicy) -> Timestamp {
    let cutoff = match kind.counted_from() {
        From::OwnEnd => as_of,
        From::Moment => days_before(as_of, policy.days(kind)),
    };
    if kind != DataKind::Events {
        return cutoff;
    }
    as_of.saturating_sub(REDELIVERED).map_or(cutoff, |earliest| cutoff.min(earliest))
}

/// How many the next batch may take. Counting holds no locks, so a dry run counts in one.
fn next(plan: &Plan, removed: u64) -> u32 {
    let left = plan.limit.saturating_sub(u32::try_from(removed).unwrap_or(u32::MAX));
    if plan.dry_run { left } else { left.min(BATCH) }
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
        let chosen = RetentionPolicy { events_days: 1.try_into().unwrap(), ..RetentionPolicy::default() };
        for (kind, expected) in [
            (DataKind::ReportFiles, "2026-04-01T00:00:00Z"),
            (DataKind::Conversations, "2026-01-01T00:00:00Z"),
            // A day would be enough, were it not for what the stream may deliver again.
            (DataKind::Events, "2026-03-28T00:00:00Z"),
        ] {
            assert_eq!(cutoff(plan(1, false).as_of, kind, &chosen).to_string(), expected);
        }
    }
}
