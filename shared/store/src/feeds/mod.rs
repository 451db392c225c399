//! Feeds of a tenant: where its offers are fetched from, and their runs. What opens a feed is kept elsewhere; here is its name.

mod keeping;
mod runs;
mod secrets;
mod work;

use std::str::FromStr;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    feed::{CredentialKind, FeedAddress, FeedSchedule},
    ids::{FeedId, SecretId},
    import::{ImportFormat, ImportSource},
};
use vivier_tenancy::TenancyError;

pub use keeping::{Kept, count, delete, fetch, insert, is_taken, list, lock, update};
pub use runs::{Run, count_runs_before, fetch_run, list_runs, open_run, purge_runs};
pub use secrets::{forget_secret, list_stray_secrets, note_secret};
pub use work::{
    Ended, Lease, MOST_ATTEMPTS, Taken, Validators, announce, claim, finish, hold, start_due, withdraw,
};

const CORRUPT: TenancyError = TenancyError::Corrupt("feed");

/// What a member says of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTerms {
    /// What its imports close the offers of.
    pub source: ImportSource,
    /// The file's form.
    pub format: ImportFormat,
    /// Where the file is.
    pub address: FeedAddress,
    /// Fingerprints that the server's key may have; over SFTP alone there are any.
    pub host_keys: Vec<String>,
    /// What it is opened with.
    pub credentials: Option<KeptCredentials>,
    /// How often it is fetched.
    pub schedule: FeedSchedule,
    /// Whether the schedule holds.
    pub enabled: bool,
}

/// What opens a feed, but for the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptCredentials {
    /// Which kind.
    pub kind: CredentialKind,
    /// The secret's name.
    pub secret: SecretId,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// What a member says of it.
    pub terms: FeedTerms,
    /// When it is due, while its schedule holds.
    pub next_at: Timestamp,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When a member changed it last.
    pub updated_at: Timestamp,
}

/// The columns of [`Feed`], each as `feeds.…`: a statement may join others.
const COLUMNS: &str = "feeds.id, feeds.source, feeds.format, feeds.address, feeds.host_keys, feeds.credentials, \
                       feeds.secret_id, feeds.every, feeds.hour, feeds.enabled, feeds.next_at, feeds.created_at, \
                       feeds.updated_at";

fn read(row: &Row) -> Result<Feed, TenancyError> {
    let kind: Option<CredentialKind> =
        row.get::<_, Option<&str>>("credentials").map(str::parse).transpose().map_err(|_| CORRUPT)?;
    let secret = row.get::<_, Option<Uuid>>("secret_id").map(SecretId::from);
    let terms = FeedTerms {
        source: term(row, "source")?,
        format: term(row, "format")?,
        address: row.get::<_, String>("address").try_into().map_err(|_| CORRUPT)?,
        host_keys: row.get("host_keys"),
        credentials: kind.zip(secret).map(|(kind, secret)| KeptCredentials { kind, secret }),
        schedule: schedule(row)?,
        enabled: row.get("enabled"),
    };
    Ok(Feed {
        id: row.get::<_, Uuid>("id").into(),
        terms,
        next_at: row.get("next_at"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

fn schedule(row: &Row) -> Result<FeedSchedule, TenancyError> {
    match (row.get("every"), row.get::<_, Option<i16>>("hour").map(u8::try_from)) {
        ("hour", None) => Ok(FeedSchedule::Hourly),
        ("day", Some(Ok(hour))) => Ok(FeedSchedule::Daily(hour)),
        _ => Err(CORRUPT),
    }
}

/// The columns `every` and `hour`.
fn columns(schedule: FeedSchedule) -> (&'static str, Option<i16>) {
    match schedule {
        FeedSchedule::Hourly => ("hour", None),
        FeedSchedule::Daily(hour) => ("day", Some(i16::from(hour))),
    }
}

fn term<T: FromStr>(row: &Row, column: &str) -> Result<T, TenancyError> {
    row.get::<_, &str>(column).parse().map_err(|_| CORRUPT)
}
