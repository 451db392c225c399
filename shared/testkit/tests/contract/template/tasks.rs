//! Every schedule of the template is a task that the table of tasks knows, at the very times that the template says; and no function takes
//! a schedule's event past the table.

use serde_json::Value;
use vivier_domain::task::{PlatformTask, Recurrence};

use super::{functions, template};
use crate::{nothing_wrong, workspace};

/// A recurrence as EventBridge writes it.
fn expression(recurrence: Recurrence) -> Option<String> {
    match recurrence {
        Recurrence::Minutes { count: 1 } => Some("rate(1 minute)".to_owned()),
        Recurrence::Minutes { count } => Some(format!("rate({count} minutes)")),
        Recurrence::Hour { minute } => Some(format!("cron({minute} * * * ? *)")),
        Recurrence::Day { hour, minute } => Some(format!("cron({minute} {hour} * * ? *)")),
        Recurrence::Week { .. } | Recurrence::Month { .. } => None,
    }
}

/// The template's schedules: function and event in small letters, the expression, and which task the event names.
fn schedules(template: &Value) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    for function in functions(template) {
        for (name, event) in function.properties["Events"].as_object().into_iter().flatten() {
            if event["Type"] != "Schedule" {
                continue;
            }
            let properties = &event["Properties"];
            let input: Value =
                serde_json::from_str(properties["Input"].as_str().unwrap_or("{}")).unwrap_or_default();
            found.push((
                format!("{}.{}", function.name(), name.to_lowercase()),
                properties["Schedule"].as_str().unwrap_or_default().to_owned(),
                input["detail"]["task"].as_str().map(str::to_owned),
            ));
        }
    }
    found
}

fn wrong(template: &Value, known: &[PlatformTask], main: impl Fn(&str) -> String) -> Vec<String> {
    let mut found = Vec::new();
    let schedules = schedules(template);
    for (name, written, named) in &schedules {
        let Some(task) = known.iter().find(|task| task.as_str() == name) else {
            found.push(format!("{name} is a schedule of the template and no task of `PlatformTask`"));
            continue;
        };
        if expression(task.recurrence()).as_ref() != Some(written) {
            found.push(format!("{name}: the template says {written}, the task {:?}", task.recurrence()));
        }
        let function = task.function();
        let several =
            schedules.iter().filter(|(other, ..)| other.starts_with(&format!("{function}."))).count() > 1;
        if several && named.as_ref() != Some(name) {
            found.push(format!(
                "{name}: its function has several tasks, and its event names none: give it an Input"
            ));
        }
        if !main(function).contains(&format!(".scheduled(PlatformTask::{task:?}")) {
            found.push(format!("functions/{function}/src/main.rs does not take {name}"));
        }
    }
    for task in known.iter().filter(|task| !schedules.iter().any(|(name, ..)| name == task.as_str())) {
        found.push(format!("{} is a task and no schedule of the template", task.as_str()));
    }
    found
}

#[test]
fn every_schedule_is_a_task() {
    let main = |function: &str| workspace::read(&format!("functions/{function}/src/main.rs"));
    nothing_wrong(&wrong(&template(), &PlatformTask::ALL, main));
}

mod would_notice {
    use super::*;
    use crate::template::sample;

    fn check(events: &str, known: &[PlatformTask]) -> Vec<String> {
        let template = sample(&format!(
            "  Retention:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n{events}"
        ));
        wrong(&template, known, |_| {
            ".scheduled(PlatformTask::RetentionDaily, &app.tenancy, app.clock, f)".to_owned()
        })
    }

    const DAILY: &str = "        Daily: { Type: Schedule, Properties: { Schedule: cron(15 1 * * ? *) } }\n";

    #[test]
    fn schedules_and_tasks_that_differ() {
        let task = [PlatformTask::RetentionDaily];
        assert_eq!(check(DAILY, &task), Vec::<String>::new());
        for (events, known, sentence) in [
            (DAILY.replace("15 1", "15 2"), &task[..], "the template says cron(15 2"),
            (DAILY.replace("Daily", "Nightly"), &task[..], "retention.nightly is a schedule"),
            (DAILY.to_owned(), &[], "retention.daily is a schedule"),
            (
                DAILY.to_owned(),
                &[PlatformTask::RetentionDaily, PlatformTask::FeedsTick],
                "feeds.tick is a task",
            ),
            (format!("{DAILY}{}", DAILY.replace("Daily", "Hourly")), &task[..], "names none"),
        ] {
            let found = check(&events, known);
            assert!(found.iter().any(|line| line.contains(sentence)), "{sentence}: {found:?}");
        }
    }
}
