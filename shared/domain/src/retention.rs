//! How long each kind of data is kept, and the longest a tenant may choose.

use serde::{Deserialize, Serialize};

/// The longest any of these kinds may be kept, in days (K8.1a, K9.1e).
pub const MAXIMUM_DAYS: u16 = 90;

/// A kind of data that a purge removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// Conversations with the chatbot.
    Conversations,
    /// Events of use.
    Events,
    /// The application (audit) log.
    AuditLog,
    /// Searches that candidates saved, with the address to tell. Each has an end of its own: 90 days after it was last confirmed, or
    /// two where nobody confirmed it.
    Alerts,
}

impl DataKind {
    /// Every kind, in the order a purge takes them.
    pub const ALL: &'static [Self] = &[Self::Conversations, Self::Events, Self::AuditLog, Self::Alerts];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Events => "events",
            Self::AuditLog => "audit_log",
            Self::Alerts => "alerts",
        }
    }
}

/// Days a thing is kept: at least one, at most [`MAXIMUM_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Days(u16);

/// A number of days outside the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("retention is 1 to {MAXIMUM_DAYS} days")]
pub struct InvalidDays;

impl Days {
    /// The promised maximum.
    pub const MAXIMUM: Self = Self(MAXIMUM_DAYS);

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The same length in seconds.
    pub const fn seconds(self) -> i64 {
        self.0 as i64 * 86_400
    }
}

impl TryFrom<u16> for Days {
    type Error = InvalidDays;

    fn try_from(days: u16) -> Result<Self, InvalidDays> {
        if (1..=MAXIMUM_DAYS).contains(&days) { Ok(Self(days)) } else { Err(InvalidDays) }
    }
}

impl From<Days> for u16 {
    fn from(days: Days) -> Self {
        days.0
    }
}

/// A tenant's choice. What it does not choose is kept as long as the promise allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionPolicy {
    /// Conversations: counted from their last message.
    pub conversations_days: Days,
    /// Events: counted from when they happened.
    pub events_days: Days,
    /// Audit log: counted from the entry.
    pub audit_log_days: Days,
}

impl Default for RetentionPolicy {
    fn default() -> Self {
        Self { conversations_days: Days::MAXIMUM, events_days: Days::MAXIMUM, audit_log_days: Days::MAXIMUM }
    }
}

impl RetentionPolicy {
    /// How long `kind` is kept; `None` for what has an end of its own.
    pub const fn days(&self, kind: DataKind) -> Option<Days> {
        match kind {
            DataKind::Conversations => Some(self.conversations_days),
            DataKind::Events => Some(self.events_days),
            DataKind::AuditLog => Some(self.audit_log_days),
            DataKind::Alerts => None,
        }
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
}
