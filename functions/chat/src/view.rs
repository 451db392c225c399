//! What the API takes and says of conversations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::redacted::Redacted;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::conversations::{Message, Session};

use crate::{
    answer::Answer,
    question::{LONGEST, Question},
};

/// The body of a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// 1 to 1000 characters, white space around not counted.
    #[schema(value_type = String)]
    pub text: Redacted,
}

impl Asking {
    /// The question, or what is wrong with it.
    pub fn read(&self) -> Result<Question, Problem> {
        Question::read(self.text.expose()).ok_or_else(|| {
            let long = self.text.expose().trim().chars().count() > LONGEST;
            Problem::new(ProblemKind::InvalidBody).field("text", if long { "too-long" } else { "empty" })
        })
    }
}

/// A conversation that was opened.
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

/// An answer with the id of its exchange.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    /// The exchange.
    pub message_id: Uuid,
    /// The answer.
    #[schema(value_type = Answer)]
    pub answer: Value,
}

/// A conversation with all that was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    pub session_id: Uuid,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it is gone, unless something is asked before.
    pub expires_at: Timestamp,
    /// The exchanges, in order.
    pub messages: Vec<Exchange>,
}

/// A question and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Exchange {
    /// Its id.
    pub message_id: Uuid,
    /// When it was answered.
    pub at: Timestamp,
    /// What was asked.
    #[schema(value_type = String)]
    pub text: Redacted,
    /// What was answered.
    #[schema(value_type = Answer)]
    pub answer: Value,
}

impl Conversation {
    /// A conversation and its messages.
    pub fn of(session: &Session, messages: Vec<Message>) -> Self {
        let exchange = |message: Message| Exchange {
            message_id: message.id.as_uuid(),
            at: message.at,
            text: message.text,
            answer: message.answer,
        };
        Self {
            session_id: session.id.as_uuid(),
            created_at: session.created_at,
            expires_at: session.expires_at,
            messages: messages.into_iter().map(exchange).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_cannot_be_read_is_named_and_not_repeated() {
        for (text, code) in [("", "empty"), ("  \n ", "empty"), (&"camille ".repeat(200), "too-long")] {
            let asking: Asking = serde_json::from_value(serde_json::json!({"text": text})).unwrap();
            let problem = asking.read().unwrap_err();
            assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("text", code));
            assert!(!format!("{problem:?} {asking:?}").contains("camille"));
        }
    }
}
