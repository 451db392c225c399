//! What is shown of tasks.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    task::{Approval, PlatformTask, RunCause, TaskKind, Timing},
    tenant::Slug,
};
use vivier_tenancy::rooms::tasks::{OwnTask, Runs};

/// A task's last run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunView {
    /// How it stands: `never`, `running`, `done`, `failed`, or `cut_off` where whoever had begun it fell silent.
    pub state: &'static str,
    /// What it was begun for: `schedule`, `catch_up`, `operator` or `member`.
    #[schema(value_type = Option<String>)]
    pub cause: Option<RunCause>,
    /// How many runs there were with it.
    pub number: u64,
    /// When it was begun.
    pub begun_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// From the one to the other, in milliseconds.
    pub duration_ms: Option<i64>,
    /// Why it failed.
    pub failure: Option<String>,
    /// How many failed in a row.
    pub failures: u32,
}

impl RunView {
    fn of(runs: Runs, now: Timestamp) -> Self {
        let running = runs.ended_at.is_none();
        Self {
            state: runs.state(now).as_str(),
            cause: runs.cause,
            number: runs.number,
            duration_ms: runs.lasted().map(|lasted| i64::try_from(lasted.as_millis()).unwrap_or(i64::MAX)),
            begun_at: runs.begun_at,
            ended_at: runs.ended_at,
            failure: runs.failure.filter(|_| !running),
            failures: runs.failures,
        }
    }
}

/// A task of the platform.
#[derive(Debug, Serialize)]
pub struct PlatformTaskView {
    /// Its name.
    pub task: &'static str,
    /// When it runs.
    pub timing: Timing,
    /// Whether a run was due and none was begun, or the one that was is silent.
    pub silent: bool,
    /// When it is due next, by its timing.
    pub next_run_at: Timestamp,
    /// Its last run.
    pub last_run: RunView,
}

impl PlatformTaskView {
    /// As it stands now.
    pub fn of(task: PlatformTask, runs: Runs, now: Timestamp) -> Self {
        let timing = task.timing();
        Self {
            task: task.as_str(),
            silent: runs.is_silent(&timing, now),
            next_run_at: timing.next(now),
            timing,
            last_run: RunView::of(runs, now),
        }
    }
}

/// A page of a tenant's own tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskPage {
    /// In the order in which they were entered.
    pub tasks: Vec<TaskView>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A tenant's own task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// Its id, which is the id of what it serves.
    pub task_id: Uuid,
    /// What that is: `feed` or `report`.
    #[schema(value_type = String)]
    pub kind: TaskKind,
    /// What it does.
    pub what: String,
    /// When: `every`, what that needs of `weekday`, `day`, `hour` and `minute`, and `zone`.
    #[schema(value_type = Object)]
    pub timing: Timing,
    /// Whether the operator lets it run by its schedule: `awaiting`, `approved` or `refused`.
    #[schema(value_type = String)]
    pub approval: Approval,
    /// Counts changes of what has to be approved.
    pub revision: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the operator decided.
    pub decided_at: Option<Timestamp>,
    /// When it is due next; `null` while it is not approved.
    pub next_run_at: Option<Timestamp>,
    /// Whether a member has asked for a run that has not been begun yet.
    pub wanted: bool,
    /// Its last run.
    pub last_run: RunView,
}

impl TaskView {
    /// As it stands now.
    pub fn of(task: OwnTask, now: Timestamp) -> Self {
        Self {
            task_id: task.id.as_uuid(),
            kind: task.kind,
            what: task.what,
            timing: task.timing,
            approval: task.approval,
            revision: task.revision,
            asked_at: task.asked_at,
            decided_at: task.decided_at,
            next_run_at: task.next_at,
            wanted: task.wanted,
            last_run: RunView::of(task.runs, now),
        }
    }
}

/// The same, as operators see it among those of other tenants.
#[derive(Debug, Serialize)]
pub struct TenantTaskView {
    /// Whose it is.
    pub tenant: Slug,
    /// The task.
    #[serde(flatten)]
    pub task: TaskView,
}
