//! Requests of persons about their own data, in the tenant's own database. What is personal in them goes when they are answered.

mod answering;
mod asking;
mod copies;
mod notices;
mod work;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::{PrivacyRequestId, SessionId},
    member::Language,
    privacy::{LeftReason, PrivacyRequestKind, PrivacyRequestState, PrivacyStore},
    redacted::Redacted,
};
use vivier_tenancy::{TenancyError, rooms::SiloTx, rooms::database::DatabaseError};

pub use answering::{
    Answer, announce_copy, applied, complete, correct, leave_partial, list_stores, note_store, raise_applied,
};
pub use asking::{NewRequest, confirm, count_asked, insert, received};
pub use copies::{
    count_made_until, count_pending, count_try, erase_made_until, erase_pending, list_addresses, list_copies,
    list_over, list_subjects, list_unknown, take, withdraw,
};
pub use notices::{is_told, note_told};
pub use work::{
    Lease, Mailed, Standing, claim, count_open, count_over, finish, note_mailed, purge, settle, wake_held,
};

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its id.
    pub id: PrivacyRequestId,
    /// What is asked for.
    pub kind: PrivacyRequestKind,
    /// How it stands.
    pub state: PrivacyRequestState,
    /// Whose data; nothing once it is answered.
    pub email: Option<Redacted>,
    /// What the person is written to in.
    pub language: Language,
    /// Conversations that the person named.
    pub conversations: Vec<SessionId>,
    /// What is to be put right.
    pub note: Option<Redacted>,
    /// The member who entered it.
    pub entered_by: Option<Uuid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came in for certain.
    pub received_at: Option<Timestamp>,
    /// Until when it is to be answered.
    pub due_at: Option<Timestamp>,
    /// When a member said that it was put right.
    pub corrected_at: Option<Timestamp>,
    /// When it was answered.
    pub ended_at: Option<Timestamp>,
    /// Which mails about it were sent: the one that asks, the one to the tenant, the one that answers.
    pub mailed: [bool; 3],
    /// Until when a copy can be fetched.
    pub available_until: Option<Timestamp>,
    /// How often it was.
    pub downloads: u32,
    /// How often it was tried to answer it.
    pub attempts: u32,
}

/// What a store answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreAnswer {
    /// Which one.
    pub store: PrivacyStore,
    /// How many things were removed from it, all tries together.
    pub removed: u64,
    /// Why it is not known to be free of the person.
    pub reason: Option<LeftReason>,
    /// When it was looked at last.
    pub looked_at: Timestamp,
}

const COLUMNS: &str = "id, kind, state, email, language, conversations, note, entered_by, created_at, received_at, due_at, \
     corrected_at, ended_at, asked_at, forwarded_at, answered_at, available_until, downloads, attempts";

fn read(row: &Row) -> Result<Request, TenancyError> {
    const CORRUPT: TenancyError = TenancyError::Corrupt("request about personal data");
    let sent = |name: &str| row.get::<_, Option<Timestamp>>(name).is_some();
    Ok(Request {
        id: row.get::<_, Uuid>("id").into(),
        kind: row.get::<_, &str>("kind").parse().map_err(|_| CORRUPT)?,
        state: row.get::<_, &str>("state").parse().map_err(|_| CORRUPT)?,
        email: row.get::<_, Option<String>>("email").map(Redacted::new),
        language: match row.get("language") {
            "fr" => Language::Fr,
            "en" => Language::En,
            _ => return Err(CORRUPT),
        },
        conversations: row.get::<_, Vec<Uuid>>("conversations").into_iter().map(Into::into).collect(),
        note: row.get::<_, Option<String>>("note").map(Redacted::new),
        entered_by: row.get("entered_by"),
        created_at: row.get("created_at"),
        received_at: row.get("received_at"),
        due_at: row.get("due_at"),
        corrected_at: row.get("corrected_at"),
        ended_at: row.get("ended_at"),
        mailed: [sent("asked_at"), sent("forwarded_at"), sent("answered_at")],
        available_until: row.get("available_until"),
        downloads: row.get::<_, i32>("downloads").unsigned_abs(),
        attempts: row.get::<_, i32>("attempts").unsigned_abs(),
    })
}

/// A request.
pub async fn fetch(tx: &SiloTx<'_>, id: PrivacyRequestId) -> Result<Option<Request>, TenancyError> {
    let sql = format!("-- privacy::fetch\nSELECT {COLUMNS} FROM privacy_requests WHERE id = $1");
    tx.query_opt(&sql, &[&id.as_uuid()]).await?.as_ref().map(read).transpose()
}

/// Requests that came in and were not answered before `since`, the newest first, behind `after`.
pub async fn list(
    tx: &SiloTx<'_>,
    after: Option<PrivacyRequestId>,
    limit: i64,
    since: Timestamp,
) -> Result<Vec<Request>, TenancyError> {
    let sql = format!(
        "-- privacy::list\nSELECT {COLUMNS} FROM privacy_requests
        WHERE state <> 'pending' AND ($1::uuid IS NULL OR id < $1) AND (ended_at IS NULL OR ended_at >= $3)
        ORDER BY id DESC LIMIT $2"
    );
    let after = after.map(PrivacyRequestId::as_uuid);
    let rows = tx.query(&sql, &[&after, &limit, &since]).await?;
    rows.iter().map(read).collect()
}

/// Waits no longer than this for what others hold: whatever is not erased now is said to be left, and tried again.
pub async fn hurry(tx: &SiloTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::hurry
        SELECT set_config('lock_timeout', '2s', true), set_config('statement_timeout', '20s', true)";
    tx.query_one(SQL, &[]).await.map(drop)
}
