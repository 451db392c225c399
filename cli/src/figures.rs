//! The figures of one stage, as CloudWatch keeps them: those that alarms are about, asked for as the alarms ask for them.

use std::{collections::HashMap, error::Error, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    error::SdkError,
    primitives::DateTime,
    types::{Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, ScanBy},
};
use serde_json::{Value, json};

use crate::{cloud::Cloud, failure::Failure};

/// How far back the newest figure may lie.
const BACK: Duration = Duration::from_secs(3 * 3_600);
/// As many figures are asked for at once.
const AT_ONCE: usize = 500;

/// An alarm, and the newest figure of what it is about.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    pub(crate) state: String,
    figure: Option<f64>,
    limit: Option<f64>,
    since: Option<String>,
    runbook: Option<String>,
}

impl Alarm {
    /// What `status` shows.
    pub(crate) fn json(&self) -> Value {
        json!({"alarm": self.name, "state": self.state, "figure": self.figure, "limit": self.limit,
               "since": self.since, "runbook": self.runbook})
    }

    fn of(alarm: &MetricAlarm, prefix: &str) -> Self {
        let name = alarm.alarm_name().unwrap_or_default();
        // The page is the description's last word.
        let page = alarm.alarm_description().and_then(|text| text.split_whitespace().last());
        Self {
            name: name.strip_prefix(prefix).unwrap_or(name).to_owned(),
            state: alarm.state_value().map_or("UNKNOWN", |state| state.as_str()).to_owned(),
            figure: None,
            limit: alarm.threshold(),
            since: alarm.state_updated_timestamp().map(ToString::to_string),
            runbook: page.filter(|page| page.contains("runbooks/")).map(str::to_owned),
        }
    }
}

/// Every alarm of the stage.
pub(crate) async fn alarms(cloud: &Cloud) -> Result<Vec<Alarm>, Failure> {
    let (client, prefix) = (Client::new(cloud.config()), format!("vivier-{}-", cloud.stage()));
    let mut described = Vec::new();
    let mut pages = client.describe_alarms().alarm_name_prefix(&prefix).into_paginator().send();
    while let Some(page) = pages.next().await {
        described.extend(page.map_err(|error| not_told(&error))?.metric_alarms.unwrap_or_default());
    }
    let mut found: Vec<Alarm> = described.iter().map(|alarm| Alarm::of(alarm, &prefix)).collect();
    let queries: Vec<_> = described
        .iter()
        .enumerate()
        .filter_map(|(number, alarm)| Some((number, query(number, alarm)?)))
        .collect();
    for some in queries.chunks(AT_ONCE) {
        let figures = newest(&client, some.iter().map(|(_, query)| query.clone()).collect()).await?;
        for (number, _) in some {
            found[*number].figure = figures.get(&id(*number)).copied();
        }
    }
    Ok(found)
}

fn id(number: usize) -> String {
    format!("a{number}")
}

/// An alarm's own question; none of one that asks for more than one figure.
fn query(number: usize, alarm: &MetricAlarm) -> Option<MetricDataQuery> {
    let dimensions: Vec<Dimension> = alarm.dimensions().to_vec();
    let metric = Metric::builder()
        .namespace(alarm.namespace()?)
        .metric_name(alarm.metric_name()?)
        .set_dimensions(Some(dimensions))
        .build();
    let statistic = alarm.statistic().map(|known| known.as_str()).or_else(|| alarm.extended_statistic())?;
    let stat = MetricStat::builder().metric(metric).period(alarm.period()?).stat(statistic).build();
    Some(MetricDataQuery::builder().id(id(number)).metric_stat(stat).return_data(true).build())
}

/// The newest figure of each question.
async fn newest(client: &Client, queries: Vec<MetricDataQuery>) -> Result<HashMap<String, f64>, Failure> {
    let now = std::time::SystemTime::now();
    let mut pages = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from(now - BACK))
        .end_time(DateTime::from(now))
        .scan_by(ScanBy::TimestampDescending)
        .into_paginator()
        .send();
    let mut found = HashMap::new();
    while let Some(page) = pages.next().await {
        for result in page.map_err(|error| not_told(&error))?.metric_data_results() {
            if let (Some(id), Some(value)) = (result.id(), result.values().first()) {
                found.entry(id.to_owned()).or_insert(*value);
            }
        }
    }
    Ok(found)
}

fn not_told<E: Error + 'static, R: std::fmt::Debug + 'static>(error: &SdkError<E, R>) -> Failure {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match error {
        SdkError::ServiceError(_) => {
            let title = format!("The cloud did not tell its figures: {cause}.");
            Failure::Refused(json!({"type": "about:blank", "title": title}))
        }
        _ => Failure::Unreachable(format!("The cloud cannot be reached: {cause}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::types::{StateValue, Statistic};

    #[test]
    fn an_alarm_asks_its_own_question_and_names_its_page() {
        let alarm = MetricAlarm::builder()
            .alarm_name("vivier-demo-tasks-silent")
            .alarm_description("A task. Runbook infra/runbooks/tasks-silent.md")
            .state_value(StateValue::Alarm)
            .namespace("Vivier")
            .metric_name("TasksSilent")
            .dimensions(Dimension::builder().name("stage").value("demo").build())
            .statistic(Statistic::Maximum)
            .period(300)
            .threshold(0.0)
            .build();
        let shown = Alarm::of(&alarm, "vivier-demo-");
        assert_eq!((shown.name.as_str(), shown.state.as_str()), ("tasks-silent", "ALARM"));
        assert_eq!(shown.json()["runbook"], "infra/runbooks/tasks-silent.md");
        let query = query(3, &alarm).unwrap();
        let stat = query.metric_stat().unwrap();
        assert_eq!((query.id(), stat.stat(), stat.period()), (Some("a3"), Some("Maximum"), Some(300)));
        assert_eq!(stat.metric().unwrap().dimensions().len(), 1);
        assert!(super::query(0, &MetricAlarm::builder().alarm_name("a").build()).is_none());
    }
}
