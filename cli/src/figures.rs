//! The figures of one stage, as CloudWatch keeps them: those that alarms are about, asked for as the alarms ask for them.
//!
//! Two calls of CloudWatch's JSON protocol do it. The client that Amazon makes of it brings a megabyte of code and three more
//! protocols.

use std::{
    collections::HashMap,
    error::Error,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{cloud::Cloud, failure::Failure};

const PROTOCOL: &str = "application/x-amz-json-1.0";
const SERVICE: &str = "GraniteServiceVersion20100801";
/// How far back the newest figure may lie, in seconds.
const BACK: i64 = 3 * 3_600;
/// As many figures are asked for at once.
const AT_ONCE: usize = 500;
/// A page is waited for no longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An alarm, and the newest figure of what it is about.
#[derive(Debug, PartialEq)]
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

    fn of(alarm: &Value, prefix: &str) -> Self {
        let text = |name: &str| alarm[name].as_str().unwrap_or_default();
        let name = text("AlarmName");
        // The page is the description's last word.
        let page = text("AlarmDescription").split_whitespace().last();
        let since = alarm["StateUpdatedTimestamp"].as_f64().and_then(|seconds| {
            Timestamp::from_millisecond((seconds * 1_000.0) as i64).ok().map(|at| format!("{at:.0}"))
        });
        Self {
            name: name.strip_prefix(prefix).unwrap_or(name).to_owned(),
            state: text("StateValue").to_owned(),
            figure: None,
            limit: alarm["Threshold"].as_f64(),
            since,
            runbook: page.filter(|page| page.contains("runbooks/")).map(str::to_owned),
        }
    }
}

/// Every alarm of the stage.
pub(crate) async fn alarms(cloud: &Cloud) -> Result<Vec<Alarm>, Failure> {
    let prefix = format!("vivier-{}-", cloud.stage());
    let described = pages(
        cloud.config(),
        "DescribeAlarms",
        json!({"AlarmNamePrefix": prefix, "AlarmTypes": ["MetricAlarm"]}),
        "MetricAlarms",
    )
    .await?;
    let mut found: Vec<Alarm> = described.iter().map(|alarm| Alarm::of(alarm, &prefix)).collect();
    let queries: Vec<_> = described
        .iter()
        .enumerate()
        .filter_map(|(number, alarm)| Some((number, query(number, alarm)?)))
        .collect();
    for some in queries.chunks(AT_ONCE) {
        let figures = newest(cloud.config(), some.iter().map(|(_, query)| query.clone()).collect()).await?;
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
fn query(number: usize, alarm: &Value) -> Option<Value> {
    let statistic = alarm["Statistic"].as_str().filter(|known| !known.is_empty());
    let statistic = alarm["ExtendedStatistic"].as_str().filter(|known| !known.is_empty()).or(statistic)?;
    let metric = json!({
        "Namespace": alarm["Namespace"].as_str()?,
        "MetricName": alarm["MetricName"].as_str()?,
        "Dimensions": alarm["Dimensions"].as_array().cloned().unwrap_or_default(),
    });
    let stat = json!({"Metric": metric, "Period": alarm["Period"].as_i64()?, "Stat": statistic});
    Some(json!({"Id": id(number), "MetricStat": stat, "ReturnData": true}))
}

/// The newest figure of each question.
async fn newest(config: &SdkConfig, queries: Vec<Value>) -> Result<HashMap<String, f64>, Failure> {
    let now = Timestamp::now().as_second();
    let asked = json!({"MetricDataQueries": queries, "StartTime": now - BACK, "EndTime": now + 60,
                       "ScanBy": "TimestampDescending"});
    let mut found = HashMap::new();
    for result in pages(config, "GetMetricData", asked, "MetricDataResults").await? {
        if let (Some(id), Some(value)) = (result["Id"].as_str(), result["Values"][0].as_f64()) {
            found.entry(id.to_owned()).or_insert(value);
        }
    }
    Ok(found)
}

/// All pages of an answer, as one list.
async fn pages(
    config: &SdkConfig,
    operation: &str,
    mut asked: Value,
    list: &str,
) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    loop {
        let mut page = call(config, operation, &asked).await?;
        found.extend(page[list].as_array_mut().map(std::mem::take).unwrap_or_default());
        match page["NextToken"].as_str() {
            Some(token) if !token.is_empty() => asked["NextToken"] = json!(token),
            _ => return Ok(found),
        }
    }
}

async fn call(config: &SdkConfig, operation: &str, asked: &Value) -> Result<Value, Failure> {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let endpoint = config.endpoint_url().map_or_else(
        || format!("https://monitoring.{region}.amazonaws.com/"),
        |url| format!("{}/", url.trim_end_matches('/')),
    );
    let (body, target) = (asked.to_string(), format!("{SERVICE}.{operation}"));
    let headers = [("content-type", PROTOCOL), ("x-amz-target", target.as_str())];
    let signed = signed(config, &region, &endpoint, &headers, body.as_bytes()).await?;
    let mut request = reqwest::Client::new().post(&endpoint).timeout(PATIENCE).body(body);
    for (name, value) in headers.into_iter().chain(signed.iter().map(|(name, value)| (*name, value.as_str())))
    {
        request = request.header(name, value);
    }
    let unreachable = |error: reqwest::Error| {
        Failure::Unreachable(format!("The cloud cannot be reached: {}.", innermost(&error)))
    };
    let answer = request.send().await.map_err(unreachable)?;
    let good = answer.status().is_success();
    let content: Value =
        serde_json::from_slice(&answer.bytes().await.map_err(unreachable)?).unwrap_or_default();
    if good {
        return Ok(content);
    }
    let code = content["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).unwrap_or("refused");
    let title = format!("The cloud did not tell its figures: {code}.");
    Err(Failure::Refused(json!({"type": "about:blank", "title": title})))
}

/// The headers that prove who asks (signature version 4).
async fn signed(
    config: &SdkConfig,
    region: &str,
    endpoint: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Vec<(&'static str, String)>, Failure> {
    let unusable = |error: &dyn Error| {
        Failure::Usage(format!("the cloud's keys are missing or cannot be used: {}", innermost(error)))
    };
    let provider = config
        .credentials_provider()
        .ok_or_else(|| Failure::Usage("the cloud's keys are missing".to_owned()))?;
    let identity = provider.provide_credentials().await.map_err(|error| unusable(&error))?.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("monitoring")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unusable(&error))?
        .into();
    let request = SignableRequest::new("POST", endpoint, headers.iter().copied(), SignableBody::Bytes(body))
        .map_err(|error| unusable(&error))?;
    let (instructions, _) = sign(request, &params).map_err(|error| unusable(&error))?.into_parts();
    let (made, _) = instructions.into_parts();
    Ok(made.into_iter().map(|header| (header.name(), header.value().to_owned())).collect())
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_asks_its_own_question_and_names_its_page() {
        let dimensions = json!([{"Name": "stage", "Value": "demo"}]);
        let alarm = json!({
            "AlarmName": "vivier-demo-tasks-silent", "StateValue": "ALARM", "StateUpdatedTimestamp": 1_768_471_200.25,
            "AlarmDescription": "A task. Runbook infra/runbooks/tasks-silent.md", "Namespace": "Vivier",
            "MetricName": "TasksSilent", "Dimensions": dimensions, "Statistic": "Maximum", "Period": 300, "Threshold": 0.0,
        });
        let shown = Alarm::of(&alarm, "vivier-demo-").json();
        assert_eq!((&shown["alarm"], &shown["state"]), (&json!("tasks-silent"), &json!("ALARM")));
        assert_eq!(shown["runbook"], "infra/runbooks/tasks-silent.md");
        assert_eq!(shown["since"], "2026-01-15T10:00:00Z");
        let asked = query(3, &alarm).unwrap();
        assert_eq!((&asked["Id"], &asked["MetricStat"]["Stat"]), (&json!("a3"), &json!("Maximum")));
        assert_eq!(asked["MetricStat"]["Metric"]["Dimensions"], dimensions);
        let mut p99 = alarm;
        p99["ExtendedStatistic"] = json!("p99");
        assert_eq!(query(3, &p99).unwrap()["MetricStat"]["Stat"], "p99");
        assert_eq!(query(0, &json!({"AlarmName": "a"})), None);
    }
}
