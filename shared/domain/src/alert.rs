//! Searches that candidates saved to be told of new offers by mail: how often, for how long, and what each mail is.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::retention::{DataKind, RetentionPolicy, days_before};

/// An alert ends so long after it was last confirmed: what is kept of a candidate is kept 90 days (K9.1e).
pub const LASTS: SignedDuration = SignedDuration::from_hours(24 * crate::retention::MAXIMUM_DAYS as i64);
/// An alert that nobody confirms is gone after this long.
pub const PENDING: SignedDuration = SignedDuration::from_hours(48);
/// The most offers that a mail lists.
pub const MOST_LISTED: usize = 10;

/// How long a tenant keeps alerts from when they were last confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertDays(u16);

impl AlertDays {
    /// As the tenant chose.
    pub const fn of(policy: &RetentionPolicy) -> Self {
        Self(policy.days(DataKind::Alerts))
    }

    /// When an alert ends that is confirmed at `now`.
    pub fn after(self, now: Timestamp) -> Timestamp {
        now + SignedDuration::from_hours(24 * i64::from(self.0))
    }

    /// One that was last confirmed before this is over at `now`.
    pub fn before(self, now: Timestamp) -> Timestamp {
        days_before(now, self.0)
    }
}

/// A text that is none of the list's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name of this list")]
pub struct UnknownName;

list! {
    /// How often an alert may tell of new offers.
    Frequency {
        /// Once a day.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
    }
}

list! {
    /// What an alert's mail is for.
    AlertMailKind {
        /// It asks whether the address is meant.
        Confirmation = "confirmation",
        /// It tells of new offers.
        Offers = "offers",
    }
}

list! {
    /// What a token in a mail opens.
    TokenPurpose {
        /// Confirming the alert.
        Confirmation = "confirmation",
        /// Ending the alert, or renewing it.
        Keeping = "keeping",
    }
}

impl Frequency {
    /// From one look for offers to the next.
    pub const fn period(self) -> SignedDuration {
        match self {
            Self::Daily => SignedDuration::from_hours(24),
            Self::Weekly => SignedDuration::from_hours(24 * 7),
        }
    }

    /// When to look again, after a look that was due at `due`: at the same time of day as before, and never in the past.
    pub fn next(self, due: Timestamp, now: Timestamp) -> Timestamp {
        let next = due + self.period();
        if next > now { next } else { now + self.period() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_look() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let due = at("2026-01-01T08:00:00Z");
        for (frequency, now, next) in [
            (Frequency::Daily, "2026-01-01T08:00:40Z", "2026-01-02T08:00:00Z"),
            (Frequency::Weekly, "2026-01-01T08:00:40Z", "2026-01-08T08:00:00Z"),
            // After a long outage one mail goes out, not one for each day.
            (Frequency::Daily, "2026-01-05T09:00:00Z", "2026-01-06T09:00:00Z"),
        ] {
            assert_eq!(frequency.next(due, at(now)), at(next), "{frequency:?} {now}");
        }
    }

    #[test]
    fn an_alert_lasts_as_long_as_a_candidates_data_may() {
        assert_eq!(LASTS, SignedDuration::from_hours(90 * 24));
        for name in ["daily", "weekly"] {
            assert_eq!(name.parse::<Frequency>().map(Frequency::as_str), Ok(name));
        }
        assert_eq!("hourly".parse::<Frequency>(), Err(UnknownName));
    }
}
