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
use vivier_store::{test_runs, test_sets};
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
    let (mut asked, mut failures) = (0, 0);
    for tenant in &tenants {
        if let Err(error) = begin_due(app, &platform.lend(tenant)).await {
            failures += 1;
            left_out(tenant, &error);
        }
    }
    while !tenants.is_empty() && Instant::now() < until {
        let mut unfinished = Vec::new();
        for tenant in tenants {
            if Instant::now() >= until {
                break;
            }
            match run::work(app, &platform.lend(&tenant), until.min(Instant::now() + SLICE)).await {
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
        tenants = unfinished;
    }
    Ok(json!({"asked": asked, "failures": failures}))
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
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let id = TestRunId::generate();
        test_runs::create(&tx, project, id, Cause::Schedule, Edition::Published, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn due(app: &App, scope: &TenantScope, now: Timestamp) -> Result<Vec<ProjectId>, HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let due = test_sets::list_due(&tx, now - EVERY).await?;
    tx.commit().await?;
    Ok(due)
}
