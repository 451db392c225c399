//! Reports that a tenant has saved, the files that are made of them, and the mails that carry these.

mod keeping;
mod mails;
mod runs;
mod work;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    ids::ReportId,
    member::Language,
    report::{ReportFormat, ReportQuestion},
    task::Timing,
};
use vivier_tenancy::TenancyError;

pub use keeping::{count, delete, fetch, insert, list, list_untold, lock, note_told, update};
pub use mails::{
    Came, MOST_HANDOVERS, OpenMail, close_mail, compose, hand_over, list_open_mails, settle_lost,
};
pub use runs::{Asked, LIFETIME, Run, count_runs, fetch_run, list_runs, open_due, open_run};
pub use work::{
    Expired, Lease, MOST_ATTEMPTS, Taken, claim, claim_one, finish, forget_run, hold, list_expired, move_on,
};

const CORRUPT: TenancyError = TenancyError::Corrupt("report");

/// What a member says of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTerms {
    /// What people call it.
    pub name: String,
    /// What it answers.
    pub question: ReportQuestion,
    /// What it is written in.
    pub language: Language,
    /// What is mailed.
    pub format: ReportFormat,
    /// When it is; never where there is none.
    pub timing: Option<Timing>,
    /// Which members are mailed it, by the user pool's subjects.
    pub recipients: Vec<Uuid>,
}

/// A saved report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// What a member says of it.
    pub terms: ReportTerms,
    /// Counts its changes from 1.
    pub revision: u32,
    /// Whether the table of tasks has been told of its schedule as it is.
    pub told: bool,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

const COLUMNS: &str =
    "id, name, question, language, format, timing, recipients, revision, told, created_at, updated_at";

fn read(row: &Row) -> Result<Report, TenancyError> {
    let timing: Option<serde_json::Value> = row.get("timing");
    Ok(Report {
        id: row.get::<_, Uuid>("id").into(),
        terms: ReportTerms {
            name: row.get("name"),
            question: serde_json::from_value(row.get("question")).map_err(|_| CORRUPT)?,
            language: language(row)?,
            format: row.get::<_, &str>("format").parse().map_err(|_| CORRUPT)?,
            timing: timing.map(serde_json::from_value).transpose().map_err(|_| CORRUPT)?,
            recipients: row.get("recipients"),
        },
        revision: row.get::<_, i32>("revision").unsigned_abs(),
        told: row.get("told"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

fn language(row: &Row) -> Result<Language, TenancyError> {
    match row.get("language") {
        "fr" => Ok(Language::Fr),
        "en" => Ok(Language::En),
        _ => Err(CORRUPT),
    }
}

/// A value of our own making as it is stored.
fn json(value: &impl serde::Serialize) -> Result<serde_json::Value, TenancyError> {
    serde_json::to_value(value).map_err(|_| CORRUPT)
}
