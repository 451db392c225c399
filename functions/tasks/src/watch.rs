//! The watch: which tasks are silent, which fail, which wait for an operator. What it counts is what alarms are about; that it is itself
//! silent, CloudWatch sees, as the figures then are missing.

use serde_json::{Value, json};
use vivier_domain::{
    task::{GRACE, PlatformTask, TaskKind},
    tenant::TenantStatus,
};
use vivier_runtime::{
    HandlerError,
    telemetry::{self, Unit},
};
use vivier_tenancy::{PlatformScope, rooms::tasks::RunState};

use crate::App;

/// The kinds of tenants' own tasks.
const KINDS: [TaskKind; 2] = [TaskKind::Feed, TaskKind::Report];

/// What the watch found.
#[derive(Debug, Default)]
struct Found {
    silent: Vec<&'static str>,
    failing: Vec<&'static str>,
    caught_up: Vec<&'static str>,
    late: usize,
    awaiting: usize,
}

/// Looks at every task once.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let (mut found, mut failed) = (Found::default(), None);
    // It looks at the others: its own run is this one. What fails of one hides none of the others, nor the figures.
    for task in PlatformTask::ALL.into_iter().filter(|task| *task != PlatformTask::TasksWatch) {
        if let Err(error) = look(app, platform, task, &mut found).await {
            tracing::error!(
                task = task.as_str(),
                error = telemetry::chain(&error),
                "a task was not looked at to the end"
            );
            failed = Some(error);
        }
    }
    tenants(app, platform, &mut found).await?;
    let Found { silent, failing, caught_up, late, awaiting } = found;
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    telemetry::metrics(
        &[("function", "tasks")],
        &[
            ("TasksSilent", Unit::Count, count(silent.len())),
            ("TasksFailing", Unit::Count, count(failing.len())),
            ("TasksLate", Unit::Count, count(late)),
            ("TasksAwaiting", Unit::Count, count(awaiting)),
        ],
    );
    if let Some(error) = failed {
        return Err(error);
    }
    Ok(json!({
        "silent": silent, "failing": failing, "caught_up": caught_up, "late": late, "awaiting": awaiting,
    }))
}

async fn look(
    app: &App,
    platform: &PlatformScope,
    task: PlatformTask,
    found: &mut Found,
) -> Result<(), HandlerError> {
    let (tasks, now, name) = (app.tenancy.tasks(platform)?, app.clock.now(), task.as_str());
    let (runs, timing) = (tasks.fetch(task).await?, task.timing());
    if runs.known_since.is_none() {
        tasks.know(task, now).await?;
    }
    if runs.state(now) == RunState::Failed {
        let failures = runs.failures;
        tracing::error!(task = name, failures, failure = runs.failure, "a task fails");
        found.failing.push(name);
    }
    if runs.is_silent(&timing, now) {
        tracing::error!(task = name, begun_at = ?runs.begun_at, state = runs.state(now).as_str(), "a task is silent");
        found.silent.push(name);
    }
    if runs.may_be_caught_up(&timing, now) && tasks.catch_up(task, &runs, now).await? {
        tracing::warn!(task = name, "a run that was missed is made up for");
        found.caught_up.push(name);
    }
    Ok(())
}

/// Tenants' own tasks: how many are later than they may be, and how many wait for an operator.
async fn tenants(app: &App, platform: &PlatformScope, found: &mut Found) -> Result<(), HandlerError> {
    let (tasks, now) = (app.tenancy.tasks(platform)?, app.clock.now());
    let active: Vec<_> = app
        .tenancy
        .registry()?
        .list(platform)
        .await?
        .into_iter()
        .filter(|tenant| tenant.status == TenantStatus::Active)
        .map(|tenant| tenant.id)
        .collect();
    for kind in KINDS {
        let late = tasks.list_due(kind, now - GRACE).await?;
        for (tenant, task) in late.iter().filter(|(tenant, _)| active.contains(tenant)) {
            tracing::error!(%tenant, %task, kind = kind.as_str(), "a tenant's task is late");
            found.late += 1;
        }
    }
    found.awaiting =
        tasks.list_awaiting().await?.iter().filter(|(tenant, _)| active.contains(tenant)).count();
    Ok(())
}
