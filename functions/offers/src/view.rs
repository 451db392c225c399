//! Imports as the back office reads them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::GenerationId,
    import::{ImportFormat, ImportSource, ImportStatus},
};
use vivier_store::imports::{self, Import, StoredError};

/// A page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub struct List {
    /// Newest first.
    pub imports: Vec<Summary>,
    /// The cursor of the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// What became of the rows of a file. `read` is the sum of the others but `closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Rows in the file.
    pub read: u64,
    /// Offers that were not known.
    pub created: u64,
    /// Offers with other content, or open again.
    pub updated: u64,
    /// Offers as they were.
    pub unchanged: u64,
    /// Offers the file no longer has.
    pub closed: u64,
    /// Rows that were refused.
    pub rejected: u64,
}

/// One import.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Its id.
    pub import_id: Uuid,
    /// `awaiting_upload`, `running`, `held`, `succeeded` or `failed`.
    #[schema(value_type = String)]
    pub status: ImportStatus,
    /// `csv`, `jsonl`, or the name of a partner's feed.
    #[schema(value_type = String)]
    pub format: ImportFormat,
    /// Where its offers come from.
    #[schema(value_type = String)]
    pub source: ImportSource,
    /// What became of the rows; zeros until they are in. Of one that is held: what would become of them.
    pub counts: Counts,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// The index it published.
    pub index_generation: Option<Uuid>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its first run began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// From start to end, in milliseconds.
    pub duration_ms: Option<i64>,
}

/// Something wrong with one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowProblem {
    /// The line of the file, from 1.
    pub line: u64,
    /// The column, or `row` for the row as a whole.
    pub field: String,
    /// A stable word.
    pub code: String,
}

/// One import with the errors of its rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    /// The import.
    #[serde(flatten)]
    pub import: Summary,
    /// In the order of lines, the first 1 000.
    pub errors: Vec<RowProblem>,
}

impl From<imports::Counts> for Counts {
    fn from(counts: imports::Counts) -> Self {
        let imports::Counts { read, created, updated, unchanged, closed, rejected } = counts;
        Self { read, created, updated, unchanged, closed, rejected }
    }
}

impl From<&Import> for Summary {
    fn from(import: &Import) -> Self {
        Self {
            import_id: import.id.as_uuid(),
            status: import.status,
            format: import.format,
            source: import.source.clone(),
            counts: import.counts.into(),
            failure: import.failure.clone(),
            index_generation: import.index_generation.map(GenerationId::as_uuid),
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
            duration_ms: import
                .started_at
                .zip(import.finished_at)
                .map(|(started, finished)| finished.duration_since(started).as_millis() as i64),
        }
    }
}

impl Detail {
    /// An import and what was wrong with its rows.
    pub fn new(import: &Import, errors: Vec<StoredError>) -> Self {
        let errors =
            errors.into_iter().map(|StoredError { line, field, code }| RowProblem { line, field, code });
        Self { import: import.into(), errors: errors.collect() }
    }
}
