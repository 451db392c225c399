//! Entries of the register, as they are kept. None is ever changed: what was learnt later stands behind what was said before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::{
    ids::{AdditionId, BreachId, TenantId},
    opaque::Opaque,
    tenant::Slug,
};

use crate::words::{Nature, Words};

/// Whose doing an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Who {
    /// Whoever operates the suite. IAM knows who that was, and CloudTrail when.
    Operator,
    /// A member of the tenant.
    Member {
        /// By the user pool's subject.
        subject: String,
    },
    /// The suite itself.
    System,
}

/// What is known at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recorded {
    pub(crate) began_at: Option<Timestamp>,
    pub(crate) aware_at: Timestamp,
    pub(crate) natures: Vec<Nature>,
    pub(crate) what: Words,
    pub(crate) places: Vec<String>,
    pub(crate) consequences: Option<Words>,
    pub(crate) measures: Option<Words>,
    pub(crate) contact: String,
}

/// What was learnt later (Art. 33(4)). What it does not speak of stands as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Added {
    pub(crate) id: AdditionId,
    pub(crate) what: Option<Words>,
    pub(crate) consequences: Option<Words>,
    pub(crate) measures: Option<Words>,
    pub(crate) places: Vec<String>,
}

impl Added {
    /// Whether it tells anything: one that names further tenants alone is no news to the others.
    pub(crate) const fn says(&self) -> bool {
        let words = self.what.is_some() || self.consequences.is_some() || self.measures.is_some();
        words || !self.places.is_empty()
    }
}

/// What was counted of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    /// Its place in the data map.
    pub(crate) place: String,
    /// Rows or items; nothing where that cannot be counted.
    pub(crate) records: Option<u64>,
    /// Persons, where one column tells them apart.
    pub(crate) persons: Option<u64>,
    /// Whether the numbers are estimated.
    pub(crate) estimate: bool,
    /// Whether there may be more: they were counted to a limit.
    #[serde(default)]
    pub(crate) least: bool,
}

/// How a tenant was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telling {
    /// The first is 1.
    pub(crate) stage: u32,
    /// Up to which entry of the breach it tells.
    pub(crate) upto: u64,
    /// The entry of this chain that holds the numbers it tells.
    pub(crate) counted: Option<u64>,
    /// To whom.
    pub(crate) members: Vec<String>,
}

/// What a tenant decides about the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Decision {
    /// It agrees that we notify.
    NotifyForUs {},
    /// It did so itself.
    NotifiedOurselves {
        /// When.
        at: Timestamp,
    },
    /// There is no risk for anybody's rights (Art. 33(1)).
    NotRequired {
        /// Why.
        reason: String,
    },
}

impl Decision {
    /// The stable name.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::NotifyForUs {} => "notify_for_us",
            Self::NotifiedOurselves { .. } => "notified_ourselves",
            Self::NotRequired { .. } => "not_required",
        }
    }
}

/// How a tenant was told by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Somebody called.
    Telephone,
    /// Somebody wrote, by hand.
    Letter,
    /// Somebody was there.
    InPerson,
}

/// That an authority was notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notified {
    pub(crate) at: Timestamp,
    pub(crate) reference: String,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum What {
    /// The breach became known.
    Recorded(Recorded),
    /// More became known.
    Added(Added),
    /// Nothing is left to be done.
    Closed {
        /// Why.
        reason: Words,
    },
    /// It concerns a tenant.
    Affected {
        name: String,
        slug: Slug,
        /// When that became known, where it was later than the breach.
        known_at: Option<Timestamp>,
    },
    /// What the tenant has in the places concerned.
    Counted { places: Vec<String>, counts: Vec<Count> },
    /// The tenant is to be told so much.
    Telling(Telling),
    /// A mail was taken.
    Mailed {
        stage: u32,
        member: String,
        /// When; where nothing is said, as the entry was made.
        #[serde(default)]
        at: Option<Timestamp>,
    },
    /// Somebody told the tenant.
    Told {
        /// When.
        at: Timestamp,
        how: How,
    },
    /// The tenant decided.
    Decided { decision: Decision },
    /// The authority was notified.
    Notified(Notified),
}

impl What {
    /// The stable name.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Recorded(_) => "recorded",
            Self::Added(_) => "added",
            Self::Closed { .. } => "closed",
            Self::Affected { .. } => "affected",
            Self::Counted { .. } => "counted",
            Self::Telling(_) => "telling",
            Self::Mailed { .. } => "mailed",
            Self::Told { .. } => "told",
            Self::Decided { .. } => "decided",
            Self::Notified(_) => "notified",
        }
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) breach: BreachId,
    /// Of the chain of a tenant, which.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) who: Who,
    pub(crate) what: What,
    /// The hash of the entry before.
    pub(crate) previous: Opaque<32>,
}
