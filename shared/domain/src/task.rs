//! Scheduled tasks (K8.1b): which there are, when they run, and how their runs stand.

mod timing;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use timing::{GRACE, InvalidTiming, Recurrence, Timing, Weekday};

/// A text that is none of these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no term of a task")]
pub struct UnknownName;

/// A task of the platform: a schedule of the template. It runs for all tenants, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformTask {
    /// Alerts for which something is due.
    AlertsTick,
    /// Breaches of personal data: tenants that are to be told, numbers that are to be counted, deadlines.
    BreachesTick,
    /// Tenants that leave: bundles that are being made, days that run out, certificates.
    DepartureTick,
    /// Each day's questions that measure answers.
    EvaluationTick,
    /// Feeds that are due.
    FeedsTick,
    /// Documents whose work stands still.
    IngestResume,
    /// Imports whose work stands still.
    OffersResume,
    /// Persons' requests about their own data.
    PrivacyTick,
    /// Files of reports that were asked for, and reports that are mailed.
    ReportsTick,
    /// What is past its days.
    RetentionDaily,
    /// All the others: whether one is silent or fails.
    TasksWatch,
}

impl PlatformTask {
    /// Every one there is; a contract test holds the list against the template.
    pub const ALL: [Self; 11] = [
        Self::AlertsTick,
        Self::BreachesTick,
        Self::DepartureTick,
        Self::EvaluationTick,
        Self::FeedsTick,
        Self::IngestResume,
        Self::OffersResume,
        Self::PrivacyTick,
        Self::ReportsTick,
        Self::RetentionDaily,
        Self::TasksWatch,
    ];

    /// Its function and its schedule's name in the template, in small letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlertsTick => "alerts.tick",
            Self::BreachesTick => "breaches.tick",
            Self::DepartureTick => "departure.tick",
            Self::EvaluationTick => "evaluation.tick",
            Self::FeedsTick => "feeds.tick",
            Self::IngestResume => "ingest.resume",
            Self::OffersResume => "offers.resume",
            Self::PrivacyTick => "privacy.tick",
            Self::ReportsTick => "reports.tick",
            Self::RetentionDaily => "retention.daily",
            Self::TasksWatch => "tasks.watch",
        }
    }

    /// The function that carries it out.
    pub fn function(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(function, _)| function)
    }

    /// When it runs.
    pub const fn recurrence(self) -> Recurrence {
        match self {
            Self::RetentionDaily => Recurrence::Day { hour: 1, minute: 15 },
            Self::BreachesTick | Self::DepartureTick | Self::TasksWatch => Recurrence::Minutes { count: 5 },
            _ => Recurrence::Minutes { count: 1 },
        }
    }

    /// The same where a time is asked for: by UTC, as EventBridge counts.
    pub fn timing(self) -> Timing {
        Timing::utc(self.recurrence())
    }
}

impl FromStr for PlatformTask {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|task| task.as_str() == text).ok_or(UnknownName)
    }
}

list! {
    /// What a tenant may have done by schedule.
    TaskKind {
        /// A partner's feed is fetched.
        Feed = "feed",
        /// A report is mailed.
        Report = "report",
    }
}

list! {
    /// Whether the operator lets a tenant's own task run by its schedule.
    Approval {
        /// Nobody has decided.
        Awaiting = "awaiting",
        /// It runs.
        Approved = "approved",
        /// It does not.
        Refused = "refused",
    }
}

list! {
    /// How a run stands.
    TaskOutcome {
        /// It was begun.
        Running = "running",
        /// It came to its end.
        Done = "done",
        /// It did not.
        Failed = "failed",
    }
}

list! {
    /// What a run was begun for.
    RunCause {
        /// Its time came.
        Schedule = "schedule",
        /// Its time had passed without a run.
        CatchUp = "catch_up",
        /// An operator asked for it.
        Operator = "operator",
        /// A member asked for it.
        Member = "member",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for task in PlatformTask::ALL {
            assert_eq!(task.as_str().parse(), Ok(task));
            assert_ne!(task.function(), task.as_str());
        }
        assert_eq!("retention.hourly".parse::<PlatformTask>(), Err(UnknownName));
        for cause in [RunCause::Schedule, RunCause::CatchUp, RunCause::Operator, RunCause::Member] {
            assert_eq!(cause.as_str().parse(), Ok(cause));
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
        }
    }
}
