//! What the schedule does: bundles are gone on with, certificates are made that are due, and the days that are left are told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_bundle::{Departure, State};
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_tenancy::PlatformScope;

use crate::{App, certify, export};

/// No part is begun after this long: what was begun last, and the packing, fit into the rest of the timeout.
const BUDGET: Duration = Duration::from_mins(8);

/// Goes on with every departure. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let until = Instant::now() + BUDGET;
    let (mut made, mut certified, mut due, mut overdue, mut failures) = (0, 0, 0, 0, 0);
    let tenants = app.tenancy.registry()?.list(platform).await?;
    for one in app.tenancy.departures()?.list::<Departure>(platform).await? {
        let (now, id) = (app.clock.now(), one.value.tenant);
        due += u64::from(one.value.is_due(now));
        overdue += u64::from(one.value.is_overdue(now));
        let outcome = match one.value.state() {
            State::Begun => match tenants.iter().find(|tenant| tenant.id == id) {
                Some(tenant) => go_on(app, platform, tenant, until).await.map(|done| made += u64::from(done)),
                None => Ok(()),
            },
            State::Destroyed => certify::certify(app, platform, id).await.map(|()| certified += 1),
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            failures += 1;
            tracing::error!(tenant = %id, error = telemetry::chain(&error), "a departure was not gone on with");
        }
    }
    for (name, value) in
        [("DeparturesDue", due), ("DeparturesOverdue", overdue), ("DeparturesFailed", failures)]
    {
        telemetry::metric("departure", name, Unit::Count, value);
    }
    Ok(json!({
        "made": made, "certified": certified, "due": due, "overdue": overdue, "failures": failures,
    }))
}

async fn go_on(
    app: &App,
    platform: &PlatformScope,
    tenant: &vivier_tenancy::registry::Tenant,
    until: Instant,
) -> Result<bool, HandlerError> {
    let Some(mut noted) = export::Noted::read(app, platform, tenant.id).await? else { return Ok(false) };
    Box::pin(export::turn(&mut noted, tenant, until)).await
}
