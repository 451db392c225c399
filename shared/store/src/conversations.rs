//! Conversations with the chatbot, as items of the tenant's own table: one for the conversation, one for each exchange,
//! one for how each answer was found, and two for each token by which another device may take it up.
//!
//! Every item carries its own expiry. The conversation's moves with its last message; a message's does not, so nothing
//! said stays longer than the tenant keeps conversations. All but one item of a token lie in the conversation's partition
//! and go with it.

pub mod erasures;
mod item;
mod message;
pub mod resume;
mod session;

use jiff::Timestamp;
use serde_json::Value;
use vivier_domain::{
    conversation::ConversationStatus,
    ids::{MessageId, SessionId},
    settings::chat::MOST_EXCHANGES,
};
use vivier_tenancy::{
    TenancyError,
    rooms::conversations::{Conversations, Guard, Item, Only, STATUS},
};

pub use message::{Author, Feedback, Message, write_trace};
pub use session::Session;

use item::{partition, text};

/// The most exchanges that are listed: as many as a tenant may allow a conversation.
const MOST: i32 = MOST_EXCHANGES as i32;

/// Opens a conversation.
pub async fn open(room: &Conversations<'_>, session: &Session) -> Result<(), TenancyError> {
    room.put(session.write()).await
}

/// A conversation, unless it is missing or over at `now`.
pub async fn fetch(
    room: &Conversations<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<Session>, TenancyError> {
    let found = room.get(&partition(id), session::SORT, now).await?;
    found.as_ref().map(Session::read).transpose()
}

/// A page of the conversations of a status that are not over at `now`, the newest first, behind `after`.
pub async fn list_by_status(
    room: &Conversations<'_>,
    status: ConversationStatus,
    after: Option<SessionId>,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Session>, TenancyError> {
    let after = after.map(|id| (partition(id), session::SORT.to_owned()));
    let found = room.by_status(status.as_str(), after, limit, now).await?;
    found.iter().map(Session::read).collect()
}

/// Gives a conversation another status, provided that it has one of `from`. [`TenancyError::Conflict`] where it has not, or
/// there is none.
pub async fn change_status(
    room: &Conversations<'_>,
    id: SessionId,
    from: &[ConversationStatus],
    to: ConversationStatus,
) -> Result<(), TenancyError> {
    let from: Vec<&str> = from.iter().map(|status| status.as_str()).collect();
    let change = Item::from([(STATUS.to_owned(), text(to.as_str()))]);
    room.set(&partition(id), session::SORT, change, Only::In(&from)).await.map(drop)
}

/// What must hold of a conversation for a message to be added.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// So many exchanges it may have at most.
    pub most: u32,
    /// It must not be paused: the chatbot answers.
    pub unpaused: bool,
}

/// Adds an exchange, with how its answer was found, and moves the conversation's expiry to the message's.
/// [`TenancyError::Conflict`]: the conversation was deleted in between, is full or paused, or has this exchange already.
pub async fn append(
    room: &Conversations<'_>,
    id: SessionId,
    message: &Message,
    trace: Option<&Value>,
    must: Room,
) -> Result<(), TenancyError> {
    let pk = partition(id);
    let paused = ConversationStatus::Paused.as_str();
    let guard = Guard { pk: &pk, sk: session::SORT, most: must.most, not: must.unpaused.then_some(paused) };
    let mut items = vec![message.write(id)?];
    if let Some(trace) = trace {
        items.push(message::write_trace(id, message, trace)?);
    }
    room.add(guard, items).await
}

/// One exchange, unless it is missing or over at `now`.
pub async fn fetch_message(
    room: &Conversations<'_>,
    id: SessionId,
    message: MessageId,
    now: Timestamp,
) -> Result<Option<Message>, TenancyError> {
    let found = room.get(&partition(id), &message::sort(message), now).await?;
    found.as_ref().map(Message::read).transpose()
}

/// How an answer was found, unless it is missing or over at `now`.
pub async fn fetch_trace(
    room: &Conversations<'_>,
    id: SessionId,
    message: MessageId,
    now: Timestamp,
) -> Result<Option<Value>, TenancyError> {
    let found = room.get(&partition(id), &message::trace_sort(message), now).await?;
    found.as_ref().map(message::read_trace).transpose()
}

/// The exchanges of a conversation that are not over at `now`, in order.
pub async fn list(
    room: &Conversations<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Vec<Message>, TenancyError> {
    let found = room.list(&partition(id), message::PREFIX, MOST, now).await?;
    found.iter().map(Message::read).collect()
}

/// The last `most` exchanges of a conversation that are not over at `now`, in order.
pub async fn latest(
    room: &Conversations<'_>,
    id: SessionId,
    most: u8,
    now: Timestamp,
) -> Result<Vec<Message>, TenancyError> {
    let found = room.latest(&partition(id), message::PREFIX, most.into(), now).await?;
    found.iter().rev().map(Message::read).collect()
}

/// How the answers of a conversation were found, by exchange, as far as that is not over at `now`.
pub async fn list_traces(
    room: &Conversations<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Vec<(MessageId, Value)>, TenancyError> {
    let found = room.list(&partition(id), message::TRACE_PREFIX, MOST, now).await?;
    found.iter().map(|item| Ok((message::read_trace_id(item)?, message::read_trace(item)?))).collect()
}

/// Puts a candidate's word on an exchange in the place of the one before; whether it is another.
/// [`TenancyError::Conflict`]: the exchange is gone.
pub async fn put_feedback(
    room: &Conversations<'_>,
    id: SessionId,
    message: MessageId,
    feedback: &Feedback,
) -> Result<bool, TenancyError> {
    let change = feedback.write()?;
    let old = room.set(&partition(id), &message::sort(message), change.clone(), Only::Present).await?;
    Ok(old != change)
}

/// Removes a conversation with all that was said; how many items there were. Repeating it removes 0.
pub async fn delete(room: &Conversations<'_>, id: SessionId) -> Result<u64, TenancyError> {
    // The tokens' other items first: what would be left of them after a crash leads to a conversation that is still there.
    let tokens = resume::revoke(room, id).await?;
    Ok(tokens + room.delete_partition(&partition(id)).await?)
}

/// Lets a conversation be over at `now`, with all that was said, and leaves it there: something of the tenant's is held. How many items there
/// were; tokens that lead to it go.
pub async fn end(room: &Conversations<'_>, id: SessionId, now: Timestamp) -> Result<u64, TenancyError> {
    let tokens = resume::revoke(room, id).await?;
    Ok(tokens + room.expire_partition(&partition(id), now).await?)
}

/// Whether anything of a conversation is left, over or not.
pub async fn holds(room: &Conversations<'_>, id: SessionId) -> Result<bool, TenancyError> {
    room.holds(&partition(id)).await
}

/// Conversations that have items, over or not: a page of them behind `after`, and behind what the next page begins.
pub async fn scan(
    room: &Conversations<'_>,
    after: Option<Item>,
) -> Result<(Vec<SessionId>, Option<Item>), TenancyError> {
    let (items, next) = room.scan_keys(after).await?;
    let mut found: Vec<SessionId> = items.iter().filter_map(|item| item::session_of(item).ok()).collect();
    found.dedup();
    Ok((found, next))
}
