//! Events of use: what producers put on the stream and the consumer counts. No field can hold personal text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    conversation::{Rating, Reason},
    ids::{DocumentId, EventId, OfferId, ProjectId, TenantId},
    opaque::Opaque,
};

/// The version of this schema. A consumer takes its own version and older ones.
pub const SCHEMA_VERSION: u16 = 1;

/// What happened. Numbers, ids, closed lists, and bytes of a fixed length that say nothing alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A search was answered.
    Search {
        /// How many offers matched.
        results: u64,
        /// How many filters were set.
        filters: u8,
        /// What it is counted under in its front office; none for a further page of the same search.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<SearchContext>,
        /// A part of the text, which nobody can read before enough visitors gave theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Box<QueryShare>>,
    },
    /// An offer was opened.
    OfferViewed {
        /// Which one.
        offer_id: OfferId,
        /// The search among whose hits it was opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<SearchContext>,
        /// Its place among them, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u16>,
    },
    /// A CV was matched with the offers.
    CvMatched {
        /// How many suited.
        results: u64,
    },
    /// Suggestions were given while typing.
    Suggested {
        /// How many.
        results: u64,
    },
    /// A conversation began.
    ChatOpened,
    /// A question was answered from documents.
    ChatAnswered {
        /// How many passages are cited.
        citations: u8,
    },
    /// A question found no answer.
    ChatUnknown,
    /// A greeting, thanks or the like was answered.
    ChatSmallTalk,
    /// A wish for a job was answered with offers.
    ChatOffers {
        /// How many offers were found.
        results: u64,
    },
    /// A candidate wrote while a person of the tenant answers.
    ChatWaiting,
    /// A candidate asked for a person.
    ChatHandOver,
    /// A person of the tenant answered a candidate.
    ChatPerson,
    /// A candidate said whether an answer helped.
    ChatFeedback {
        /// Whether it did.
        rating: Rating,
        /// Why, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A conversation was taken up on another device.
    ChatResumed,
    /// A document can be answered from.
    DocumentReady {
        /// Which one.
        document_id: DocumentId,
        /// How many pieces it has.
        chunks: u32,
    },
}

impl EventKind {
    /// The stable name, as figures are grouped by.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Search { .. } => "search",
            Self::CvMatched { .. } => "cv_matched",
            Self::OfferViewed { .. } => "offer_viewed",
            Self::Suggested { .. } => "suggested",
            Self::ChatOpened => "chat_opened",
            Self::ChatAnswered { .. } => "chat_answered",
            Self::ChatUnknown => "chat_unknown",
            Self::ChatSmallTalk => "chat_small_talk",
            Self::ChatOffers { .. } => "chat_offers",
            Self::ChatWaiting => "chat_waiting",
            Self::ChatHandOver => "chat_hand_over",
            Self::ChatPerson => "chat_person",
            Self::ChatFeedback { .. } => "chat_feedback",
            Self::ChatResumed => "chat_resumed",
            Self::DocumentReady { .. } => "document_ready",
        }
    }
}

/// What a search is counted under. Two searches for the same text in one front office and month have the same tag, and nobody
/// who does not hold the tenant's key can tell which text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchContext {
    /// The front office.
    pub project: ProjectId,
    /// Names the search for as long as hits of it are opened.
    pub search: Opaque<12>,
    /// Stands for the text; none where there is none, or one that is never collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Opaque<16>>,
    /// The experiment that the visitor took part in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// A visitor's part in an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Stands for the two settings that are compared.
    pub experiment: Opaque<8>,
    /// By which of them was searched.
    pub variant: Variant,
}

/// One of the two settings of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Those that hold without the experiment.
    A,
    /// Those that are tried.
    B,
}

/// One visitor's share of a text: as many as `visitors` different ones open `sealed`, and fewer say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryShare {
    /// How many are needed.
    pub visitors: u16,
    /// Where the polynomial was looked at: the same for the same visitor and text.
    pub x: Opaque<32>,
    /// What it is there.
    pub y: Opaque<32>,
    /// The text, encrypted with what the shares give together, always of one length.
    pub sealed: Opaque<144>,
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
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}
