//! What the chatbot says, whatever it is made of: an answer of the documents, offers, or a sentence of its own.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::event::EventKind;
use vivier_text::Language;

use vivier_answers::answer::{Answer, Citation, Kind};

/// What is said to a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reply {
    /// What it is made of.
    pub kind: ReplyKind,
    /// The question's language, `fr` or `en`. Quotations stay in the document's.
    pub language: &'static str,
    /// What to show.
    pub text: String,
    /// Where each part of the text stands; empty for whatever is no answer of documents.
    pub citations: Vec<Citation>,
    /// Where the answer is unknown: sentences of documents that speak of the subject, none of which answers for certain.
    pub related: Vec<Citation>,
    /// The offers that were found; empty for whatever answers no wish for a job.
    pub offers: Vec<OfferCard>,
    /// Whether a person of the company can be asked for.
    pub hand_over: bool,
}

/// What a reply is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// Quoted sentences of documents.
    Extract,
    /// Sentences that a model wrote, each covered by quoted ones.
    Written,
    /// Nothing was found that answers.
    Unknown,
    /// A greeting, thanks or the like.
    SmallTalk,
    /// Offers that answer a wish for a job.
    Offers,
    /// A person of the company will answer.
    Waiting,
    /// What a person of the company wrote.
    Person,
}

/// An offer as a conversation shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfferCard {
    /// The offer; `GET /v1/offers/{id}` has the whole of it.
    pub offer_id: Uuid,
    /// As published.
    pub title: String,
    /// The employer, where named.
    pub company: Option<String>,
    /// Where the work is.
    pub city: String,
    /// Where to apply.
    pub url: Option<String>,
}

impl Reply {
    /// A sentence, quoting nothing.
    pub fn of(kind: ReplyKind, language: Language, text: impl Into<String>) -> Self {
        Self {
            kind,
            language: language.tag(),
            text: text.into(),
            citations: Vec::new(),
            related: Vec::new(),
            offers: Vec::new(),
            hand_over: false,
        }
    }

    /// What is counted of it; `found` is how many offers there were in all.
    pub(crate) fn event(&self, found: u64) -> EventKind {
        match self.kind {
            ReplyKind::Extract | ReplyKind::Written => {
                EventKind::ChatAnswered { citations: u8::try_from(self.citations.len()).unwrap_or(u8::MAX) }
            }
            ReplyKind::Unknown => EventKind::ChatUnknown {},
            ReplyKind::SmallTalk => EventKind::ChatSmallTalk {},
            ReplyKind::Offers => EventKind::ChatOffers { results: found },
            ReplyKind::Waiting => EventKind::ChatWaiting {},
            ReplyKind::Person => EventKind::ChatPerson {},
        }
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let kind = match answer.kind {
            Kind::Extract => ReplyKind::Extract,
            Kind::Unknown => ReplyKind::Unknown,
        };
        Self {
            kind,
            language: answer.language,
            text: answer.text,
            citations: answer.citations,
            related: answer.related,
            offers: Vec::new(),
            hand_over: false,
        }
    }
}
