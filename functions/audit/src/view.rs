//! An entry as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_store::audit::Linked;
use vivier_tenancy::TenantScope;

use crate::query::cursor_behind;

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryView {
    /// Its id.
    pub entry_id: Uuid,
    /// Its number in the tenant's chain.
    pub ordinal: i64,
    /// When it happened.
    pub happened_at: Timestamp,
    /// Who acted: a member's id, `operator`, `system`, or `unknown`.
    pub actor: String,
    /// What was done: an operation's id, or a command's name.
    pub action: String,
    /// To what: an id, or several with `/` between; the tenant's own where there is no other.
    pub subject: String,
    /// `begun`, `done`, `refused` or `failed`.
    pub outcome: String,
    /// `front`, `back` or `platform`.
    pub office: String,
    /// From which address; null where nobody called.
    pub from_address: Option<String>,
    /// By which request; null where there was none.
    pub request_id: Option<String>,
    /// Its hash, over all its fields and the hash of the entry before it: 64 hexadecimal digits.
    pub hash: String,
}

impl From<Linked> for EntryView {
    fn from(entry: Linked) -> Self {
        Self {
            entry_id: entry.entry_id,
            ordinal: entry.link.ordinal,
            happened_at: entry.happened_at,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            outcome: entry.outcome,
            office: entry.office,
            from_address: entry.from_address,
            request_id: entry.request_id,
            hash: entry.link.hash.to_string(),
        }
    }
}

/// A page of entries, the newest first.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<EntryView>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

/// At most `limit` of what was read, which is one more if more follows, and the cursor to go on with.
pub fn page(scope: &TenantScope, mut found: Vec<Linked>, limit: u32) -> (Vec<EntryView>, Option<String>) {
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| cursor_behind(scope, last.link.ordinal));
    (found.into_iter().map(EntryView::from).collect(), next)
}
