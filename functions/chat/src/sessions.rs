//! The life of a conversation. One that is over, deleted, another tenant's or never was looks the same: not found.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vivier_answers::question::Question;
use vivier_domain::{
    conversation::ConversationStatus,
    ids::{MessageId, SessionId},
    redacted::Redacted,
    settings::{ProjectSettings, chat::MOST_EXCHANGES},
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::{
    conversations::{self, Author, Message, Room, Session},
    legal_holds,
};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::{
    App,
    respond::{Asked, Responded, respond},
};

/// Tries to store a message beside another that is being stored in the same conversation.
const TRIES: usize = 4;
/// The exchanges before a question that may say what it is about.
const TURNS: u8 = 6;

/// What there is not.
pub(crate) const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// When a conversation is over whose last message is `now`'s.
async fn expiry(app: &App, scope: &TenantScope, now: Timestamp) -> Result<Timestamp, Problem> {
    let policy = app.tenancy.retention(scope).await?;
    Ok(now + SignedDuration::from_secs(policy.conversations_days.seconds()))
}

/// Opens a conversation. One of this id that is there already is the same request's, and nobody knows of it yet.
pub async fn open(
    app: &App,
    scope: &TenantScope,
    id: SessionId,
    consent: Option<u32>,
) -> Result<Session, Problem> {
    let now = app.clock.now();
    let expires_at = expiry(app, scope, now).await?;
    let status = ConversationStatus::Open;
    let session = Session { id, created_at: now, last_at: now, expires_at, messages: 0, status, consent };
    conversations::open(&app.tenancy.conversations(scope).await?, &session).await?;
    Ok(session)
}

/// A conversation that is going on.
pub async fn fetch(app: &App, scope: &TenantScope, id: SessionId) -> Result<Session, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    conversations::fetch(&room, id, app.clock.now()).await?.ok_or_else(NOT_FOUND)
}

/// A conversation that can take another message.
pub async fn fetch_open(
    app: &App,
    scope: &TenantScope,
    id: SessionId,
    most: u32,
) -> Result<Session, Problem> {
    let session = fetch(app, scope, id).await?;
    if session.messages >= most {
        return Err(Problem::new(ProblemKind::Conflict).field("session", "too-many-messages"));
    }
    Ok(session)
}

/// What was said, in order.
pub async fn list(app: &App, scope: &TenantScope, id: SessionId) -> Result<Vec<Message>, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    Ok(conversations::list(&room, id, app.clock.now()).await?)
}

/// Replies to a question in a conversation and stores both, unless the conversation ended in the meantime. Where the same
/// request has stored its exchange before, that one stays, and nothing was replied now.
pub(crate) async fn exchange(
    app: &App,
    scope: &TenantScope,
    settings: Arc<ProjectSettings>,
    session: Session,
    message: MessageId,
    question: Question,
) -> Result<(Message, Option<Responded>), Problem> {
    let room = app.tenancy.conversations(scope).await?;
    let before = if session.messages == 0 {
        Vec::new()
    } else {
        conversations::latest(&room, session.id, TURNS, app.clock.now()).await?
    };
    let (id, most) = (session.id, u32::from(settings.chat.limits.exchanges));
    let text = question.text.clone();
    let asked = Asked { settings, session: &session, question, before: &before };
    let mut responded = respond(app, scope, asked).await?;
    let mut paused = session.status == ConversationStatus::Paused;
    for _ in 0..TRIES {
        let author = Author::Candidate(Redacted::new(text.as_str()));
        // A reply of our own always is JSON.
        let answer = serde_json::to_value(&responded.reply).unwrap_or_default();
        let exchange = stored(app, scope, message, author, answer).await?;
        let must = Room { most, unpaused: !paused };
        match conversations::append(&room, id, &exchange, Some(&responded.trace), must).await {
            Ok(()) => return Ok((exchange, Some(responded))),
            Err(TenancyError::Conflict(_)) => {
                if let Some(stored) = conversations::fetch_message(&room, id, message, exchange.at).await? {
                    return Ok((stored, None));
                }
                // Deleted or full: this look says so. Otherwise another message was being stored at this moment, or a person
                // has taken over, and what the chatbot would have said is not said.
                let now = fetch_open(app, scope, id, most).await?;
                if now.status == ConversationStatus::Paused && !paused {
                    (paused, responded) = (true, Responded::waiting(&text));
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(ProblemKind::Unavailable))
}

/// Stores what a member says to the candidate.
pub(crate) async fn say(
    app: &App,
    scope: &TenantScope,
    id: SessionId,
    message: MessageId,
    member: &str,
    answer: Value,
) -> Result<Message, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    let most = u32::from(MOST_EXCHANGES);
    for _ in 0..TRIES {
        let author = Author::Member(member.to_owned());
        let exchange = stored(app, scope, message, author, answer.clone()).await?;
        match conversations::append(&room, id, &exchange, None, Room { most, unpaused: false }).await {
            Ok(()) => return Ok(exchange),
            Err(TenancyError::Conflict(_)) => {
                if let Some(stored) = conversations::fetch_message(&room, id, message, exchange.at).await? {
                    return Ok(stored);
                }
                fetch_open(app, scope, id, most).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(ProblemKind::Unavailable))
}

async fn stored(
    app: &App,
    scope: &TenantScope,
    id: MessageId,
    author: Author,
    answer: Value,
) -> Result<Message, Problem> {
    let at = app.clock.now();
    let expires_at = expiry(app, scope, at).await?;
    Ok(Message { id, at, expires_at, author, answer, feedback: None })
}

/// Gives a conversation another status. One that has it already keeps it; [`ProblemKind::Conflict`] where it has one that
/// is not among `from`.
pub(crate) async fn change_status(
    app: &App,
    scope: &TenantScope,
    id: SessionId,
    from: &[ConversationStatus],
    to: ConversationStatus,
) -> Result<Session, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    let changed = conversations::change_status(&room, id, from, to).await;
    if let Err(error) = changed
        && !matches!(error, TenancyError::Conflict(_))
    {
        return Err(error.into());
    }
    // One that is over is not found, though its item may still have been changed.
    let session = fetch(app, scope, id).await?;
    if session.status == to { Ok(session) } else { Err(Problem::new(ProblemKind::Conflict)) }
}

/// Ends a conversation and removes all that was said.
pub async fn delete(app: &App, scope: &TenantScope, id: SessionId) -> Result<(), Problem> {
    fetch(app, scope, id).await?;
    let now = app.clock.now();
    // Of what may be held nothing is removed here: it is over, and the purge takes what is not held.
    let held = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        let held = legal_holds::in_force(&tx, now).await?.has_conversations();
        tx.commit().await?;
        held
    };
    let room = app.tenancy.conversations(scope).await?;
    if held {
        conversations::end(&room, id, now).await?;
    } else {
        conversations::delete(&room, id).await?;
    }
    Ok(())
}
