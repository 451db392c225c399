//! Scheduled tasks: how they stand, by hand, and whether tenants' own may run (K8.1b).

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::came_out;
use crate::{
    args::Global,
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    plan::{Invoke, Plan},
    table::Columns,
    tasks,
};

const FUNCTION: &str = "tasks";
const SCHEDULES: Columns = &[("name", "/name"), ("schedule", "/schedule"), ("what for", "/description")];
const PLATFORM: Columns = &[
    ("task", "/task"),
    ("when", "/timing"),
    ("state", "/last_run/state"),
    ("silent", "/silent"),
    ("begun", "/last_run/begun_at"),
    ("ms", "/last_run/duration_ms"),
    ("for", "/last_run/cause"),
    ("failure", "/last_run/failure"),
];
const OWN: Columns = &[
    ("tenant", "/tenant"),
    ("task", "/task_id"),
    ("kind", "/kind"),
    ("what", "/what"),
    ("when", "/timing"),
    ("approval", "/approval"),
    ("revision", "/revision"),
    ("state", "/last_run/state"),
    ("begun", "/last_run/begun_at"),
    ("next", "/next_run_at"),
];

/// What operators can do with scheduled tasks.
#[derive(Debug, Subcommand)]
pub(crate) enum Tasks {
    /// Show how the platform's tasks stand, or a tenant's own
    List {
        /// Whose, by its short name
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Show tenants' own tasks that wait for a decision
    Pending,
    /// Let a tenant's task run by its schedule
    Approve(Decision),
    /// Do not let it
    Refuse(Decision),
    /// Run a task now: the platform's to its end, a tenant's within a minute or two
    Run {
        /// Its name, such as retention.daily; of a tenant its id
        task: String,
        /// Whose, by its short name
        #[arg(long)]
        tenant: Option<String>,
    },
    /// List what the template schedules, without asking anybody
    Schedules,
}

/// What is decided about.
#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// The task's id
    task: Uuid,
    /// Whose, by its short name
    #[arg(long)]
    tenant: String,
    /// Which revision was seen: another one is not decided about
    #[arg(long)]
    revision: u64,
}

impl Decision {
    fn plan(self, operation: &str) -> (Plan, View) {
        let fields = json!({"tenant": self.tenant, "task": self.task, "revision": self.revision});
        Invoke::command(FUNCTION, operation, fields).shown(View::Record(OWN))
    }
}

impl Tasks {
    /// What it asks of the function; a task of the platform is run otherwise, and schedules are asked of nobody.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::List { tenant } => {
                let columns = if tenant.is_some() { OWN } else { PLATFORM };
                Invoke::command(FUNCTION, "list", json!({"tenant": tenant}))
                    .shown(View::List("tasks", columns))
            }
            Self::Pending | Self::Schedules => {
                Invoke::command(FUNCTION, "pending", json!({})).shown(View::List("tasks", OWN))
            }
            Self::Approve(decision) => decision.plan("approve"),
            Self::Refuse(decision) => decision.plan("refuse"),
            Self::Run { task, tenant } => {
                let fields = json!({"task": task, "tenant": tenant});
                Invoke::command(FUNCTION, "run", fields).shown(View::Record(OWN))
            }
        }
    }
}

/// What the template schedules.
pub(crate) fn schedules() -> Report {
    let listed: Vec<Value> = tasks::all().iter().map(tasks::Task::json).collect();
    Report::new(json!({"tasks": listed}), View::List("tasks", SCHEDULES))
}

/// Runs a task of the platform, and waits for its end.
pub(crate) async fn run(global: &Global, name: &str) -> Result<Report, Failure> {
    let known = tasks::all();
    let task = known.iter().find(|task| task.name == name).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|task| task.name.as_str()).collect();
        Failure::Usage(format!("there is no such task; there are {}", names.join(", ")))
    })?;
    let cloud = Cloud::new(global).await?;
    let invoke = task.invoke(&cloud.region(), cloud.stage(), Timestamp::now());
    let json = cloud.invoke(&invoke).await?;
    let good = came_out(&json);
    Ok(Report { json, view: View::Document, good })
}
