//! How fast a publishable key may be used: its own requests a minute, counted for all environments together.
//!
//! Each environment counts for itself and adds to the shared counter when a batch of a twentieth of the limit (one to
//! fifty requests) is full, and otherwise at most once a second; the sum that comes back tells it what the others added. So each
//! environment can let at most one batch less one request pass after the limit was reached, a twentieth of the limit,
//! and none where the limit is below 40. Counts of a minute that is over are dropped: whoever is refused is not counted,
//! and an environment that was put to sleep forgets at most one batch.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use vivier_domain::ids::KeyId;
use vivier_runtime::telemetry;
use vivier_tenancy::rooms::limits::{Limits, Minute};

/// The shared counter is asked again after this long.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// The largest batch.
const MOST_UNTOLD: u32 = 50;
/// More keys than this are not kept apart.
const MOST_KEYS: usize = 4096;

/// One key's count in one minute.
#[derive(Debug)]
struct Count {
    minute: Minute,
    /// What the shared counter said.
    told: u64,
    /// What it was not told yet.
    untold: u32,
    asked: Option<Instant>,
}

/// What to do with a request.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Let it pass.
    Pass,
    /// The limit is reached.
    Wait,
    /// Tell the shared counter of this many, and see.
    Ask(u32),
}

/// This environment's counts.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    counts: Mutex<HashMap<KeyId, Count>>,
}

impl Pace {
    /// The seconds to wait when the key's limit is reached; `None` where the request may pass, which counts it.
    pub(crate) async fn wait(
        &self,
        limits: &Limits<'_>,
        key: KeyId,
        limit: u32,
        now: Timestamp,
    ) -> Option<u8> {
        let minute = Minute::of(now);
        let over = match self.step(key, minute, limit, Instant::now()) {
            Step::Pass => false,
            Step::Wait => true,
            Step::Ask(uses) => match limits.add(key, minute, uses).await {
                Ok(sum) => self.learn(key, minute, limit, |told| told.max(sum)),
                Err(error) => {
                    tracing::warn!(error = telemetry::chain(&error), "a key's counter does not answer");
                    // Then this environment counts for itself: the limit still holds for it alone.
                    self.learn(key, minute, limit, |told| told + u64::from(uses))
                }
            },
        };
        over.then(|| Minute::left(now))
    }

    fn step(&self, key: KeyId, minute: Minute, limit: u32, at: Instant) -> Step {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_KEYS {
            counts.retain(|_, count| count.minute == minute);
        }
        if counts.len() >= MOST_KEYS {
            counts.clear();
        }
        let fresh = || Count { minute, told: 0, untold: 0, asked: None };
        let count = counts.entry(key).or_insert_with(fresh);
        if count.minute != minute {
            *count = fresh();
        }
        if count.told >= u64::from(limit) {
            return Step::Wait;
        }
        count.untold += 1;
        let rested = count.asked.is_none_or(|asked| at.duration_since(asked) >= ASK_EVERY);
        if rested || count.untold >= batch(limit) {
            count.asked = Some(at);
            return Step::Ask(std::mem::take(&mut count.untold));
        }
        if count.told + u64::from(count.untold) > u64::from(limit) { Step::Wait } else { Step::Pass }
    }

    /// Takes in what the shared counter said, and says whether the limit is passed.
    fn learn(&self, key: KeyId, minute: Minute, limit: u32, told: impl FnOnce(u64) -> u64) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = counts.get_mut(&key).filter(|count| count.minute == minute) else { return false };
        count.told = told(count.told);
        count.told > u64::from(limit)
    }
}

/// How many requests are told at once: the more the limit allows, the less one of them matters.
fn batch(limit: u32) -> u32 {
    (limit / 20).clamp(1, MOST_UNTOLD)
}

#[cfg(test)]
mod tests;
