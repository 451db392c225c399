//! An entry as it is handed in.

use std::{fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_tenancy::{Office, TenantScope};

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A member of the back office, by the user pool's subject.
    Member(&'a str),
    /// An operator, by a command.
    Operator,
    /// The suite itself: a schedule, a file that arrived.
    System,
    /// Nobody knows: somebody who tried a password, or asked for a link, and proved nothing.
    Unknown,
}

impl<'a> Actor<'a> {
    /// The member behind a scope; the suite itself where there is none.
    pub fn of(scope: &'a TenantScope) -> Self {
        scope.member().map_or(Self::System, |member| Self::Member(member.subject()))
    }

    pub(super) const fn as_str(self) -> &'a str {
        match self {
            Self::Member(subject) => subject,
            Self::Operator => "operator",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was allowed and is about to be done. Another entry of the same request says how it ended; where there is none,
    /// it may have been done.
    Begun,
    /// It was done.
    Done,
    /// It was not allowed or not possible.
    Refused,
    /// It was tried and failed.
    Failed,
}

impl Outcome {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A text that names no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no outcome")]
pub struct UnknownOutcome;

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        let all = [Self::Begun, Self::Done, Self::Refused, Self::Failed];
        all.into_iter().find(|outcome| outcome.as_str() == text).ok_or(UnknownOutcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The stable name of the way a tenant came in.
pub(super) const fn office_name(office: Office) -> &'static str {
    match office {
        Office::Front => "front",
        Office::Back => "back",
        Office::Platform => "platform",
    }
}

/// One entry. [`Entry::of`] takes who and from where from the scope; the other methods say what the scope does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub(super) happened_at: Timestamp,
    pub(super) office: Office,
    pub(super) actor: Actor<'a>,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) outcome: Outcome,
    pub(super) from_address: Option<IpAddr>,
    pub(super) request_id: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// What happened at a moment: `action` is an operation's id (`documents_delete`) or a command's name
    /// (`tenants.disable`), at most 128 bytes; `subject` is the id of what it was done to, or several of them with `/`
    /// between, at most 256 bytes.
    pub fn of(
        scope: &'a TenantScope,
        happened_at: Timestamp,
        action: &'a str,
        subject: &'a str,
        outcome: Outcome,
    ) -> Self {
        Self {
            happened_at,
            office: scope.office(),
            actor: Actor::of(scope),
            action,
            subject,
            outcome,
            from_address: scope.address(),
            request_id: None,
        }
    }

    /// Done by somebody else than the scope says: an operator, or whoever is just logging in.
    #[must_use]
    pub fn by(mut self, actor: Actor<'a>) -> Self {
        self.actor = actor;
        self
    }

    /// Come in another way than the scope did.
    #[must_use]
    pub fn in_office(mut self, office: Office) -> Self {
        self.office = office;
        self
    }

    /// From this address.
    #[must_use]
    pub fn from_address(mut self, address: Option<IpAddr>) -> Self {
        self.from_address = address;
        self
    }

    /// Asked for by the request of this id, as the gateway named it; what is beyond 128 bytes is none.
    #[must_use]
    pub fn in_request(mut self, id: Option<&'a str>) -> Self {
        self.request_id = id.filter(|id| id.len() <= 128);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_read_back_from_their_names() {
        for outcome in [Outcome::Begun, Outcome::Done, Outcome::Refused, Outcome::Failed] {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert_eq!("Done".parse::<Outcome>(), Err(UnknownOutcome));
    }
}
