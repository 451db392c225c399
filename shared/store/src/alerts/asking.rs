//! Asking for an alert. Whether an address has one already changes neither what is done nor how long it takes: one statement decides.

use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{
    alert::{Frequency, PENDING},
    ids::{AlertId, ProjectId},
    member::Language,
    redacted::Redacted,
};
use vivier_tenancy::rooms::{SiloTx, database::DatabaseError};

/// The most alerts of one address.
pub const MOST_OF_ADDRESS: i64 = 10;
/// The most that wait for one address to confirm: so many mails a stranger can have sent there in two days.
pub const MOST_PENDING_OF_ADDRESS: i64 = 3;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct NewAlert<'a> {
    /// Its id.
    pub id: AlertId,
    /// The id of the mail that asks for the confirmation.
    pub mail: Uuid,
    /// The front office.
    pub project: ProjectId,
    /// Whom to tell; in lower case.
    pub email: &'a Redacted,
    /// What mails are written in.
    pub language: Language,
    /// How often.
    pub frequency: Frequency,
    /// The search: names and values of its query's parameters, as a JSON list of pairs.
    pub search: &'a Redacted,
    /// The version of the front office's texts that was agreed to, where alerts rest on consent.
    pub consent: Option<u32>,
}

/// How many alerts were asked for in a front office since a moment, and are still there.
pub async fn count_asked(
    tx: &SiloTx<'_>,
    project: ProjectId,
    since: Timestamp,
) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- alerts::count_asked
        SELECT count(*) AS asked FROM alerts WHERE project_id = $1 AND created_at > $2";
    let row = tx.query_one(SQL, &[&project.as_uuid(), &since]).await?;
    Ok(row.get::<_, i64>("asked").unsigned_abs())
}

/// Writes an alert down that waits to be confirmed, with the mail that asks for it; nothing where the address has as many as it
/// may have. The same request again writes nothing more.
pub async fn insert(tx: &SiloTx<'_>, new: NewAlert<'_>, now: Timestamp) -> Result<(), DatabaseError> {
    const SQL: &str = "-- alerts::insert
        WITH alert AS (
            INSERT INTO alerts
                (id, project_id, email, language, frequency, search, state, created_at, expires_at, next_at, consent_version)
            SELECT $1, $2, $3, $4, $5, $6, 'pending', $7, $8, $7, $12
            WHERE (SELECT count(*) FROM alerts WHERE email = $3 AND expires_at > $7) < $9
              AND (SELECT count(*) FROM alerts WHERE email = $3 AND state = 'pending' AND expires_at > $7) < $10
            ON CONFLICT (id) DO NOTHING
            RETURNING id)
        INSERT INTO alert_mails (id, alert_id, kind, state, created_at)
        SELECT $11, id, 'confirmation', 'ready', $7 FROM alert";
    let (id, project) = (new.id.as_uuid(), new.project.as_uuid());
    let (email, search) = (new.email.expose(), new.search.expose());
    let (language, frequency) = (new.language.as_str(), new.frequency.as_str());
    let (until, consent) = (now + PENDING, new.consent.map(i64::from));
    tx.execute(
        SQL,
        &[
            &id,
            &project,
            &email,
            &language,
            &frequency,
            &search,
            &now,
            &until,
            &MOST_OF_ADDRESS,
            &MOST_PENDING_OF_ADDRESS,
            &new.mail,
            &consent,
        ],
    )
    .await
    .map(drop)
}
