//! The items of an exchange: what was said, and how the answer was found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vivier_domain::{
    conversation::{Rating, Reason},
    ids::{MessageId, SessionId},
    redacted::Redacted,
};
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{EXPIRES_AT, Item},
};

use super::item::{as_seconds, as_text, field, item, partition, text};

pub(super) const PREFIX: &str = "message#";
pub(super) const TRACE_PREFIX: &str = "trace#";
const FEEDBACK: &str = "feedback";
const AUTHOR: &str = "author";

/// Who began an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// The candidate, with what was asked.
    Candidate(Redacted),
    /// A member of the tenant, by the user pool's subject: the answer is theirs, and nobody asked.
    Member(String),
}

/// An exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id; ids sort by time.
    pub id: MessageId,
    /// When it was answered.
    pub at: Timestamp,
    /// When it is gone.
    pub expires_at: Timestamp,
    /// Who began it.
    pub author: Author,
    /// What was answered.
    pub answer: Value,
    /// What the candidate said of the answer.
    pub feedback: Option<Feedback>,
}

/// A candidate's word on an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Whether it helped.
    pub rating: Rating,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// In the candidate's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Redacted>,
}

impl Feedback {
    pub(super) fn write(&self) -> Result<Item, TenancyError> {
        Ok(Item::from([(FEEDBACK.to_owned(), text(json(self, FEEDBACK)?))]))
    }
}

pub(super) fn sort(id: MessageId) -> String {
    format!("{PREFIX}{id}")
}

pub(super) fn trace_sort(id: MessageId) -> String {
    format!("{TRACE_PREFIX}{id}")
}

fn json(value: &impl Serialize, what: &'static str) -> Result<String, TenancyError> {
    serde_json::to_string(value).map_err(|_| TenancyError::Corrupt(what))
}

impl Message {
    /// What the candidate asked; `None` where a member began the exchange.
    pub const fn asked(&self) -> Option<&Redacted> {
        match &self.author {
            Author::Candidate(text) => Some(text),
            Author::Member(_) => None,
        }
    }

    /// As the item that is stored in a conversation.
    pub fn write(&self, session: SessionId) -> Result<Item, TenancyError> {
        let mut item = item(partition(session), sort(self.id), self.expires_at, self.at);
        item.insert("at".to_owned(), text(self.at.to_string()));
        item.insert("answer".to_owned(), text(json(&self.answer, "answer")?));
        match &self.author {
            Author::Candidate(asked) => item.insert("text".to_owned(), text(asked.expose())),
            Author::Member(subject) => item.insert(AUTHOR.to_owned(), text(subject)),
        };
        if let Some(feedback) = &self.feedback {
            item.extend(feedback.write()?);
        }
        Ok(item)
    }

    pub(super) fn read(item: &Item) -> Result<Self, TenancyError> {
        let author = match item.get(AUTHOR).and_then(as_text) {
            Some(subject) => Author::Member(subject.to_owned()),
            None => Author::Candidate(field(item, "text", |value| as_text(value).map(Redacted::new))?),
        };
        let feedback = item
            .contains_key(FEEDBACK)
            .then(|| field(item, FEEDBACK, |value| serde_json::from_str(as_text(value)?).ok()));
        Ok(Self {
            id: field(item, "sk", |value| as_text(value)?.strip_prefix(PREFIX)?.parse().ok())?,
            at: field(item, "at", |value| as_text(value)?.parse().ok())?,
            expires_at: field(item, EXPIRES_AT, as_seconds)?,
            author,
            answer: field(item, "answer", |value| serde_json::from_str(as_text(value)?).ok())?,
            feedback: feedback.transpose()?,
        })
    }
}

/// How an answer was found, as the item that is stored.
pub fn write_trace(session: SessionId, of: &Message, trace: &Value) -> Result<Item, TenancyError> {
    let mut item = item(partition(session), trace_sort(of.id), of.expires_at, of.at);
    item.insert("trace".to_owned(), text(json(trace, "trace")?));
    Ok(item)
}

pub(super) fn read_trace(item: &Item) -> Result<Value, TenancyError> {
    field(item, "trace", |value| serde_json::from_str(as_text(value)?).ok())
}

pub(super) fn read_trace_id(item: &Item) -> Result<MessageId, TenancyError> {
    field(item, "sk", |value| as_text(value)?.strip_prefix(TRACE_PREFIX)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(author: Author) -> Message {
        Message {
            id: MessageId::generate(),
            at: "2026-03-01T10:00:00.25Z".parse().unwrap(),
            expires_at: Timestamp::from_second(9_000_000_000).unwrap(),
            author,
            answer: json!({"kind": "unknown"}),
            feedback: None,
        }
    }

    #[test]
    fn an_exchange_reads_back_as_it_was_written() {
        let feedback = Feedback {
            rating: Rating::Down,
            reason: Some(Reason::OffTopic),
            text: Some(Redacted::new("Non !")),
        };
        for (author, feedback) in [
            (Author::Candidate(Redacted::new("Combien de jours ?")), None),
            (Author::Candidate(Redacted::new("Combien de jours ?")), Some(feedback)),
            (Author::Member("sub-1".to_owned()), None),
        ] {
            let message = Message { feedback, ..message(author) };
            assert_eq!(Message::read(&message.write(SessionId::generate()).unwrap()).unwrap(), message);
        }
    }

    #[test]
    fn a_trace_reads_back_as_it_was_written() {
        let (message, trace) = (message(Author::Member("s".into())), json!({"passages": [{"cosine": 0.5}]}));
        let item = write_trace(SessionId::generate(), &message, &trace).unwrap();
        assert_eq!((read_trace_id(&item).unwrap(), read_trace(&item).unwrap()), (message.id, trace));
    }
}
