//! Events of use: what producers put on the stream and the consumer counts. No field can hold personal text.
//!
//! A schema only grows: a consumer passes over fields that it does not know and keeps events of kinds that it does not know aside.
//! [`SCHEMA_VERSION`] is raised only where what is there changes its meaning. `events/metrics/README.md` is made from [`kind::CATALOGUE`].

pub mod context;
mod impersonal;
pub mod kind;

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use context::{QueryShare, SearchContext, Trial, Variant};
pub use kind::EventKind;

use crate::{
    ids::{EventId, ProjectId, TenantId},
    opaque::Opaque,
};

/// The version of this schema. A consumer takes its own version and older ones.
pub const SCHEMA_VERSION: u16 = 1;

/// A text that is none of a closed list's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name of this list")]
pub struct UnknownName;

list! {
    /// By which way somebody met the suite.
    Channel {
        /// A front office's pages.
        Web = "web",
        /// WhatsApp.
        WhatsApp = "whatsapp",
        /// Facebook Messenger.
        Messenger = "messenger",
        /// Mail.
        Mail = "mail",
        /// The back office.
        BackOffice = "back_office",
        /// Nobody: the suite did it by itself.
        System = "system",
    }
}

list! {
    /// What of the suite was used.
    Product {
        /// The search engine of offers.
        Search = "search",
        /// The chatbot.
        Chatbot = "chatbot",
        /// Matching of CVs.
        Matching = "matching",
        /// Saved searches and their mails.
        Alerts = "alerts",
        /// The back office.
        BackOffice = "back_office",
    }
}

list! {
    /// How far a visitor came. Visitors are told apart within one day only.
    Step {
        /// Did anything at all.
        Visited = "visited",
        /// Searched offers.
        Searched = "searched",
        /// Opened an offer.
        Viewed = "viewed",
        /// Went on to apply.
        Applied = "applied",
        /// Asked the chatbot.
        Asked = "asked",
        /// Was answered from documents or with offers.
        Answered = "answered",
        /// Said that an answer helped.
        Satisfied = "satisfied",
    }
}

list! {
    /// The language that something happened in, as far as the suite speaks it.
    Spoken {
        /// French.
        French = "fr",
        /// English.
        English = "en",
    }
}

/// Stands for a visitor on one day: a hash with a salt that is made anew each day and thrown away. Two days of one visitor have
/// nothing in common.
pub type Visitor = Opaque<8>;

/// Who and where an event is of, beside its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The front office, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// By which way.
    #[serde(default = "web")]
    pub channel: Channel,
    /// In which language, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Spoken>,
    /// The visitor, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<Visitor>,
}

/// Events of before channels were told are all of front offices.
const fn web() -> Channel {
    Channel::Web
}

impl Source {
    /// The suite itself, for no front office.
    pub const SYSTEM: Self = Self { project: None, channel: Channel::System, language: None, visitor: None };
}

/// One event with its envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// [`SCHEMA_VERSION`] of the producer.
    pub version: u16,
    /// Repeated deliveries carry the same id.
    pub event_id: EventId,
    /// Whose event it is; written by the tenancy library from a scope, never by a caller.
    pub tenant_id: TenantId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who and where.
    #[serde(flatten)]
    pub source: Source,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What every event has, also one of a kind that only a newer consumer knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Envelope {
    /// See [`Event::version`].
    pub version: u16,
    /// See [`Event::event_id`].
    pub event_id: EventId,
    /// See [`Event::tenant_id`].
    pub tenant_id: TenantId,
    /// See [`Event::occurred_at`].
    pub occurred_at: Timestamp,
    /// The kind's name.
    pub kind: KindName,
}

/// A name as kinds have them: lower-case words, joined by underscores. No text of a person fits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct KindName(String);

impl KindName {
    const LONGEST: usize = 40;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no kind's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind's name")]
pub struct InvalidKindName;

impl TryFrom<String> for KindName {
    type Error = InvalidKindName;

    fn try_from(text: String) -> Result<Self, InvalidKindName> {
        let words =
            text.split('_').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        if words && text.len() <= Self::LONGEST { Ok(Self(text)) } else { Err(InvalidKindName) }
    }
}

#[cfg(test)]
mod tests;
