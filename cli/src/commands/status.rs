//! How a stage stands: its alarms, each with the figure that it is about (K8.3).

use serde_json::{Value, json};

use crate::{
    args::Global,
    cloud::Cloud,
    failure::Failure,
    figures::{self, Alarm},
    output::{Report, View},
    table::Columns,
};

const COLUMNS: Columns = &[
    ("alarm", "/alarm"),
    ("state", "/state"),
    ("figure", "/figure"),
    ("limit", "/limit"),
    ("since", "/since"),
    ("runbook", "/runbook"),
];

/// Shows the alarms, those that are on first. They are why the exit code is 1.
pub(crate) async fn show(global: &Global) -> Result<Report, Failure> {
    let cloud = Cloud::new(global).await?;
    let mut alarms = figures::alarms(&cloud).await?;
    let on = |alarm: &Alarm| alarm.state == "ALARM";
    alarms.sort_by_key(|alarm| (!on(alarm), alarm.name.clone()));
    let good = !alarms.iter().any(on);
    let listed: Vec<Value> = alarms.iter().map(Alarm::json).collect();
    Ok(Report { json: json!({"alarms": listed}), view: View::List("alarms", COLUMNS), good })
}
