//! Documents of a tenant: what was uploaded, how far each has come on its way to answers, and where it may answer.
//!
//! A document has versions of its file; the newest announced one counts. Every reading of a file from its beginning makes
//! an *edition* of pieces, which the shared database knows as their version: what answers is replaced as a whole, by a new
//! file or by the same one read again. Whoever works on a document holds a lease on its row. The lease's end is also its
//! name: a run that was overtaken holds an older end, so none of its later writes touch the row.

mod announce;
mod ending;
mod list;
mod removal;
mod work;

pub use announce::{Announced, Labels, NewVersion, announce_version, insert, label, reprocess};
pub use ending::{Failure, fail, find_twin, finish, give_up, hold_contents, keep, reopen, repeat};
pub use list::{Filter, fetch, list, list_unfinished};
pub use removal::{begin_deletion, remove};
pub use work::{advance, begin, claim, lock, release, renew};

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{
    document::DocumentStatus,
    ids::{DocumentId, ProjectId},
};

/// A document as the tenant sees it, and how far the work on it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// The media type of its newest version, without parameters.
    pub media_type: String,
    /// The size of its newest version as announced, in bytes.
    pub bytes: u64,
    /// Its tags.
    pub tags: Vec<String>,
    /// The projects whose front offices it may answer in; all of them where there are none.
    pub projects: Vec<ProjectId>,
    /// The announcement of many at once that it came with.
    pub batch: Option<Uuid>,
    /// Which of its files counts: the newest announced.
    pub version: u32,
    /// The version that answers.
    pub ready_version: Option<u32>,
    /// How far it has come.
    pub status: DocumentStatus,
    /// Why its last run failed.
    pub reason: Option<String>,
    /// Which version came to the reason.
    pub failed_version: Option<u32>,
    /// The document that has the same content, where that is the reason.
    pub duplicate_of: Option<DocumentId>,
    /// How many pieces it is answered from.
    pub chunks: Option<u32>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its newest version was.
    pub announced_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
    /// Entity tag of the file that its present state was reached with.
    pub etag: Option<String>,
    /// Runs begun since the last progress.
    pub attempts: u32,
    /// SHA-256 of the file that answers.
    pub content: Option<Vec<u8>>,
    /// The edition being made, or made last; from 1.
    pub edition: u32,
    /// The edition that answers.
    pub ready_edition: Option<u32>,
    /// The identity of the model that made its vectors.
    pub ready_model: Option<String>,
    /// Whether the edition is being made of the file with the entity tag.
    pub working: bool,
    /// Whether the file is read again even where it is the one that answers.
    pub forced: bool,
    /// Whether the edition's scanned pages are recognised.
    pub recognition: bool,
    /// How far the edition has come.
    pub progress: Progress,
}

/// How far an edition has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Pages, slides or sheets; 1 for formats without. `None` until they are counted.
    pub pages_total: Option<u32>,
    /// Pages of which every piece is stored.
    pub pages_done: u32,
    /// Pages that were recognised.
    pub recognised_pages: u32,
    /// The first page of the present slice.
    pub next_page: u32,
    /// The number of the present slice's first piece.
    pub slice_first: u32,
    /// Pieces that are stored.
    pub chunks_done: u32,
    /// What is to be known of its text, in stable words.
    pub flags: Vec<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            pages_total: None,
            pages_done: 0,
            recognised_pages: 0,
            next_page: 1,
            slice_first: 0,
            chunks_done: 0,
            flags: Vec::new(),
        }
    }
}

/// The right to work on a document until a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Which document.
    pub document: DocumentId,
    /// Until when.
    pub until: Timestamp,
}

const COLUMNS: &str = "id, name, media_type, bytes, tags, projects, batch_id, version, ready_version, status, reason, \
    failed_version, duplicate_of, chunks, created_at, announced_at, updated_at, etag, attempts, content_sha256, edition, \
    ready_edition, ready_model, working, forced, recognition, pages_total, pages_done, recognised_pages, next_page, slice_first, \
    chunks_done, flags";

fn read(row: &Row) -> Document {
    let id: Uuid = row.get("id");
    let number = |name: &str| row.get::<_, i32>(name).unsigned_abs();
    let perhaps = |name: &str| row.get::<_, Option<i32>>(name).map(i32::unsigned_abs);
    Document {
        id: id.into(),
        name: row.get("name"),
        media_type: row.get("media_type"),
        bytes: row.get::<_, i64>("bytes").unsigned_abs(),
        tags: row.get("tags"),
        projects: row.get::<_, Vec<Uuid>>("projects").into_iter().map(ProjectId::from).collect(),
        batch: row.get("batch_id"),
        version: number("version"),
        ready_version: perhaps("ready_version"),
        // The table's CHECK holds the list closed; a status of a later version would be work in progress to this one.
        status: row.get::<_, &str>("status").parse().unwrap_or(DocumentStatus::Extracting),
        reason: row.get("reason"),
        failed_version: perhaps("failed_version"),
        duplicate_of: row.get::<_, Option<Uuid>>("duplicate_of").map(DocumentId::from),
        chunks: perhaps("chunks"),
        created_at: row.get("created_at"),
        announced_at: row.get("announced_at"),
        updated_at: row.get("updated_at"),
        etag: row.get("etag"),
        attempts: number("attempts"),
        content: row.get("content_sha256"),
        edition: number("edition"),
        ready_edition: perhaps("ready_edition"),
        ready_model: row.get("ready_model"),
        working: row.get("working"),
        forced: row.get("forced"),
        recognition: row.get("recognition"),
        progress: Progress {
            pages_total: perhaps("pages_total"),
            pages_done: number("pages_done"),
            recognised_pages: number("recognised_pages"),
            next_page: number("next_page"),
            slice_first: number("slice_first"),
            chunks_done: number("chunks_done"),
            flags: row.get("flags"),
        },
    }
}

/// Counts fit: a document has at most some ten thousands of anything.
fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn uuids(projects: &[ProjectId]) -> Vec<Uuid> {
    projects.iter().map(|project| project.as_uuid()).collect()
}
