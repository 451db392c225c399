//! What an operator may ask for.

use serde::Deserialize;
use serde_json::{Value, json};
use vivier_domain::{
    ids::TaskId,
    task::{PlatformTask, RunCause},
    tenant::Slug,
};
use vivier_runtime::{HandlerError, operator};
use vivier_store::audit::{self, Actor, Entry, Outcome};
use vivier_tenancy::{PlatformScope, TenancyError, TenantScope, registry::Tenant, rooms::tasks::OwnTask};

use crate::{
    App,
    view::{PlatformTaskView, TaskView, TenantTaskView},
};

/// A command.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Show the platform's tasks, or a tenant's own.
    List {
        /// Whose.
        tenant: Option<Slug>,
    },
    /// Show tenants' tasks that wait for a decision.
    Pending {},
    /// Let a tenant's task run by its schedule.
    Approve(Decision),
    /// Do not.
    Refuse(Decision),
    /// Have a task run now, and wait for nothing.
    Run {
        /// Of the platform its name; of a tenant its id.
        task: String,
        /// Whose.
        tenant: Option<Slug>,
    },
}

/// What is decided about.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Whose task.
    tenant: Slug,
    /// Its id.
    task: TaskId,
    /// Which of its revisions was seen: another is not decided about.
    revision: u64,
}

/// Carries out a command.
pub async fn handle(app: &App, platform: &PlatformScope, command: Value) -> Result<Value, HandlerError> {
    match operator::command(command)? {
        Command::List { tenant: None } => list(app, platform).await,
        Command::List { tenant: Some(slug) } => {
            let tenant = find(app, platform, &slug).await?;
            let tasks = app.tenancy.own_tasks(&platform.lend(&tenant))?.list().await?;
            Ok(json!({"tasks": tasks.into_iter().map(|task| shown(app, &slug, task)).collect::<Vec<_>>()}))
        }
        Command::Pending {} => pending(app, platform).await,
        Command::Approve(decision) => decide(app, platform, &decision, true).await,
        Command::Refuse(decision) => decide(app, platform, &decision, false).await,
        Command::Run { task, tenant: None } => {
            let task: PlatformTask = task.parse().map_err(|_| unknown_task())?;
            app.tenancy.tasks(platform)?.wake(task, RunCause::Operator).await?;
            Ok(json!({"task": task.as_str(), "woken": true}))
        }
        Command::Run { task, tenant: Some(slug) } => {
            let id: TaskId = task.parse().map_err(|_| unknown_task())?;
            let tenant = find(app, platform, &slug).await?;
            let scope = platform.lend(&tenant);
            fetch(app, &scope, id).await?;
            if !app.tenancy.own_tasks(&scope)?.ask(id, app.clock.now()).await? {
                return Err(HandlerError::refused("not-approved", "approve the task first"));
            }
            Ok(json!(shown(app, &slug, fetch(app, &scope, id).await?)))
        }
    }
}

async fn list(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let (tasks, now) = (app.tenancy.tasks(platform)?, app.clock.now());
    let mut found = Vec::with_capacity(PlatformTask::ALL.len());
    for task in PlatformTask::ALL {
        found.push(PlatformTaskView::of(task, tasks.fetch(task).await?, now));
    }
    Ok(json!({"tasks": found}))
}

async fn pending(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let tenants = app.tenancy.registry()?.list(platform).await?;
    let mut found = Vec::new();
    for (tenant, id) in app.tenancy.tasks(platform)?.list_awaiting().await? {
        let Some(tenant) = tenants.iter().find(|known| known.id == tenant) else { continue };
        // What was decided a moment ago may still be listed.
        if let Some(task) = app.tenancy.own_tasks(&platform.lend(tenant))?.fetch(id).await? {
            found.push(shown(app, &tenant.slug, task));
        }
    }
    Ok(json!({"tasks": found}))
}

/// Decides, with an entry before and one after in the tenant's audit log: a decision without one there is none.
async fn decide(
    app: &App,
    platform: &PlatformScope,
    decision: &Decision,
    approved: bool,
) -> Result<Value, HandlerError> {
    let tenant = find(app, platform, &decision.tenant).await?;
    let scope = platform.lend(&tenant);
    let seen = fetch(app, &scope, decision.task).await?;
    if decision.revision != seen.revision {
        return Err(changed());
    }
    enter(app, &scope, &seen, approved, Outcome::Begun).await?;
    let decided = app.tenancy.own_tasks(&scope)?.decide(platform, &seen, approved, app.clock.now()).await;
    let outcome = match &decided {
        Ok(Some(_)) => Outcome::Done,
        Ok(None) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    };
    enter(app, &scope, &seen, approved, outcome).await?;
    Ok(json!(shown(app, &decision.tenant, decided?.ok_or_else(changed)?)))
}

async fn enter(
    app: &App,
    scope: &TenantScope,
    task: &OwnTask,
    approved: bool,
    outcome: Outcome,
) -> Result<(), TenancyError> {
    let (subject, action) = (task.id.to_string(), if approved { "tasks.approve" } else { "tasks.refuse" });
    let entry = Entry::of(scope, app.clock.now(), action, &subject, outcome).by(Actor::Operator);
    audit::enter(&app.tenancy, scope, &entry).await?;
    Ok(())
}

fn shown(app: &App, tenant: &Slug, task: OwnTask) -> TenantTaskView {
    TenantTaskView { tenant: tenant.clone(), task: TaskView::of(task, app.clock.now()) }
}

async fn fetch(app: &App, scope: &TenantScope, id: TaskId) -> Result<OwnTask, HandlerError> {
    app.tenancy.own_tasks(scope)?.fetch(id).await?.ok_or_else(unknown_task)
}

async fn find(app: &App, platform: &PlatformScope, slug: &Slug) -> Result<Tenant, HandlerError> {
    let known = app.tenancy.registry()?.fetch(platform, slug).await?;
    known.filter(|tenant| tenant.status.has_stores()).ok_or_else(|| {
        HandlerError::refused("unknown-tenant", "there is no such tenant, or it has no stores")
    })
}

fn unknown_task() -> HandlerError {
    HandlerError::refused("unknown-task", "there is no such task")
}

fn changed() -> HandlerError {
    HandlerError::refused("changed", "the task was changed since it was seen: look at it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(command: Value) -> Result<Command, String> {
        operator::command(command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_examples_are_commands() {
        let slug = || Slug::try_from("fournil-du-nord".to_owned()).unwrap();
        let task = "01920000-0000-7000-8000-0000000000a1";
        let decision = || Decision { tenant: slug(), task: task.parse().unwrap(), revision: 1 };
        for (text, expected) in [
            (include_str!("../../../events/tasks/operator-list.json"), Command::List { tenant: None }),
            (include_str!("../../../events/tasks/pending.json"), Command::Pending {}),
            (include_str!("../../../events/tasks/approve.json"), Command::Approve(decision())),
            (include_str!("../../../events/tasks/refuse.json"), Command::Refuse(decision())),
            (
                include_str!("../../../events/tasks/run.json"),
                Command::Run { task: "retention.daily".to_owned(), tenant: None },
            ),
        ] {
            assert_eq!(read(serde_json::from_str(text).unwrap()), Ok(expected));
        }
    }

    #[test]
    fn what_is_refused() {
        for command in [
            json!({"operation": "list", "all": true}),
            json!({"operation": "pending", "tenant": "acme"}),
            json!({"operation": "approve", "tenant": "acme"}),
            json!({"operation": "approve", "tenant": "acme", "task": "feed"}),
            json!({"operation": "approve", "tenant": "acme", "task": "01920000-0000-7000-8000-0000000000a1", "revision": -1}),
            json!({"operation": "refuse", "task": "01920000-0000-7000-8000-0000000000a1"}),
            json!({"operation": "run"}),
            json!({"operation": "forget", "task": "retention.daily"}),
        ] {
            let error = read(command.clone()).unwrap_err();
            assert!(error.starts_with("invalid-command: "), "{command}: {error}");
        }
    }
}
