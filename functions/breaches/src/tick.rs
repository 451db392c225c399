//! What the schedule does: counts what was not counted, tells whom nobody told, and tells how much time is left.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_tenancy::{PlatformScope, registry::Tenant};

use crate::{App, breach::Breach, counting, deadlines, register, tell};

/// No large table is counted, and no tenant taken up, after this long.
const BUDGET: Duration = Duration::from_mins(4);

/// What was found of all breaches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) mailed: u64,
    pub(crate) refused: u64,
    pub(crate) counted: u64,
    pub(crate) tenant_due: u64,
    pub(crate) authority_due: u64,
    pub(crate) broken: u64,
    pub(crate) failures: u64,
}

/// Goes on with every breach. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let (mut found, mut open) = (Found::default(), 0);
    let tenants = app.tenancy.registry()?.list(platform).await?;
    for id in app.tenancy.breaches()?.list(platform).await? {
        let Some(breach) = register::breach(app, platform, id).await? else {
            // Nobody can tell what it was: somebody has to look.
            found.broken += 1;
            found.tenant_due += 1;
            tracing::error!(breach = %id, "a breach cannot be read");
            continue;
        };
        found.broken += u64::from(breach.walked.broken_at.is_some());
        open += u64::from(breach.closed_at.is_none());
        Box::pin(one(app, platform, &breach, &tenants, until, &mut found)).await?;
    }
    if found.broken > 0 {
        tracing::error!(chains = found.broken, "the register of breaches was tampered with");
    }
    for (name, value) in
        [("BreachesTenantDue", found.tenant_due), ("BreachesAuthorityDue", found.authority_due)]
    {
        telemetry::metric("breaches", name, Unit::Count, value);
    }
    let Found { mailed, refused, counted, tenant_due, authority_due, broken, failures } = found;
    Ok(json!({
        "open": open, "mailed": mailed, "refused": refused, "counted": counted, "tenant_due": tenant_due,
        "authority_due": authority_due, "broken": broken, "failures": failures,
    }))
}

/// Goes on with one breach.
pub(crate) async fn one(
    app: &App,
    platform: &PlatformScope,
    breach: &Breach,
    tenants: &[Tenant],
    until: Instant,
    found: &mut Found,
) -> Result<(), HandlerError> {
    let affected = app.tenancy.breaches()?.affected(platform, breach.id).await?;
    let (now, open) = (app.clock.now(), breach.closed_at.is_none());
    // Recorded, and nobody said yet whom it concerns: that is found out within the same day.
    if open && affected.is_empty() {
        found.tenant_due += u64::from(deadlines::tenant_is_due(breach.recorded.aware_at, now));
    }
    for id in affected {
        let Some(tenant) = tenants.iter().find(|tenant| tenant.id == id) else {
            // It is gone, and nobody is left who could be told.
            tracing::warn!(breach = %breach.id, tenant = %id, "a breach concerns a tenant that is gone");
            continue;
        };
        let scope = platform.lend(tenant);
        if Instant::now() < until {
            if open && tenant.status.has_stores() {
                match counting::count(app, &scope, breach, until).await {
                    Ok(counted) => found.counted += u64::from(counted),
                    Err(error) => {
                        found.failures += 1;
                        tracing::error!(breach = %breach.id, tenant = %id, error = telemetry::chain(&error), "a tenant was not counted");
                    }
                }
            }
            match tell::tell(app, &scope, breach).await {
                Ok(told) => {
                    found.mailed += told.mailed;
                    found.refused += told.refused;
                }
                Err(error) => {
                    found.failures += 1;
                    tracing::error!(breach = %breach.id, tenant = %id, error = telemetry::chain(&error), "a tenant was not told of a breach");
                }
            }
        }
        let Some(case) = register::case(app, &scope, breach.id).await? else {
            found.broken += 1;
            found.tenant_due += u64::from(open);
            continue;
        };
        found.broken += u64::from(case.walked.broken_at.is_some());
        if open {
            let now = app.clock.now();
            found.tenant_due += u64::from(case.tenant_is_due(breach, now));
            found.authority_due += u64::from(case.authority_is_due(now));
        }
    }
    Ok(())
}
