//! Logs: one JSON object a line on standard output, which Lambda carries to CloudWatch. A sentence and its fields,
//! never content.

use std::{io::Write as _, sync::OnceLock, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, prelude::*};
use vivier_domain::ids::TenantId;

/// Starts logging. `RUST_LOG` sets the level, of all or by module (`info,vivier_index=debug`); `info` without it. A panic is logged by its place: its message may quote what was being
/// worked on.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
    let chosen = std::env::var("RUST_LOG").ok().and_then(|chosen| chosen.parse::<Targets>().ok());
    let filter = chosen.unwrap_or_else(|| Targets::new().with_default(Level::INFO));
    let layer = fmt::layer().json().with_current_span(true).with_span_list(false).with_target(true);
    // A second start (tests in one process) keeps the first.
    let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
}

/// Records a figure as a metric of CloudWatch, by the function's name and the stage.
pub fn metric(function: &str, name: &str, unit: Unit, value: u64) {
    metrics(&[("function", function)], &[(name, unit, value)]);
}

/// Records figures as metrics of CloudWatch, by dimensions of which there are few values and none is personal, and by the stage: a line of the embedded
/// metric format on standard output.
pub fn metrics(dimensions: &[(&str, &str)], figures: &[(&str, Unit, u64)]) {
    let line = embedded(stage(), dimensions, figures, Timestamp::now());
    // A figure that cannot be written must not fail what it is about.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Records what a tenant's request used, as Lambda counts what it costs: memory for a time. Nothing where it is not Lambda that counts.
pub fn used(tenant: TenantId, lasted: Duration) {
    static MEGABYTES: OnceLock<Option<u64>> = OnceLock::new();
    let megabytes = MEGABYTES.get_or_init(|| {
        std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|size| size.parse().ok())
    });
    let Some(megabytes) = megabytes else { return };
    // Lambda counts whole milliseconds, and one that was begun.
    let milliseconds = u64::try_from(lasted.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
    let compute = megabytes.saturating_mul(milliseconds);
    metrics(
        &[("tenant", &tenant.to_string())],
        &[("Requests", Unit::Count, 1), ("Compute", Unit::Count, compute)],
    );
}

/// Units of metrics, in CloudWatch's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `Milliseconds`.
    Milliseconds,
    /// `Count`.
    Count,
}

/// Whose figures they are: alarms of one stage are not about another's.
fn stage() -> &'static str {
    static STAGE: OnceLock<String> = OnceLock::new();
    STAGE.get_or_init(|| std::env::var("VIVIER_STAGE").unwrap_or_else(|_| "none".to_owned()))
}

fn embedded(stage: &str, dimensions: &[(&str, &str)], figures: &[(&str, Unit, u64)], at: Timestamp) -> Value {
    let dimensions = || dimensions.iter().copied().chain([("stage", stage)]);
    let names: Vec<_> = dimensions().map(|(name, _)| name).collect();
    let units: Vec<_> =
        figures.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": format!("{unit:?}") })).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{ "Namespace": "Vivier", "Dimensions": [names], "Metrics": units }],
        },
    });
    for (name, value) in dimensions() {
        line[name] = json!(value);
    }
    for (name, _, value) in figures {
        line[*name] = json!(value);
    }
    line
}

/// An error and its causes in one line, for the log of the edge.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_in_the_embedded_format() {
        let at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let line =
            embedded("demo", &[("function", "matching")], &[("CvResidency", Unit::Milliseconds, 12)], at);
        assert_eq!((&line["CvResidency"], &line["function"]), (&json!(12), &json!("matching")));
        let about = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(about["Metrics"][0], json!({ "Name": "CvResidency", "Unit": "Milliseconds" }));
        assert_eq!(
            (&about["Namespace"], &about["Dimensions"]),
            (&json!("Vivier"), &json!([["function", "stage"]]))
        );
        assert_eq!(line["stage"], "demo");
        assert_eq!(line["_aws"]["Timestamp"], json!(1_700_000_000_000_i64));
    }
}
