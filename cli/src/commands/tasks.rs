//! Scheduled tasks by hand (K8.1b).

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::came_out;
use crate::{
    args::Global,
    cloud::Cloud,
    failure::Failure,
    output::{Report, View},
    table::Columns,
    tasks,
};

const COLUMNS: Columns = &[("name", "/name"), ("schedule", "/schedule"), ("what for", "/description")];

/// What operators can do with scheduled tasks.
#[derive(Debug, Subcommand)]
pub(crate) enum Tasks {
    /// List the tasks and when they run
    List,
    /// Run a task now, and wait for its end
    Run {
        /// Its name, such as retention.daily
        task: String,
    },
}

/// Carries it out.
pub(crate) async fn run(global: &Global, command: &Tasks) -> Result<Report, Failure> {
    let known = tasks::all();
    let Tasks::Run { task: name } = command else {
        let listed: Vec<Value> = known.iter().map(tasks::Task::json).collect();
        return Ok(Report::new(json!({"tasks": listed}), View::List("tasks", COLUMNS)));
    };
    let task = known.iter().find(|task| task.name == *name).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|task| task.name.as_str()).collect();
        Failure::Usage(format!("there is no such task; there are {}", names.join(", ")))
    })?;
    let cloud = Cloud::new(global).await?;
    let invoke = task.invoke(&cloud.region(), cloud.stage(), Timestamp::now());
    let json = cloud.invoke(&invoke).await?;
    let good = came_out(&json);
    Ok(Report { json, view: View::Document, good })
}
