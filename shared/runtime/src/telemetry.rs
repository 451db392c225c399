//! Logs: one JSON object a line on standard output, which Lambda carries to CloudWatch. A sentence and its fields,
//! never content.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts logging. `RUST_LOG` sets the level; `info` without it.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let layer = fmt::layer().json().with_current_span(true).with_span_list(false).with_target(true);
    // A second start (tests in one process) keeps the first.
    let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
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
