//! Asking. Whether anything of an address is known here changes neither what is done nor how long it takes.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{
    ids::{PrivacyRequestId, SessionId},
    member::Language,
    privacy::{DUE, PENDING, PrivacyRequestKind},
    redacted::Redacted,
};
use vivier_tenancy::{
    TenancyError,
    rooms::{SiloTx, database::DatabaseError},
};

use super::{COLUMNS, Request, read};

/// The most of one kind that wait for one address to confirm: so many mails of each a stranger can have sent there in two days.
const MOST_PENDING: i64 = 3;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct NewRequest<'a> {
    /// Its id.
    pub id: PrivacyRequestId,
    /// What.
    pub kind: PrivacyRequestKind,
    /// Whose data; in lower case.
    pub email: &'a Redacted,
    /// What the person is written to in.
    pub language: Language,
    /// Conversations that the person names.
    pub conversations: &'a [SessionId],
    /// What is to be put right.
    pub note: Option<&'a Redacted>,
}

/// How many requests were made since a moment, and are still there.
pub async fn count_asked(tx: &SiloTx<'_>, since: Timestamp) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- privacy::count_asked
        SELECT count(*) AS asked FROM privacy_requests WHERE entered_by IS NULL AND created_at > $1";
    Ok(tx.query_one(SQL, &[&since]).await?.get::<_, i64>("asked").unsigned_abs())
}

/// Writes a person's request down, which waits for its address to be confirmed; nothing where as many wait as may. The same once more
/// writes nothing.
pub async fn insert(tx: &SiloTx<'_>, new: NewRequest<'_>, now: Timestamp) -> Result<(), DatabaseError> {
    // Requests of one address that come at the same moment would each find room.
    const LOCK: &str = "-- privacy::lock_address
        SELECT pg_advisory_xact_lock(hashtextextended('privacy ' || $1, 0))";
    const SQL: &str = "-- privacy::insert
        INSERT INTO privacy_requests (id, kind, state, email, language, conversations, note, created_at, next_at)
        SELECT $1, $2, 'pending', $3, $4, $5, $6, $7, $7
        WHERE (SELECT count(*) FROM privacy_requests
               WHERE email = $3 AND kind = $2 AND state = 'pending' AND created_at > $8) < $9
        ON CONFLICT (id) DO NOTHING";
    tx.query(LOCK, &[&new.email.expose()]).await?;
    let conversations: Vec<Uuid> = new.conversations.iter().map(|id| id.as_uuid()).collect();
    let note = new.note.map(Redacted::expose);
    tx.execute(
        SQL,
        &[
            &new.id.as_uuid(),
            &new.kind.as_str(),
            &new.email.expose(),
            &new.language.as_str(),
            &conversations,
            &note,
            &now,
            &(now - PENDING),
            &MOST_PENDING,
        ],
    )
    .await
    .map(drop)
}

/// Writes down a request that a member enters, who knows whose it is. The same once more writes nothing.
pub async fn received(
    tx: &SiloTx<'_>,
    new: NewRequest<'_>,
    by: Uuid,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    const SQL: &str = "-- privacy::receive
        INSERT INTO privacy_requests
            (id, kind, state, email, language, conversations, note, entered_by, created_at, received_at, due_at, asked_at, next_at)
        VALUES ($1, $2, 'received', $3, $4, $5, $6, $7, $8, $8, $9, $8, $8)
        ON CONFLICT (id) DO NOTHING";
    let conversations: Vec<Uuid> = new.conversations.iter().map(|id| id.as_uuid()).collect();
    let note = new.note.map(Redacted::expose);
    tx.execute(
        SQL,
        &[
            &new.id.as_uuid(),
            &new.kind.as_str(),
            &new.email.expose(),
            &new.language.as_str(),
            &conversations,
            &note,
            &by,
            &now,
            &(now + DUE),
        ],
    )
    .await
    .map(drop)
}

/// Takes a request in whose address was confirmed. Once more changes nothing. `None`: there is none, or it is too old.
pub async fn confirm(
    tx: &SiloTx<'_>,
    id: PrivacyRequestId,
    now: Timestamp,
) -> Result<Option<Request>, TenancyError> {
    let sql = format!(
        "-- privacy::confirm
        UPDATE privacy_requests SET
            state = CASE state WHEN 'pending' THEN 'received' ELSE state END,
            received_at = coalesce(received_at, $2), due_at = coalesce(due_at, $3),
            next_at = CASE state WHEN 'pending' THEN $2 ELSE next_at END
        WHERE id = $1 AND entered_by IS NULL AND (state <> 'pending' OR created_at > $4)
        RETURNING {COLUMNS}"
    );
    let row = tx.query_opt(&sql, &[&id.as_uuid(), &now, &(now + DUE), &(now - PENDING)]).await?;
    row.as_ref().map(read).transpose()
}
