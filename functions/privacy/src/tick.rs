//! What the schedule does: answers the requests for which something is due, tenant by tenant, removes copies that are over, and tells how
//! requests stand.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, tz::TimeZone};
use serde_json::{Value, json};
use vivier_data_map::sub_processors;
use vivier_domain::tenant::TenantStatus;
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_store::privacy;
use vivier_tenancy::{PlatformScope, TenantScope, registry::Tenant};

use crate::{App, notices, replay, stores, work};

/// No request is taken up after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_secs(40);
/// One tenant's requests are worked on no longer than this before another tenant's are.
const SLICE: Duration = Duration::from_secs(10);
/// A request that is due within so long is an alarm: there is still time to answer it.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 5);
/// So many copies that are over are removed of one tenant in one turn.
const MOST_REMOVED: i64 = 100;

/// What was found of all tenants.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    answered: u64,
    postponed: u64,
    removed: u64,
    due: u64,
    partial: u64,
    behind: u64,
    failures: u64,
}

/// Works for every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    let mut found = Found::default();
    for closed in
        tenants.iter().filter(|tenant| tenant.status.has_stores() && tenant.status != TenantStatus::Active)
    {
        // The law's month goes on; and whoever is closed for a restore must not be forgotten.
        found.behind += u64::from(closed.status == TenantStatus::Restoring);
        if let Err(error) = look(app, closed, &platform.lend(closed), &mut found).await {
            tracing::warn!(tenant = %closed.id, error = telemetry::chain(&error), "how requests stand is not known");
        }
    }
    tenants.retain(|tenant| tenant.status == TenantStatus::Active);
    // Begun at another tenant each minute: what a minute is too short for falls to nobody in particular.
    let minute = app.clock.now().as_second().div_euclid(60).unsigned_abs() as usize;
    let first = minute % tenants.len().max(1);
    tenants.rotate_left(first);
    let mut round = 0;
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            let slice = until.min(Instant::now() + SLICE);
            match Box::pin(turn(app, platform, &tenant, round == 0, slice, &mut found)).await {
                Ok(true) => unfinished.push(tenant),
                Ok(false) => {}
                Err(error) => {
                    found.failures += 1;
                    tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was left out");
                }
            }
        }
        (tenants, round) = (unfinished, round + 1);
    }
    for (name, value) in [
        ("PrivacyRequestsDue", found.due),
        ("ErasuresPartial", found.partial),
        ("ErasuresNotApplied", found.behind),
    ] {
        telemetry::metric("privacy", name, Unit::Count, value);
    }
    let Found { answered, postponed, removed, due, partial, behind, failures } = found;
    Ok(json!({
        "answered": answered, "postponed": postponed, "removed": removed, "due": due, "partial": partial, "behind": behind,
        "failures": failures,
    }))
}

/// How a tenant stands that is not served.
async fn look(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    found: &mut Found,
) -> Result<(), HandlerError> {
    if tenant.status != TenantStatus::Restoring {
        let behind = replay::behind(app, scope).await?;
        if behind > 0 {
            tracing::error!(tenant = %tenant.id, behind, "erasures were not applied: a database was restored");
            found.behind += behind;
        }
    }
    stand(app, scope, found).await
}

/// One tenant's turn; whether requests may be left.
async fn turn(
    app: &App,
    platform: &PlatformScope,
    tenant: &Tenant,
    first: bool,
    until: Instant,
    found: &mut Found,
) -> Result<bool, HandlerError> {
    let scope = &platform.lend(tenant);
    if first {
        // Before anything is answered of what a backup brought back.
        let behind = replay::behind(app, scope).await?;
        if behind > 0 {
            tracing::error!(tenant = %tenant.id, behind, "erasures were not applied: a database was restored");
            found.behind += behind;
            // Whom it brought back must not be seen by anybody.
            app.tenancy.registry()?.advance(platform, tenant, TenantStatus::Restoring).await?;
            return Ok(false);
        }
    }
    let (tally, more) = work::work(app, tenant, scope, until).await?;
    found.answered += tally.answered;
    found.postponed += tally.postponed;
    if first {
        match sweep(app, scope).await {
            Ok(removed) => found.removed += removed,
            Err(error) => {
                found.failures += 1;
                tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "copies that are over were left");
            }
        }
        if let Err(error) = announce(app, tenant, scope).await {
            found.failures += 1;
            tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "members were not told of sub-processors");
        }
        stand(app, scope, found).await?;
    }
    Ok(more)
}

/// Tells of what was announced since the tenant came: the list of that day is part of its contract.
async fn announce(app: &App, tenant: &Tenant, scope: &TenantScope) -> Result<(), HandlerError> {
    let came = tenant.created_at.to_zoned(TimeZone::UTC).date();
    let due: Vec<_> = sub_processors().announced(came, app.clock.today()).collect();
    if !due.is_empty() {
        notices::tell(app, scope, &due).await?;
    }
    Ok(())
}

/// Counts how a tenant's requests stand.
async fn stand(app: &App, scope: &TenantScope, found: &mut Found) -> Result<(), HandlerError> {
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    // Rows that somebody holds must not keep the others from their turn.
    privacy::hurry(&tx).await?;
    let standing = privacy::settle(&tx, now, now + SOON).await?;
    tx.commit().await?;
    found.due += standing.due;
    found.partial += standing.partial;
    Ok(())
}

/// Removes copies that are over. How many there were.
async fn sweep(app: &App, scope: &TenantScope) -> Result<u64, HandlerError> {
    let over = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        privacy::list_over(&tx, app.clock.now(), MOST_REMOVED).await?
    };
    for id in &over {
        stores::remove_copy(app, scope, *id).await?;
    }
    Ok(over.len() as u64)
}
