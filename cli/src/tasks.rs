//! The scheduled tasks (K8.1b). The template is the one place that names them: a schedule that is added there can be
//! run by hand with the next build, and no list here can fall behind.

use jiff::Timestamp;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::plan::Invoke;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// A task that a schedule begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// Function and schedule: `retention.daily`.
    pub(crate) name: String,
    /// The function it wakes.
    pub(crate) function: String,
    /// When it does: `rate(1 minute)`.
    pub(crate) schedule: String,
    /// What for.
    pub(crate) description: String,
    /// What it sends instead of the usual event, as JSON.
    input: Option<String>,
}

/// The template's schedules, by name.
pub(crate) fn all() -> Vec<Task> {
    let documents = Yaml::load_from_str(TEMPLATE).unwrap_or_default();
    documents.first().map(of_template).unwrap_or_default()
}

fn of_template(template: &Yaml<'_>) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (logical, resource) in entries(template, "Resources") {
        let properties = resource.as_mapping_get("Properties");
        for (event, definition) in properties.map(|found| entries(found, "Events")).unwrap_or_default() {
            let text = |node: Option<&Yaml<'_>>| node.and_then(Yaml::as_str).map(str::to_owned);
            let kind = text(definition.as_mapping_get("Type"));
            if !matches!(kind.as_deref(), Some("Schedule" | "ScheduleV2")) {
                continue;
            }
            let of_schedule = |name: &str| {
                text(definition.as_mapping_get("Properties").and_then(|found| found.as_mapping_get(name)))
            };
            let function = logical.to_lowercase();
            tasks.push(Task {
                name: format!("{function}.{}", event.to_lowercase()),
                schedule: of_schedule(if kind.as_deref() == Some("Schedule") {
                    "Schedule"
                } else {
                    "ScheduleExpression"
                })
                .unwrap_or_default(),
                description: of_schedule("Description").unwrap_or_default(),
                input: of_schedule("Input"),
                function,
            });
        }
    }
    tasks.sort_by(|one, other| one.name.cmp(&other.name));
    tasks
}

fn entries<'a, 'y>(node: &'a Yaml<'y>, name: &str) -> Vec<(&'a str, &'a Yaml<'y>)> {
    let found = node.as_mapping_get(name).and_then(Yaml::as_mapping).into_iter().flatten();
    found.filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
}

impl Task {
    /// The invocation that its schedule makes, now, as an operator's doing.
    pub(crate) fn invoke(&self, region: &str, stage: &str, now: Timestamp) -> Invoke {
        let event = json!({
            "version": "0",
            "id": Uuid::now_v7(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "000000000000",
            "time": format!("{now:.0}"),
            "region": region,
            "resources": [format!("arn:aws:events:{region}:000000000000:rule/vivier-{stage}-{}", self.name)],
            "detail": {"task": self.name, "cause": "operator"},
        });
        let mut input: Option<Value> = self.input.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let detail = input.as_mut().and_then(|input| input.get_mut("detail")?.as_object_mut());
        if let Some(detail) = detail {
            detail.insert("cause".to_owned(), json!("operator"));
        }
        Invoke { function: self.function.clone(), payload: input.unwrap_or(event) }
    }

    /// What `tasks list` shows.
    pub(crate) fn json(&self) -> Value {
        json!({"name": self.name, "schedule": self.schedule, "description": self.description})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schedule_of_the_template_is_a_task() {
        let tasks = all();
        let names: Vec<_> = tasks.iter().map(|task| task.name.as_str()).collect();
        for known in ["ingest.resume", "offers.resume", "retention.daily"] {
            assert!(names.contains(&known), "{names:?}");
        }
        let written = TEMPLATE.lines().filter(|line| {
            let line = line.trim();
            line == "Type: Schedule" || line == "Type: ScheduleV2" || line.contains("{ Type: Schedule")
        });
        assert_eq!(tasks.len(), written.count());
        for task in &tasks {
            assert!(task.schedule.ends_with(')') && !task.description.is_empty(), "{task:?}");
        }
    }

    #[test]
    fn a_task_by_hand_is_what_the_schedule_sends() {
        let task = all().into_iter().find(|task| task.name == "retention.daily").unwrap();
        let Invoke { function, payload } = task.invoke("eu-west-3", "demo", Timestamp::UNIX_EPOCH);
        assert_eq!(function, "retention");
        assert_eq!(
            (&payload["detail-type"], &payload["source"]),
            (&json!("Scheduled Event"), &json!("aws.events"))
        );
        assert_eq!(payload["time"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn an_input_is_sent_as_it_stands() {
        let text = "Resources:\n  Audit:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        \
                    Chain: { Type: Schedule, Properties: { Schedule: rate(1 day), Input: '{\"a\":1}' } }\n        \
                    Read: { Type: Api, Properties: { Path: /v1/audit } }\n";
        let documents = Yaml::load_from_str(text).unwrap();
        let tasks = of_template(&documents[0]);
        assert_eq!((tasks.len(), tasks[0].name.as_str()), (1, "audit.chain"));
        assert_eq!(tasks[0].invoke("r", "s", Timestamp::UNIX_EPOCH).payload, json!({"a": 1}));
    }
}
