//! How long a CV is here.

use std::{convert::Infallible, time::Instant};

use axum::{extract::FromRequestParts, http::request::Parts};
use vivier_runtime::telemetry::{self, Unit};

/// Begins before the body is read. Dropped without [`Residency::over`], as when a CV cannot be read, it is recorded all the same.
#[derive(Debug)]
pub(crate) struct Residency {
    since: Instant,
    recorded: bool,
}

impl<S: Sync> FromRequestParts<S> for Residency {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { since: Instant::now(), recorded: false })
    }
}

impl Residency {
    /// The CV is gone; for how many milliseconds it was here.
    pub(crate) fn over(mut self) -> u64 {
        self.record()
    }

    fn record(&mut self) -> u64 {
        let milliseconds = self.since.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        if !self.recorded {
            telemetry::metric("matching", "CvResidency", Unit::Milliseconds, milliseconds);
            self.recorded = true;
        }
        milliseconds
    }
}

impl Drop for Residency {
    fn drop(&mut self) {
        self.record();
    }
}
