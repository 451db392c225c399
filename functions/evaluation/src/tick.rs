//! What the schedule does: begins each day's runs, and works on those that are not finished, tenant by tenant.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use vivier_domain::{
    ids::{ProjectId, TestRunId},
    project::ProjectStatus,
    tenant::TenantStatus,
    test_run::{Cause, Edition},
};
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::{
    test_runs::{self, NewRun},
    test_sets,
};
use vivier_tenancy::{PlatformScope, TenantScope, registry::Tenant, rooms::records::RecordKey};

use crate::{
    App,
    run::{self, Worked},
};

/// A front office's questions are asked again this long after they were asked last.
const EVERY: Duration = Duration::from_hours(24);
/// No question is asked after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_secs(40);
/// One tenant's questions are asked no longer than this before another tenant's are.
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
    let (mut asked, mut failures, mut round) = (0, 0, 0);
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            match turn(app, &platform.lend(&tenant), round == 0, until).await {
                Ok(Worked::Nothing) => {}
                Ok(Worked::Asked(questions)) => {
                    asked += questions;
                    unfinished.push(tenant);
                }
                Err(error) => {
                    failures += 1;
                    left_out(&tenant, &error);
                }
            }
        }
        (tenants, round) = (unfinished, round + 1);
    }
    Ok(json!({"asked": asked, "failures": failures}))
}

/// One tenant's turn: in the first round, what is due is begun.
async fn turn(app: &App, scope: &TenantScope, begins: bool, until: Instant) -> Result<Worked, HandlerError> {
    if begins {
        begin_due(app, scope).await?;
    }
    run::work(app, scope, until.min(Instant::now() + SLICE)).await
}

fn left_out(tenant: &Tenant, error: &HandlerError) {
    tracing::error!(tenant = %tenant.id, error = telemetry::chain(error), "a tenant was left out");
}

/// Begins a run in each front office in use whose questions were not asked lately.
async fn begin_due(app: &App, scope: &TenantScope) -> Result<(), HandlerError> {
    let now = app.clock.now();
    for project in due(app, scope, now).await? {
        let found = app.tenancy.records(scope)?.fetch(&RecordKey::project(project)).await?;
        if found.is_none_or(|found| found.value.status != ProjectStatus::Active) {
            continue;
        }
        let Some(settings) = run::settings(app, scope, project, Edition::Published).await? else { continue };
        // Settings of our own making always are JSON.
        let settings = &serde_json::to_value(settings).unwrap_or_default();
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let (id, cause, edition) = (TestRunId::generate(), Cause::Schedule, Edition::Published);
        test_runs::create(&tx, NewRun { id, project, cause, edition, settings }, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The front offices whose questions are to be asked.
async fn due(app: &App, scope: &TenantScope, now: Timestamp) -> Result<Vec<ProjectId>, HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let due = test_sets::list_due(&tx, now - EVERY).await?;
    tx.commit().await?;
    Ok(due)
}
