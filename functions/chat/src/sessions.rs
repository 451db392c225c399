//! The life of a conversation. One that is over, deleted, another tenant's or never was looks the same: not found.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vivier_domain::{
    ids::{MessageId, SessionId},
    redacted::Redacted,
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::conversations::{self, MOST_MESSAGES, Message, Session};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// Tries to store a message beside another that is being stored in the same conversation.
const TRIES: usize = 4;

/// When a conversation is over whose last message is `now`'s.
async fn expiry(app: &App, scope: &TenantScope, now: Timestamp) -> Result<Timestamp, Problem> {
    let policy = app.tenancy.records(scope)?.tenant_settings().await?.retention;
    Ok(now + SignedDuration::from_secs(policy.conversations_days.seconds()))
}

/// Opens a conversation. One of this id that is there already is the same request's, and nobody knows of it yet.
pub async fn open(app: &App, scope: &TenantScope, id: SessionId) -> Result<Session, Problem> {
    let now = app.clock.now();
    let expires_at = expiry(app, scope, now).await?;
    let session = Session { id, created_at: now, last_at: now, expires_at, messages: 0 };
    conversations::open(&app.tenancy.conversations(scope).await?, &session).await?;
    Ok(session)
}

/// A conversation that is going on.
pub async fn fetch(app: &App, scope: &TenantScope, id: SessionId) -> Result<Session, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    let found = conversations::fetch(&room, id, app.clock.now()).await?;
    found.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// A conversation that can take another message.
pub async fn fetch_open(app: &App, scope: &TenantScope, id: SessionId) -> Result<Session, Problem> {
    let session = fetch(app, scope, id).await?;
    if session.messages >= MOST_MESSAGES {
        return Err(Problem::new(ProblemKind::Conflict).field("session", "too-many-messages"));
    }
    Ok(session)
}

/// What was said, in order.
pub async fn list(app: &App, scope: &TenantScope, id: SessionId) -> Result<Vec<Message>, Problem> {
    let room = app.tenancy.conversations(scope).await?;
    Ok(conversations::list(&room, id, app.clock.now()).await?)
}

/// Stores a question with its answer, unless the conversation ended in the meantime. Where the same request has stored
/// its exchange before, that one stays.
pub async fn append(
    app: &App,
    scope: &TenantScope,
    id: SessionId,
    message: MessageId,
    text: &str,
    answer: Value,
) -> Result<Message, Problem> {
    let at = app.clock.now();
    let expires_at = expiry(app, scope, at).await?;
    let message = Message { id: message, at, expires_at, text: Redacted::new(text), answer };
    let room = app.tenancy.conversations(scope).await?;
    for _ in 0..TRIES {
        match conversations::append(&room, id, &message).await {
            Ok(()) => return Ok(message),
            Err(TenancyError::Conflict(_)) => {
                if let Some(stored) = conversations::fetch_message(&room, id, message.id, at).await? {
                    return Ok(stored);
                }
                // Deleted or full: the next look says so. Otherwise another message was being stored at this moment.
                fetch_open(app, scope, id).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(ProblemKind::Unavailable))
}

/// Ends a conversation and removes all that was said.
pub async fn delete(app: &App, scope: &TenantScope, id: SessionId) -> Result<(), Problem> {
    fetch(app, scope, id).await?;
    conversations::delete(&app.tenancy.conversations(scope).await?, id).await?;
    Ok(())
}
