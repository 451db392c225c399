//! Every kind of event, once: the producers' type, the consumer's type, what figures are made of, and the documentation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Product, QueryShare, SearchContext, Step, impersonal::Impersonal};
use crate::{
    conversation::{Rating, Reason},
    ids::{DocumentId, OfferId},
};

/// A kind as the documentation shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// The stable name.
    pub name: &'static str,
    /// What of the suite was used.
    pub product: Product,
    /// What happened.
    pub about: &'static str,
    /// Name, type and meaning of each field.
    pub fields: &'static [(&'static str, &'static str, &'static str)],
}

macro_rules! kinds {
    ($(
        #[doc = $about:literal]
        $kind:ident = $name:literal of $product:ident {
            $($(#[doc = $meaning:literal])+ $(#[serde($($serde:tt)*)])? $field:ident: $type:ty,)*
        }
    )+) => {
        /// What happened. Numbers, ids, closed lists, and bytes of a fixed length that say nothing alone.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum EventKind {
            $(
                #[doc = $about]
                #[serde(rename = $name)]
                $kind { $($(#[doc = $meaning])+ $(#[serde($($serde)*)])? $field: $type,)* },
            )+
        }

        impl EventKind {
            /// The stable name, as figures are grouped by.
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$kind { .. } => $name,)+ }
            }

            /// What of the suite was used.
            pub const fn product(&self) -> Product {
                match self { $(Self::$kind { .. } => Product::$product,)+ }
            }
        }

        /// Every kind, in the order in which it is told of.
        pub const CATALOGUE: &[Described] = &[$(Described {
            name: $name,
            product: Product::$product,
            about: $about,
            fields: &[$((stringify!($field), stringify!($type), concat!($($meaning),+)),)*],
        }),+];

        const _: () = {
            const fn says_nothing_of_a_person<T: Impersonal>() {}
            $($(says_nothing_of_a_person::<$type>();)*)+
        };
    };
}

kinds! {
    /// A search was answered.
    Search = "search" of Search {
        /// How many offers matched.
        results: u64,
        /// How many filters were set.
        filters: u8,
        /// Whether this is a further page of a search that was counted.
        #[serde(default, skip_serializing_if = "is_false")]
        further: bool,
        /// What it is counted under in its front office; none for a further page of the same search.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<SearchContext>,
        /// A part of the text, which nobody can read before enough visitors gave theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Box<QueryShare>>,
    }
    /// Suggestions were given while typing.
    Suggested = "suggested" of Search {
        /// How many.
        results: u64,
    }
    /// A suggestion was taken.
    SuggestionUsed = "suggestion_used" of Search {
        /// Its place among those shown, from 1.
        position: u16,
    }
    /// An offer was opened.
    OfferViewed = "offer_viewed" of Search {
        /// Which one.
        offer_id: OfferId,
        /// The search among whose hits it was opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<SearchContext>,
        /// Its place among them, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u16>,
    }
    /// Somebody went on to apply for an offer.
    ApplyClicked = "apply_clicked" of Search {
        /// For which one.
        offer_id: OfferId,
    }
    /// A CV was matched with the offers.
    CvMatched = "cv_matched" of Matching {
        /// How many suited.
        results: u64,
    }
    /// A conversation began.
    ChatOpened = "chat_opened" of Chatbot {}
    /// A question was answered from documents.
    ChatAnswered = "chat_answered" of Chatbot {
        /// How many passages are cited.
        citations: u8,
    }
    /// A question found no answer.
    ChatUnknown = "chat_unknown" of Chatbot {}
    /// A greeting, thanks or the like was answered.
    ChatSmallTalk = "chat_small_talk" of Chatbot {}
    /// A wish for a job was answered with offers.
    ChatOffers = "chat_offers" of Chatbot {
        /// How many offers were found.
        results: u64,
    }
    /// A candidate wrote while a person of the tenant answers.
    ChatWaiting = "chat_waiting" of Chatbot {}
    /// A candidate asked for a person.
    ChatHandOver = "chat_hand_over" of Chatbot {}
    /// A person of the tenant answered a candidate.
    ChatPerson = "chat_person" of Chatbot {}
    /// A candidate said whether an answer helped.
    ChatFeedback = "chat_feedback" of Chatbot {
        /// Whether it did.
        rating: Rating,
        /// Why, where that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    }
    /// A conversation was taken up on another device.
    ChatResumed = "chat_resumed" of Chatbot {}
    /// A document can be answered from.
    DocumentReady = "document_ready" of Chatbot {
        /// Which one.
        document_id: DocumentId,
        /// How many pieces it has.
        chunks: u32,
    }
    /// An alert was confirmed by whoever reads its address.
    AlertConfirmed = "alert_confirmed" of Alerts {}
    /// A mail with new offers was sent.
    AlertSent = "alert_sent" of Alerts {
        /// How many offers it names.
        offers: u32,
    }
    /// An alert was ended from a mail.
    AlertEnded = "alert_ended" of Alerts {}
    /// A member logged in.
    MemberLoggedIn = "member_logged_in" of BackOffice {}
    /// Events were lost on their way, so that figures of about this time are too low.
    EventsDropped = "events_dropped" of BackOffice {
        /// How many.
        count: u64,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl EventKind {
    /// What came of it, as far as figures tell it apart; empty where there is nothing to tell.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Search { further: true, .. } => "further",
            Self::Search { results: 0, .. } => "none",
            Self::Search { .. } => "found",
            Self::OfferViewed { position: Some(_), .. } => "from_search",
            Self::OfferViewed { .. } => "direct",
            Self::ChatFeedback { rating: Rating::Up, .. } => "up",
            Self::ChatFeedback { rating: Rating::Down, .. } => "down",
            _ => "",
        }
    }

    /// The number that is added up beside the count, in the kind's own unit: offers found, passages cited, pieces,
    /// offers named, events lost.
    pub const fn amount(&self) -> u64 {
        match self {
            Self::Search { results, further: false, .. }
            | Self::CvMatched { results }
            | Self::ChatOffers { results } => *results,
            Self::ChatAnswered { citations } => *citations as u64,
            Self::DocumentReady { chunks, .. } => *chunks as u64,
            Self::AlertSent { offers } => *offers as u64,
            Self::EventsDropped { count } => *count,
            _ => 0,
        }
    }

    /// The offer or document that it is about.
    pub const fn subject(&self) -> Option<Uuid> {
        match self {
            Self::OfferViewed { offer_id, .. } | Self::ApplyClicked { offer_id } => Some(offer_id.as_uuid()),
            Self::DocumentReady { document_id, .. } => Some(document_id.as_uuid()),
            _ => None,
        }
    }

    /// How far its visitor has come with it.
    pub const fn steps(&self) -> &'static [Step] {
        match self {
            Self::Search { .. } => &[Step::Visited, Step::Searched],
            Self::OfferViewed { .. } => &[Step::Visited, Step::Viewed],
            Self::ApplyClicked { .. } => &[Step::Visited, Step::Applied],
            Self::ChatAnswered { .. } | Self::ChatOffers { .. } => {
                &[Step::Visited, Step::Asked, Step::Answered]
            }
            Self::ChatUnknown {} => &[Step::Visited, Step::Asked],
            Self::ChatFeedback { rating: Rating::Up, .. } => &[Step::Visited, Step::Satisfied],
            Self::DocumentReady { .. }
            | Self::ChatPerson {}
            | Self::AlertSent { .. }
            | Self::MemberLoggedIn {}
            | Self::EventsDropped { .. } => &[],
            _ => &[Step::Visited],
        }
    }
}
