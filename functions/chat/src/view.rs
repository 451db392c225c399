//! What the API takes and says of conversations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_answers::question::Question;
use vivier_domain::{
    conversation::{ConversationStatus, Rating, Reason},
    redacted::Redacted,
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::conversations::{self, Author, Message, Session};

use crate::reply::Reply;

/// The most characters of what a candidate says of an answer.
const LONGEST_REMARK: usize = 1_000;
/// The most characters of what a member says to a candidate.
const LONGEST_MESSAGE: usize = 4_000;

/// The body that opens a conversation. It may be left out where the chatbot does not rest on consent.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    /// The version of the texts that the candidate agreed to, as `GET /v1/front-office` has it.
    #[schema(minimum = 1)]
    pub consent_version: Option<u32>,
}

/// The body of a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// 1 to as many characters as the front office's settings allow (1000 where they say nothing), white space around not
    /// counted.
    #[schema(value_type = String)]
    pub text: Redacted,
}

impl Asking {
    /// The question of at most `longest` characters, or what is wrong with it.
    pub fn read(&self, longest: usize) -> Result<Question, Problem> {
        let text = read(&self.text, longest)?;
        // What is no longer than it may be here is read, unless it is longer than any question.
        Question::read(text).ok_or_else(|| refused("too-long"))
    }
}

fn refused(code: &str) -> Problem {
    Problem::new(ProblemKind::InvalidBody).field("text", code)
}

/// A text without the white space around it, or what is wrong with it.
fn read(text: &Redacted, longest: usize) -> Result<&str, Problem> {
    let text = text.expose().trim();
    match text.chars().count() {
        0 => Err(refused("empty")),
        length if length > longest => Err(refused("too-long")),
        _ => Ok(text),
    }
}

/// The body of a message that a member writes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// 1 to 4000 characters, white space around not counted.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub text: Redacted,
}

impl Saying {
    /// The text, or what is wrong with it.
    pub fn read(&self) -> Result<&str, Problem> {
        read(&self.text, LONGEST_MESSAGE)
    }
}

/// What a candidate says of an answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// `up`: it helped; `down`: it did not.
    #[schema(value_type = String, pattern = "^(up|down)$")]
    pub rating: Rating,
    /// One of `helpful`, `wrong`, `outdated`, `incomplete`, `off_topic`, `unclear`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "incomplete")]
    pub reason: Option<Reason>,
    /// 1 to 1000 characters, white space around not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub text: Option<Redacted>,
}

impl Feedback {
    /// What is to be stored, or what is wrong with it.
    pub fn read(self) -> Result<conversations::Feedback, Problem> {
        let text = self.text.as_ref().map(|text| read(text, LONGEST_REMARK)).transpose()?.map(Redacted::new);
        Ok(conversations::Feedback { rating: self.rating, reason: self.reason, text })
    }
}

impl From<conversations::Feedback> for Feedback {
    fn from(stored: conversations::Feedback) -> Self {
        Self { rating: stored.rating, reason: stored.reason, text: stored.text }
    }
}

/// A conversation that was opened, or found again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    /// Its id: whoever knows it can read and continue the conversation.
    pub session_id: Uuid,
    /// When it is gone, unless something is asked before.
    pub expires_at: Timestamp,
}

impl From<Session> for Opened {
    fn from(session: Session) -> Self {
        Self { session_id: session.id.as_uuid(), expires_at: session.expires_at }
    }
}

/// A reply with the id of its exchange.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    /// The exchange.
    pub message_id: Uuid,
    /// The reply.
    #[schema(value_type = Reply)]
    pub answer: Value,
}

/// A conversation with all that was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    pub session_id: Uuid,
    /// `open`: the chatbot answers; `waiting`: so it does until the person comes who was asked for; `paused`: a person
    /// answers.
    #[schema(value_type = String, example = "open")]
    pub status: ConversationStatus,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it is gone, unless something is asked before.
    pub expires_at: Timestamp,
    /// The version of the front office's texts that was agreed to; null where the chatbot did not rest on consent.
    pub consent_version: Option<u32>,
    /// The exchanges, in order.
    pub messages: Vec<Exchange>,
}

/// A question and its reply, or what a person of the company wrote.
#[derive(Debug, Serialize, ToSchema)]
pub struct Exchange {
    /// Its id.
    pub message_id: Uuid,
    /// When it was answered.
    pub at: Timestamp,
    /// What was asked; null where a person of the company wrote by themselves.
    #[schema(value_type = Option<String>)]
    pub text: Option<Redacted>,
    /// What was answered.
    #[schema(value_type = Reply)]
    pub answer: Value,
    /// What the candidate said of the answer.
    pub feedback: Option<Feedback>,
}

impl From<Message> for Exchange {
    fn from(message: Message) -> Self {
        let text = match message.author {
            Author::Candidate(text) => Some(text),
            Author::Member(_) => None,
        };
        Self {
            message_id: message.id.as_uuid(),
            at: message.at,
            text,
            answer: message.answer,
            feedback: message.feedback.map(Feedback::from),
        }
    }
}

impl Conversation {
    /// A conversation and its messages.
    pub fn of(session: &Session, messages: Vec<Message>) -> Self {
        Self {
            session_id: session.id.as_uuid(),
            status: session.status,
            created_at: session.created_at,
            expires_at: session.expires_at,
            consent_version: session.consent,
            messages: messages.into_iter().map(Exchange::from).collect(),
        }
    }
}

/// Who answers in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// The conversation.
    pub session_id: Uuid,
    /// `open`, `waiting` or `paused`.
    #[schema(value_type = String, example = "waiting")]
    pub status: ConversationStatus,
}

impl From<&Session> for Standing {
    fn from(session: &Session) -> Self {
        Self { session_id: session.id.as_uuid(), status: session.status }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_cannot_be_read_is_named_and_not_repeated() {
        for (text, code) in [("", "empty"), ("  \n ", "empty"), (&"camille ".repeat(200), "too-long")] {
            let asking: Asking = serde_json::from_value(serde_json::json!({"text": text})).unwrap();
            let problem = asking.read(1_000).unwrap_err();
            assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("text", code));
            assert!(!format!("{problem:?} {asking:?}").contains("camille"));
        }
    }
}
