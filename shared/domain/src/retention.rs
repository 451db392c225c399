//! How long each kind of data is kept, how much of that a tenant may choose, and what may be held longer than that.
//!
//! The longest is what was promised, and the map of data (`shared/data_map`) says the same: a test compares the two.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest that data of candidates, the audit log and files of offers may be kept, in days (K8.1a, K9.1e).
pub const MAXIMUM_DAYS: u16 = 90;
/// A hold lasts at most so many days before it has to be renewed.
pub const LONGEST_HOLD: u16 = 366;
/// At most so many holds of a tenant are in force at once: each is looked at by every purge.
pub const MOST_HOLDS: u32 = 200;
/// Members are reminded of a hold so many days before it ends.
pub const HOLD_ENDS_SOON: u16 = 14;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, map $map:literal, $most:expr, $from:ident;)+) => {
        /// A kind of data that a purge removes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DataKind {
            $($(#[$doc])* $name,)+
        }

        impl DataKind {
            /// Every kind, in the order a purge takes them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What the map of data calls how long it is kept.
            pub const fn in_map(self) -> &'static str {
                match self { $(Self::$name => $map,)+ }
            }

            /// The longest it may be kept, in days.
            pub const fn most(self) -> u16 {
                match self { $(Self::$name => $most,)+ }
            }

            /// Where its days are counted from.
            pub const fn counted_from(self) -> From {
                match self { $(Self::$name => From::$from,)+ }
            }
        }
    };
}

/// What the days of a kind are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// From when it happened, was written, or was last used.
    Moment,
    /// Each thing has an end of its own, and is over when that is past.
    OwnEnd,
}

kinds! {
    /// Conversations with the chatbot, from their last message.
    Conversations = "conversations", map "conversations", MAXIMUM_DAYS, Moment;
    /// Events of use, with the shares and texts of searches.
    Events = "events", map "events", MAXIMUM_DAYS, Moment;
    /// The application (audit) log.
    AuditLog = "audit_log", map "audit", MAXIMUM_DAYS, Moment;
    /// Searches that candidates saved, with the address to tell, from when they were last confirmed; 48 hours where nobody confirmed.
    Alerts = "alerts", map "alerts", MAXIMUM_DAYS, Moment;
    /// Events counted by the hour: as long as events, and two days more, so that days can be counted anew in another time zone.
    UsageHours = "usage_hours", map "hours", MAXIMUM_DAYS + 2, Moment;
    /// Events counted by the day.
    UsageDays = "usage_days", map "days", 366 * 3, Moment;
    /// Each fetching of a feed.
    FeedRuns = "feed_runs", map "feed_runs", MAXIMUM_DAYS, Moment;
    /// Runs over test questions.
    TestRuns = "test_runs", map "test_runs", 366, Moment;
    /// Offers that are closed, with what they mean as numbers: as long as the figures that name them.
    ClosedOffers = "closed_offers", map "closed_offers", 366 * 3, Moment;
    /// Files of offers as they came, in all versions.
    ImportFiles = "import_files", map "import_files", MAXIMUM_DAYS, Moment;
    /// Files of reports, in all versions.
    ReportFiles = "report_files", map "report_files", 7, OwnEnd;
    /// Copies that persons asked for of their data, in all versions.
    Copies = "copies", map "copies", 7, OwnEnd;
    /// Requests of persons that were answered, or that nobody confirmed.
    PrivacyRequests = "privacy_requests", map "privacy_requests", 400, Moment;
    /// What purges removed.
    PurgeReports = "purge_reports", map "purge_reports", 400, Moment;
    /// Holds that ended.
    LegalHolds = "legal_holds", map "legal_holds", 400, Moment;
}

impl DataKind {
    /// Whether a hold may keep it from being removed. What goes within a week or says nothing of anybody is not worth one; what is kept to
    /// prove that the rules were kept goes by its own.
    pub const fn can_be_held(self) -> bool {
        matches!(
            self,
            Self::Conversations
                | Self::Events
                | Self::AuditLog
                | Self::Alerts
                | Self::FeedRuns
                | Self::TestRuns
                | Self::ClosedOffers
        )
    }

    /// Whether it lies in the shared database.
    pub const fn is_pooled(self) -> bool {
        matches!(
            self,
            Self::Events
                | Self::AuditLog
                | Self::UsageHours
                | Self::UsageDays
                | Self::TestRuns
                | Self::PurgeReports
                | Self::LegalHolds
        )
    }
}

impl fmt::Display for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of data")]
pub struct UnknownKind;

impl FromStr for DataKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().find(|kind| kind.as_str() == text).copied().ok_or(UnknownKind)
    }
}

/// A number of days from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Within<const LEAST: u16, const MOST: u16>(u16);

/// A number of days that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("retention is {least} to {most} days")]
pub struct InvalidDays {
    /// The least.
    pub least: u16,
    /// The most.
    pub most: u16,
}

/// Days that are bounded by the promise alone.
pub type Days = Within<1, MAXIMUM_DAYS>;

impl<const LEAST: u16, const MOST: u16> Within<LEAST, MOST> {
    /// The least.
    pub const MINIMUM: Self = Self(LEAST);
    /// The most.
    pub const MAXIMUM: Self = Self(MOST);

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The same length in seconds.
    pub const fn seconds(self) -> i64 {
        self.0 as i64 * 86_400
    }
}

impl<const LEAST: u16, const MOST: u16> TryFrom<u16> for Within<LEAST, MOST> {
    type Error = InvalidDays;

    fn try_from(days: u16) -> Result<Self, InvalidDays> {
        if (LEAST..=MOST).contains(&days) {
            Ok(Self(days))
        } else {
            Err(InvalidDays { least: LEAST, most: MOST })
        }
    }
}

impl<const LEAST: u16, const MOST: u16> std::convert::From<Within<LEAST, MOST>> for u16 {
    fn from(days: Within<LEAST, MOST>) -> Self {
        days.0
    }
}

/// The moment so many days before `now`.
pub fn days_before(now: Timestamp, days: u16) -> Timestamp {
    Timestamp::from_microsecond(now.as_microsecond() - i64::from(days) * 86_400_000_000)
        .unwrap_or(Timestamp::MIN)
}

macro_rules! policy {
    ($($(#[$doc:meta])* $field:ident: $kind:ident from $least:literal,)+) => {
        /// A tenant's choice. What it does not choose is kept as long as the promise allows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct RetentionPolicy {
            $($(#[$doc])* pub $field: Within<$least, { DataKind::$kind.most() }>,)+
        }

        impl Default for RetentionPolicy {
            fn default() -> Self {
                Self { $($field: Within::MAXIMUM,)+ }
            }
        }

        /// What is to be different in a policy; what is not named stays.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct PolicyChange {
            $($(#[$doc])* pub $field: Option<Within<$least, { DataKind::$kind.most() }>>,)+
        }

        impl PolicyChange {
            /// The policy with the change in it.
            pub fn on(self, policy: RetentionPolicy) -> RetentionPolicy {
                RetentionPolicy { $($field: self.$field.unwrap_or(policy.$field),)+ }
            }
        }

        impl DataKind {
            /// The least that a tenant may choose; `None` where it has no choice.
            pub const fn least(self) -> Option<u16> {
                match self {
                    $(Self::$kind => Some($least),)+
                    _ => None,
                }
            }
        }

        impl RetentionPolicy {
            /// How many days a kind is kept: as the tenant chose, or the most where it has no choice.
            pub const fn days(&self, kind: DataKind) -> u16 {
                match kind {
                    $(DataKind::$kind => self.$field.get(),)+
                    _ => kind.most(),
                }
            }

            /// Sets the days of some kinds.
            ///
            /// # Errors
            /// Each kind of which the tenant has no choice, or whose days are out of bounds.
            pub fn with(mut self, days: &BTreeMap<DataKind, u16>) -> Result<Self, Vec<(DataKind, Refused)>> {
                let mut refused = Vec::new();
                for (kind, days) in days {
                    match kind {
                        $(DataKind::$kind => match Within::try_from(*days) {
                            Ok(days) => self.$field = days,
                            Err(_) => refused.push((*kind, Refused::OutOfRange)),
                        },)+
                        _ => refused.push((*kind, Refused::Fixed)),
                    }
                }
                if refused.is_empty() { Ok(self) } else { Err(refused) }
            }
        }
    };
}

policy! {
    /// Conversations: counted from their last message.
    conversations_days: Conversations from 1,
    /// Events: counted from when they happened.
    events_days: Events from 1,
    /// Audit log: counted from the entry.
    audit_log_days: AuditLog from 1,
    /// Alerts: counted from when they were last confirmed.
    alerts_days: Alerts from 7,
    /// Figures by the day: as long as events at least, so that nothing is counted anew in part.
    figures_days: UsageDays from 92,
    /// Fetchings of feeds: counted from their end.
    feed_runs_days: FeedRuns from 1,
    /// Runs over test questions: counted from when they were asked for.
    test_runs_days: TestRuns from 7,
    /// Closed offers: counted from when they were closed.
    closed_offers_days: ClosedOffers from 30,
    /// Files of offers: counted from when they came.
    import_files_days: ImportFiles from 1,
}

/// Why a number of days is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is below the least or beyond what was promised.
    OutOfRange,
    /// The kind has no choice.
    Fixed,
}

impl Refused {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutOfRange => "out-of-range",
            Self::Fixed => "fixed",
        }
    }
}

impl RetentionPolicy {
    /// From when on things of a kind are kept at `now`: what is older is over, and answered by no read.
    pub fn kept_since(&self, kind: DataKind, now: Timestamp) -> Timestamp {
        days_before(now, self.days(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_within_the_promise() {
        for (days, accepted) in [(0, false), (1, true), (90, true), (91, false), (u16::MAX, false)] {
            assert_eq!(Days::try_from(days).is_ok(), accepted, "{days}");
        }
    }

    #[test]
    fn every_choice_lies_between_its_least_and_the_promise() {
        let policy = RetentionPolicy::default();
        for kind in DataKind::ALL.iter().copied() {
            assert_eq!(policy.days(kind), kind.most(), "{kind}: the most, unless something was chosen");
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let with = |days: u16| policy.with(&BTreeMap::from([(kind, days)]));
            let Some(least) = kind.least() else {
                assert_eq!(with(kind.most()), Err(vec![(kind, Refused::Fixed)]));
                continue;
            };
            assert!((1..=kind.most()).contains(&least), "{kind}");
            for days in [least, kind.most()] {
                assert_eq!(with(days).unwrap().days(kind), days, "{kind}");
            }
            for days in [0, least - 1, kind.most() + 1, u16::MAX] {
                assert_eq!(with(days), Err(vec![(kind, Refused::OutOfRange)]), "{kind} {days}");
            }
        }
        assert_eq!("cvs".parse::<DataKind>(), Err(UnknownKind));
    }

    #[test]
    fn what_is_not_named_stays() {
        let thirty = Days::try_from(30).unwrap();
        let before = RetentionPolicy { conversations_days: thirty, ..RetentionPolicy::default() };
        let change =
            PolicyChange { events_days: Some(Days::try_from(7).unwrap()), ..PolicyChange::default() };
        let after = change.on(before);
        let days = |kind| after.days(kind);
        assert_eq!(
            [days(DataKind::Conversations), days(DataKind::Events), days(DataKind::AuditLog)],
            [30, 7, 90]
        );
    }

    #[test]
    fn the_moment_is_whole_days_back() {
        let now = "2026-04-01T00:00:00Z".parse().unwrap();
        let policy =
            RetentionPolicy { events_days: Days::try_from(1).unwrap(), ..RetentionPolicy::default() };
        for (kind, since) in [
            (DataKind::Events, "2026-03-31T00:00:00Z"),
            (DataKind::AuditLog, "2026-01-01T00:00:00Z"),
            (DataKind::ReportFiles, "2026-03-25T00:00:00Z"),
        ] {
            assert_eq!(policy.kept_since(kind, now).to_string(), since);
        }
    }
}
