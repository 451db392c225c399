//! A run: every tenant in turn, each for itself. One that fails is told and does not stop the others.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use vivier_domain::{
    ids::{RunId, TenantId},
    retention::DataKind,
    tenant::Slug,
};
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope, registry::Tenant};

use crate::{
    App, holds,
    kind::{self, Plan, Purged},
    partitions,
};

/// The most rows or items that a run removes of one kind for one tenant, unless an operator says otherwise.
pub const LIMIT: u32 = 100_000;

/// What a run did.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The run.
    pub run_id: RunId,
    /// The moment that the days were counted back from.
    pub as_of: Timestamp,
    /// Whether it only counted.
    pub dry_run: bool,
    /// Each tenant, also one that failed, with what was done until then.
    pub tenants: Vec<TenantReport>,
    /// The tenants of which something was not done; the log says why.
    pub failed: Vec<TenantId>,
}

/// What a run did for one tenant.
#[derive(Debug, Serialize)]
pub struct TenantReport {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// Kind of data to how many rows or items went, or would go.
    pub removed: BTreeMap<DataKind, u64>,
    /// Kind of data to how many are over and stay, because they are held; kinds of which none does are left out.
    pub held: BTreeMap<DataKind, u64>,
    /// Whether nothing past its days is left, but for what is held.
    pub complete: bool,
}

/// Some tenants of a scheduled run failed.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {tenants} tenants were not purged as they must be")]
pub struct Unfinished {
    failed: usize,
    tenants: usize,
}

/// The scheduled run over all tenants. It fails at its end when a tenant failed, so that the alarm fires.
pub async fn daily(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let (run_id, as_of) = (RunId::generate(), app.clock.now());
    let plan = Plan { run_id, by_hand: false, dry_run: false, as_of, limit: LIMIT };
    let turned = turn(app, platform, as_of, run_id).await;
    let settled = settle(app, platform).await?;
    let report = all(app, platform, &plan).await?;
    if report.failed.is_empty() {
        turned?;
        settled?;
        Ok(json!(report))
    } else {
        let unfinished = Unfinished { failed: report.failed.len(), tenants: report.tenants.len() };
        Err(HandlerError::other("the purge is unfinished", unfinished))
    }
}

/// Turns the days of events. A failure does not stop the purge, and is told behind it.
async fn turn(app: &App, platform: &PlatformScope, now: Timestamp, run: RunId) -> Result<(), TenancyError> {
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let Some(any) = tenants.iter().find(|tenant| tenant.status.has_stores()) else { return Ok(()) };
    let dropped = partitions::turn(app, &platform.lend(any), now, run).await?;
    tracing::info!(dropped, "days of events were made and dropped");
    Ok(())
}

/// Looks at what is held of every tenant, before anything is removed, and tells how many holds end soon. What fails is told behind the purge.
async fn settle(app: &App, platform: &PlatformScope) -> Result<Result<(), TenancyError>, TenancyError> {
    let (mut ending, mut outcome) = (0, Ok(()));
    for tenant in
        app.tenancy.registry()?.list(platform).await?.iter().filter(|tenant| tenant.status.has_stores())
    {
        match holds::settle(app, &platform.lend(tenant)).await {
            Ok(found) => ending += found,
            Err(error) => {
                tracing::error!(tenant = %tenant.id, error = telemetry::chain(&error), "what is held was not looked at");
                outcome = Err(error);
            }
        }
    }
    telemetry::metric("retention", "HoldsEnding", Unit::Count, ending);
    Ok(outcome)
}

/// Runs over every tenant.
pub async fn all(app: &App, platform: &PlatformScope, plan: &Plan) -> Result<Report, TenancyError> {
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let tenants: Vec<_> = tenants.into_iter().filter(|tenant| tenant.status.has_stores()).collect();
    Ok(over(app, platform, plan, tenants).await)
}

/// Runs over these tenants.
pub async fn over(app: &App, platform: &PlatformScope, plan: &Plan, tenants: Vec<Tenant>) -> Report {
    let (run_id, as_of, dry_run) = (plan.run_id, plan.as_of, plan.dry_run);
    let mut report = Report { run_id, as_of, dry_run, tenants: Vec::new(), failed: Vec::new() };
    for tenant in tenants {
        let scope = platform.lend(&tenant);
        let (purged, failed) = one(app, &scope, plan).await;
        if failed {
            report.failed.push(tenant.id);
        }
        let removed: BTreeMap<_, _> = purged.iter().map(|(kind, purged)| (*kind, purged.removed)).collect();
        let held = purged.iter().filter(|(_, purged)| purged.held > 0);
        let held: BTreeMap<_, _> = held.map(|(kind, purged)| (*kind, purged.held)).collect();
        let complete = !failed && purged.values().all(|purged| purged.complete);
        tracing::info!(tenant = %tenant.id, %run_id, dry_run, complete, removed = removed.values().sum::<u64>(), "a tenant was purged");
        report.tenants.push(TenantReport { tenant: tenant.id, slug: tenant.slug, removed, held, complete });
    }
    report
}

/// One tenant: what was done of each kind, and whether anything failed. A kind that fails does not stop the others.
async fn one(app: &App, scope: &TenantScope, plan: &Plan) -> (BTreeMap<DataKind, Purged>, bool) {
    let (tenant, mut purged, mut failed) = (scope.tenant(), BTreeMap::new(), false);
    let policy = match app.tenancy.retention(scope).await {
        Ok(policy) => policy,
        Err(error) => {
            tracing::error!(%tenant, error = telemetry::chain(&error), "a tenant's retention cannot be read");
            return (purged, true);
        }
    };
    for &kind in DataKind::ALL {
        match Box::pin(kind::purge(app, scope, plan, kind, &policy)).await {
            Ok(done) => {
                purged.insert(kind, done);
            }
            Err(error) => {
                let kind = kind.as_str();
                tracing::error!(%tenant, kind, error = telemetry::chain(&error), "a purge failed");
                failed = true;
            }
        }
    }
    if !plan.dry_run
        && let Err(error) = enter(app, scope, plan, failed).await
    {
        tracing::error!(%tenant, error = telemetry::chain(&error), "a purge was not entered in the audit log");
        failed = true;
    }
    (purged, failed)
}

/// Enters the run in the tenant's audit log; what it removed of which kind is in its reports, under the run's id.
async fn enter(app: &App, scope: &TenantScope, plan: &Plan, failed: bool) -> Result<(), TenancyError> {
    let subject = plan.run_id.to_string();
    let outcome = if failed { Outcome::Failed } else { Outcome::Done };
    let actor = if plan.by_hand { Actor::Operator } else { Actor::System };
    let entry = Entry::of(scope, app.clock.now(), "retention.run", &subject, outcome).by(actor);
    audit::enter(&app.tenancy, scope, &entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_told_by_tenant_and_kind() {
        let tenant = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let removed = BTreeMap::from([(DataKind::Conversations, 4), (DataKind::AuditLog, 0)]);
        let slug = Slug::try_from("fournil-du-nord".to_owned()).unwrap();
        let held = BTreeMap::from([(DataKind::AuditLog, 2)]);
        let report = TenantReport { tenant, slug, removed, held, complete: false };
        assert_eq!(
            serde_json::to_value(report).unwrap(),
            json!({
                "tenant": "018f0000-0000-7000-8000-000000000001", "slug": "fournil-du-nord",
                "removed": {"conversations": 4, "audit_log": 0}, "held": {"audit_log": 2}, "complete": false,
            })
        );
    }
}
