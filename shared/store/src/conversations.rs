//! Conversations with the chatbot, as items of the tenant's own table: one for the conversation, one for each exchange.
//!
//! Every item carries its own expiry. The conversation's moves with its last message; a message's does not, so nothing
//! said stays longer than the tenant keeps conversations.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::Value;
use vivier_domain::{
    ids::{MessageId, SessionId},
    redacted::Redacted,
};
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{Conversations, EXPIRES_AT, Item, LAST_AT},
};

/// The most exchanges of one conversation.
pub const MOST_MESSAGES: u32 = 200;

const SESSION: &str = "session";
const MESSAGE: &str = "message#";

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its last message was written, or when it was opened.
    pub last_at: Timestamp,
    /// When it is gone.
    pub expires_at: Timestamp,
    /// How many exchanges it has had.
    pub messages: u32,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id; ids sort by time.
    pub id: MessageId,
    /// When it was answered.
    pub at: Timestamp,
    /// When it is gone.
    pub expires_at: Timestamp,
    /// What was asked.
    pub text: Redacted,
    /// What was answered.
    pub answer: Value,
}

fn partition(id: SessionId) -> String {
    format!("session#{id}")
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn seconds(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

fn item(session: SessionId, order: String, expires_at: Timestamp, last_at: Timestamp) -> Item {
    Item::from([
        ("pk".to_owned(), text(partition(session))),
        ("sk".to_owned(), text(order)),
        (EXPIRES_AT.to_owned(), seconds(expires_at)),
        (LAST_AT.to_owned(), seconds(last_at)),
    ])
}

/// Opens a conversation.
pub async fn open(room: &Conversations<'_>, session: &Session) -> Result<(), TenancyError> {
    room.put(write_session(session)).await
}

/// A conversation, unless it is missing or over at `now`.
pub async fn fetch(
    room: &Conversations<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<Session>, TenancyError> {
    room.get(&partition(id), SESSION, now).await?.map(|item| read_session(id, &item)).transpose()
}

/// Adds an exchange and moves the conversation's expiry to the message's. [`TenancyError::Conflict`]: the conversation
/// was deleted in between, has [`MOST_MESSAGES`], or has this exchange already.
pub async fn append(room: &Conversations<'_>, id: SessionId, message: &Message) -> Result<(), TenancyError> {
    room.put_if_present(&partition(id), SESSION, write_message(id, message)?, MOST_MESSAGES).await
}

/// One exchange, unless it is missing or over at `now`.
pub async fn fetch_message(
    room: &Conversations<'_>,
    id: SessionId,
    message: MessageId,
    now: Timestamp,
) -> Result<Option<Message>, TenancyError> {
    let found = room.get(&partition(id), &format!("{MESSAGE}{message}"), now).await?;
    found.as_ref().map(read_message).transpose()
}

/// The exchanges of a conversation that are not over at `now`, in order.
pub async fn list(
    room: &Conversations<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Vec<Message>, TenancyError> {
    let found = room.list(&partition(id), MESSAGE, MOST_MESSAGES.cast_signed(), now).await?;
    found.iter().map(read_message).collect()
}

/// Removes a conversation with all that was said; how many items there were. Repeating it removes 0.
pub async fn delete(room: &Conversations<'_>, id: SessionId) -> Result<u64, TenancyError> {
    room.delete_partition(&partition(id)).await
}

fn write_session(session: &Session) -> Item {
    let mut item = item(session.id, SESSION.to_owned(), session.expires_at, session.last_at);
    item.insert("created_at".to_owned(), text(session.created_at.to_string()));
    item.insert("messages".to_owned(), AttributeValue::N(session.messages.to_string()));
    item
}

fn write_message(session: SessionId, message: &Message) -> Result<Item, TenancyError> {
    let answer = serde_json::to_string(&message.answer).map_err(|_| TenancyError::Corrupt("answer"))?;
    let mut item = item(session, format!("{MESSAGE}{}", message.id), message.expires_at, message.at);
    item.insert("at".to_owned(), text(message.at.to_string()));
    item.insert("text".to_owned(), text(message.text.expose()));
    item.insert("answer".to_owned(), text(answer));
    Ok(item)
}

/// Reads one attribute in a form; what is missing or malformed is a corrupt item.
fn field<T>(item: &Item, name: &str, read: impl Fn(&AttributeValue) -> Option<T>) -> Result<T, TenancyError> {
    item.get(name).and_then(read).ok_or(TenancyError::Corrupt("conversation"))
}

fn as_text(value: &AttributeValue) -> Option<&str> {
    value.as_s().ok().map(String::as_str)
}

fn as_seconds(value: &AttributeValue) -> Option<Timestamp> {
    Timestamp::from_second(value.as_n().ok()?.parse().ok()?).ok()
}

fn read_session(id: SessionId, item: &Item) -> Result<Session, TenancyError> {
    Ok(Session {
        id,
        created_at: field(item, "created_at", |value| as_text(value)?.parse().ok())?,
        last_at: field(item, LAST_AT, as_seconds)?,
        expires_at: field(item, EXPIRES_AT, as_seconds)?,
        messages: field(item, "messages", |value| value.as_n().ok()?.parse().ok())?,
    })
}

fn read_message(item: &Item) -> Result<Message, TenancyError> {
    Ok(Message {
        id: field(item, "sk", |value| as_text(value)?.strip_prefix(MESSAGE)?.parse().ok())?,
        at: field(item, "at", |value| as_text(value)?.parse().ok())?,
        expires_at: field(item, EXPIRES_AT, as_seconds)?,
        text: field(item, "text", |value| as_text(value).map(Redacted::new))?,
        answer: field(item, "answer", |value| serde_json::from_str(as_text(value)?).ok())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_conversation_reads_back_as_it_was_written() {
        let session = Session {
            id: SessionId::generate(),
            created_at: at(1_000),
            last_at: at(2_000),
            expires_at: at(3_000),
            messages: 7,
        };
        assert_eq!(read_session(session.id, &write_session(&session)).unwrap(), session);
    }

    #[test]
    fn an_exchange_reads_back_as_it_was_written() {
        let message = Message {
            id: MessageId::generate(),
            at: "2026-03-01T10:00:00.25Z".parse().unwrap(),
            expires_at: at(9_000_000_000),
            text: Redacted::new("Combien de jours ?"),
            answer: json!({"kind": "unknown"}),
        };
        let item = write_message(SessionId::generate(), &message).unwrap();
        assert_eq!(read_message(&item).unwrap(), message);
    }

    #[test]
    fn an_item_without_a_field_is_corrupt() {
        let session = Session {
            id: SessionId::generate(),
            created_at: at(1),
            last_at: at(1),
            expires_at: at(2),
            messages: 0,
        };
        for name in ["created_at", LAST_AT, EXPIRES_AT, "messages"] {
            let mut item = write_session(&session);
            item.remove(name);
            assert!(read_session(session.id, &item).is_err(), "{name}");
        }
    }
}
