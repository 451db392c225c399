//! The salt of the day, remembered while the day lasts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date};
use vivier_runtime::telemetry::{self, Unit};
use vivier_tenancy::{
    TenancyError,
    rooms::salts::{self, Salt, Salts},
};

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
    known: Arc<Mutex<Option<Known>>>,
}

impl DailySalt {
    pub(crate) fn new(salts: Salts) -> Self {
        Self { salts, known: Arc::default() }
    }

    /// The salt of the day that `now` is of; none where it cannot be had: visitors are not counted then. What comes too late for one request is
    /// there for the next.
    pub(crate) async fn of(&self, now: Timestamp) -> Option<Salt> {
        let today = salts::day(now);
        match *self.known() {
            Some(Known::Of(day, salt)) if day == today => return Some(salt),
            Some(Known::NotBefore(moment)) if now < moment => return None,
            _ => {}
        }
        let reading = tokio::spawn({
            let (salts, known) = (self.salts.clone(), Arc::clone(&self.known));
            async move {
                let salt = salts.of(today).await?;
                *locked(&known) = Some(Known::Of(today, salt));
                Ok::<_, TenancyError>(salt)
            }
        });
        let why = match tokio::time::timeout(PATIENCE, reading).await {
            Ok(Ok(Ok(salt))) => return Some(salt),
            Ok(Ok(Err(error))) => telemetry::chain(&error),
            Ok(Err(error)) => telemetry::chain(&error),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(why, "visitors are not counted: there is no salt");
        telemetry::metric("authorizer", "SaltMissing", Unit::Count, 1);
        let mut known = self.known();
        // It may have come meanwhile.
        if !matches!(*known, Some(Known::Of(day, _)) if day == today) {
            *known = Some(Known::NotBefore(now.saturating_add(REST).unwrap_or(now)));
        }
        None
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        locked(&self.known)
    }
}

fn locked(known: &Mutex<Option<Known>>) -> MutexGuard<'_, Option<Known>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
