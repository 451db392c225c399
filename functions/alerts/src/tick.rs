//! What the schedule does: takes up the alerts for which something is due, tenant by tenant.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_domain::tenant::TenantStatus;
use vivier_runtime::{HandlerError, telemetry};
use vivier_tenancy::PlatformScope;

use crate::{
    App,
    work::{self, Tally},
};

/// No alert is taken up after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_secs(40);
/// One tenant's alerts are worked on no longer than this before another tenant's are.
const SLICE: Duration = Duration::from_secs(5);

/// Works for every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let mut tenants = app.tenancy.registry()?.list(platform).await?;
    tenants.retain(|tenant| tenant.status == TenantStatus::Active);
    // Begun at another tenant each minute: what a minute is too short for falls to nobody in particular.
    let minute = app.clock.now().as_second().div_euclid(60).unsigned_abs() as usize;
    let first = minute % tenants.len().max(1);
    tenants.rotate_left(first);
    let (mut all, mut failures) = (Tally::default(), 0);
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            let scope = platform.lend(&tenant);
            let slice = until.min(Instant::now() + SLICE);
            match Box::pin(work::work(app, &tenant, &scope, slice)).await {
                Ok((tally, more)) => {
                    all.add(tally);
                    if more {
                        unfinished.push(tenant);
                    }
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "a tenant was left out");
                }
            }
        }
        tenants = unfinished;
    }
    Ok(json!({"looked": all.looked, "sent": all.sent, "postponed": all.postponed, "failures": failures}))
}
