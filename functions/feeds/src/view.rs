//! What the API says of feeds. What opens one is not among it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    feed::{CredentialKind, FeedRunCause, FeedRunStatus},
    ids::ImportId,
    import::{ImportFormat, ImportSource},
    task::Approval,
};
use vivier_store::feeds::{Feed, Run};

use crate::body::Schedule;

/// A page of feeds.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedPage {
    /// In the order in which they were entered.
    pub feeds: Vec<FeedView>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// A feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedView {
    /// Its id.
    pub feed_id: Uuid,
    /// Where the offers come from.
    #[schema(value_type = String)]
    pub source: ImportSource,
    /// `csv`, `jsonl`, or the name of a partner's feed.
    #[schema(value_type = String)]
    pub format: ImportFormat,
    /// Where the file is. What its query says is not shown: `***` stands for it.
    pub address: String,
    /// How often it is fetched.
    pub schedule: Schedule,
    /// Whether it is.
    pub enabled: bool,
    /// Which kind of credentials opens it, `basic`, `bearer`, `password` or `private_key`; `null` for none. They are never shown.
    #[schema(value_type = Option<String>)]
    pub credentials: Option<CredentialKind>,
    /// Fingerprints that the SFTP server's key may have.
    pub host_keys: Vec<String>,
    /// Whether the operator lets its schedule hold: `awaiting`, `approved` or `refused`; `null` while it is not enabled.
    #[schema(value_type = Option<String>)]
    pub approval: Option<Approval>,
    /// When it is fetched next; `null` while its schedule does not hold.
    pub next_run_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl FeedView {
    /// A feed, and how its schedule's approval stands; nobody has asked for it where that is not known.
    pub fn of(feed: Feed, approval: Option<Approval>) -> Self {
        let terms = feed.terms;
        let approval = terms.enabled.then(|| approval.unwrap_or(Approval::Awaiting));
        Self {
            feed_id: feed.id.as_uuid(),
            source: terms.source,
            format: terms.format,
            address: terms.address.shown(),
            schedule: terms.schedule.into(),
            enabled: terms.enabled,
            credentials: terms.credentials.map(|kept| kept.kind),
            host_keys: terms.host_keys,
            approval,
            next_run_at: (approval == Some(Approval::Approved)).then_some(feed.next_at),
            created_at: feed.created_at,
            updated_at: feed.updated_at,
        }
    }
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunPage {
    /// Newest first.
    pub runs: Vec<RunView>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// One run of a feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Its id.
    pub run_id: Uuid,
    /// Of which feed.
    pub feed_id: Uuid,
    /// Who wanted it: `member` or `schedule`.
    #[schema(value_type = String)]
    pub cause: FeedRunCause,
    /// `waiting`, `running`, `unchanged`, `imported` or `failed`.
    #[schema(value_type = String)]
    pub status: FeedRunStatus,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// Bytes of the file, unpacked; `null` where none was fetched.
    pub bytes: Option<u64>,
    /// The import that the file was handed to.
    pub import_id: Option<Uuid>,
    /// Where that import says what became of the file's rows.
    pub import_url: Option<String>,
    /// When it was asked for, or due.
    pub created_at: Timestamp,
    /// When it was first taken up.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// From start to end, in milliseconds.
    pub duration_ms: Option<i64>,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let lasted = run.started_at.zip(run.finished_at);
        Self {
            run_id: run.id.as_uuid(),
            feed_id: run.feed.as_uuid(),
            cause: run.cause,
            status: run.status,
            failure: run.failure,
            bytes: run.bytes,
            import_id: run.import.map(ImportId::as_uuid),
            import_url: run.import.map(|id| format!("/v1/imports/{id}")),
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            duration_ms: lasted.map(|(start, end)| end.duration_since(start).as_millis() as i64),
        }
    }
}
