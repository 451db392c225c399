//! Searches that candidates saved, with the address to tell of new offers. The address and the search are personal: they leave
//! this database in types that do not print.

mod asking;
mod ending;
mod mails;
mod persons;
mod tokens;
mod work;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    alert::Frequency,
    ids::{AlertId, ProjectId},
    member::Language,
    redacted::Redacted,
};
use vivier_tenancy::TenancyError;

pub use asking::{MOST_OF_ADDRESS, MOST_PENDING_OF_ADDRESS, NewAlert, count_asked, insert};
pub use ending::{
    Over, Told, count_old_mails, count_over, list_old_mails, list_over, purge, purge_mails, remove,
    remove_mails,
};
pub use mails::{Came, OpenMail, close, compose, fetch_open, hand_over};
pub use persons::{count_of, erase_of, list_of};
pub use tokens::{Kept, TokenHash, confirm, delete, end, renew};
pub use work::{Lease, claim, finish, list_new, move_mark};

/// An alert that a run has taken up.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The front office that it was saved in.
    pub project: ProjectId,
    /// Whom to tell.
    pub email: Redacted,
    /// What mails are written in.
    pub language: Language,
    /// How often.
    pub frequency: Frequency,
    /// The search: names and values of its query's parameters, as a JSON list of pairs.
    pub search: Redacted,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When the look that is due was due.
    pub next_at: Timestamp,
    /// What only a confirmed one has.
    pub marks: Option<Marks>,
    /// The version of the front office's texts that was agreed to; `None` where alerts did not rest on consent.
    pub consent: Option<u32>,
}

/// Which offers are new to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// When it was first confirmed: older offers never are.
    pub new_since: Timestamp,
    /// Up to here offers were looked at.
    pub seen_until: Timestamp,
}

const COLUMNS: &str = "id, project_id, email, language, frequency, search, expires_at, next_at, new_since, seen_until, consent_version";

fn read(row: &Row) -> Result<Alert, TenancyError> {
    const CORRUPT: TenancyError = TenancyError::Corrupt("alert");
    let marks =
        row.get::<_, Option<Timestamp>>("new_since").zip(row.get::<_, Option<Timestamp>>("seen_until"));
    let consent = row.get::<_, Option<i64>>("consent_version").map(u32::try_from).transpose();
    Ok(Alert {
        id: row.get::<_, Uuid>("id").into(),
        project: row.get::<_, Uuid>("project_id").into(),
        email: Redacted::new(row.get::<_, String>("email")),
        language: match row.get("language") {
            "fr" => Language::Fr,
            "en" => Language::En,
            _ => return Err(CORRUPT),
        },
        frequency: row.get::<_, &str>("frequency").parse().map_err(|_| CORRUPT)?,
        search: Redacted::new(row.get::<_, String>("search")),
        expires_at: row.get("expires_at"),
        next_at: row.get("next_at"),
        marks: marks.map(|(new_since, seen_until)| Marks { new_since, seen_until }),
        consent: consent.map_err(|_| CORRUPT)?,
    })
}
