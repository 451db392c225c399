//! All that is kept of a conversation, for whoever had it (K9.1d).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::ids::SessionId;
use vivier_runtime::http::Problem;
use vivier_store::conversations;
use vivier_tenancy::TenantScope;

use crate::{App, sessions, view::Conversation};

/// The file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// When it was made.
    pub exported_at: Timestamp,
    /// The conversation with all that was said.
    pub conversation: Conversation,
    /// How its answers were found.
    pub traces: Vec<MessageTrace>,
}

/// How the answer of an exchange was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageTrace {
    /// The exchange.
    pub message_id: Uuid,
    /// What was looked for and found; its form changes with releases.
    #[schema(value_type = Object)]
    pub trace: Value,
}

/// All that is kept of a conversation.
pub(crate) async fn of(app: &App, scope: &TenantScope, id: SessionId) -> Result<Export, Problem> {
    let session = sessions::fetch(app, scope, id).await?;
    let messages = sessions::list(app, scope, id).await?;
    let now = app.clock.now();
    let room = app.tenancy.conversations(scope).await?;
    let traces = conversations::list_traces(&room, id, now).await?;
    let traces = traces.into_iter().map(|(id, trace)| MessageTrace { message_id: id.as_uuid(), trace });
    Ok(Export {
        exported_at: now,
        conversation: Conversation::of(&session, messages),
        traces: traces.collect(),
    })
}
