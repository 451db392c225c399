//! The salt of the day, remembered while the day lasts.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use vivier_runtime::telemetry::{self, Unit};
use vivier_tenancy::rooms::salts::{self, Salt, Salts};

/// A table that did not answer is asked again after this long: no request waits for a figure's sake more than once.
const REST: SignedDuration = SignedDuration::from_secs(30);
/// So long a request waits for it, once a day and environment.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is known of the salt.
#[derive(Debug, Clone, Copy)]
enum Known {
    Of(Date, Salt),
    NotBefore(Timestamp),
}

/// The salt of the day.
#[derive(Debug)]
pub(crate) struct DailySalt {
    salts: Salts,
    known: Mutex<Option<Known>>,
}

impl DailySalt {
    pub(crate) const fn new(salts: Salts) -> Self {
        Self { salts, known: Mutex::new(None) }
    }

    /// The salt of the day that `now` is of; none where it cannot be had: visitors are not counted then.
    pub(crate) async fn of(&self, now: Timestamp) -> Option<Salt> {
        let today = salts::day(now);
        match self.recall() {
            Some(Known::Of(day, salt)) if day == today => return Some(salt),
            Some(Known::NotBefore(moment)) if now < moment => return None,
            _ => {}
        }
        let why = match tokio::time::timeout(PATIENCE, self.salts.of(today)).await {
            Ok(Ok(salt)) => {
                self.keep(Known::Of(today, salt));
                return Some(salt);
            }
            Ok(Err(error)) => telemetry::chain(&error),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(why, "visitors are not counted: there is no salt");
        telemetry::metric("authorizer", "SaltMissing", Unit::Count, 1);
        self.keep(Known::NotBefore(now.saturating_add(REST).unwrap_or(now)));
        None
    }

    fn recall(&self) -> Option<Known> {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}
