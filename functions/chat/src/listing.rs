//! Lists of conversations: which one is asked for, and what they say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vivier_domain::conversation::ConversationStatus;
use vivier_runtime::http::{PageQuery, Problem, ProblemKind};
use vivier_store::conversations::Session;
use vivier_tenancy::TenantScope;

/// Which list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Listing {
    /// `open`, `waiting` or `paused`; `waiting` when it is missing.
    #[param(pattern = "^(open|waiting|paused)$")]
    pub status: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Conversations of a page, 1 to 100; 50 when it is missing.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl Listing {
    /// The status, behind which conversation the page begins, and how long it is.
    pub fn read(self, scope: &TenantScope) -> Result<(ConversationStatus, Option<Uuid>, usize), Problem> {
        let status = self.status.map_or(Ok(ConversationStatus::Waiting), |status| {
            status.parse().map_err(|_| Problem::new(ProblemKind::InvalidQuery).field("status", "invalid"))
        })?;
        let (after, limit) = PageQuery { cursor: self.cursor, limit: self.limit }.read(scope)?;
        Ok((status, after, limit))
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConversationPage)]
pub struct Page {
    /// The newest first.
    pub conversations: Vec<Summary>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// A conversation as lists show it: nothing of what was said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConversationSummary)]
pub struct Summary {
    /// Its id.
    pub session_id: Uuid,
    /// `open`, `waiting` or `paused`.
    #[schema(value_type = String, example = "waiting")]
    pub status: ConversationStatus,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its last message was written, or when it was opened.
    pub last_at: Timestamp,
    /// When it is gone, unless something is said before.
    pub expires_at: Timestamp,
    /// How many exchanges it has had.
    pub messages: u32,
}

impl From<&Session> for Summary {
    fn from(session: &Session) -> Self {
        Self {
            session_id: session.id.as_uuid(),
            status: session.status,
            created_at: session.created_at,
            last_at: session.last_at,
            expires_at: session.expires_at,
            messages: session.messages,
        }
    }
}
