//! Many documents announced at once: the bodies, the answers, and the ids, which are the same when the request is carried out
//! once more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::document::DocumentStatus;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::batches::Batch;

use crate::{
    announcement::Announcement,
    view::{Announced, PagesView},
};

/// The most announcements of one request.
pub const MOST: usize = 100;

/// The body that announces many documents.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Announcements {
    /// 1 to 100 announcements.
    #[schema(min_items = 1, max_items = 100)]
    pub documents: Vec<Announcement>,
}

impl Announcements {
    /// 400 unless there are as many as may be.
    pub fn check(&self) -> Result<(), Problem> {
        let problem = Problem::new(ProblemKind::InvalidBody);
        match self.documents.len() {
            0 => Err(problem.field("documents", "empty")),
            1..=MOST => Ok(()),
            _ => Err(problem.field("documents", "too-many")),
        }
    }
}

/// What became of one announcement: one of the two is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    /// Where to send the file.
    pub announced: Option<Announced>,
    /// Why it was refused.
    pub refused: Option<Problem>,
}

/// The answer to an announcement of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnnounced {
    /// The batch's id.
    pub batch_id: Uuid,
    /// What became of each, in the order they were announced.
    pub documents: Vec<Answered>,
}

/// How many documents of a batch are in each status.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusCounts {
    /// Announced; the file may be on its way.
    pub received: u32,
    /// Being read.
    pub extracting: u32,
    /// Being turned into vectors.
    pub embedding: u32,
    /// Answered from.
    pub ready: u32,
    /// Of no use.
    pub failed: u32,
    /// Images that are not recognised.
    pub needs_ocr: u32,
    /// Being removed.
    pub deleting: u32,
}

/// How far a batch has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchView {
    /// Its id.
    pub batch_id: Uuid,
    /// How many announcements were taken.
    pub announced: u32,
    /// How many were refused.
    pub refused: u32,
    /// How many of its documents are in each status; those that were removed are in none.
    pub statuses: StatusCounts,
    /// Pages of all its documents, as far as they are counted.
    pub pages: PagesView,
    /// Whether nothing more is done on any of them by itself.
    pub finished: bool,
    /// When it was announced.
    pub created_at: Timestamp,
}

impl From<Batch> for BatchView {
    fn from(batch: Batch) -> Self {
        let mut statuses = StatusCounts::default();
        for (status, documents) in batch.statuses {
            let count = match status {
                DocumentStatus::Received => &mut statuses.received,
                DocumentStatus::Extracting => &mut statuses.extracting,
                DocumentStatus::Embedding => &mut statuses.embedding,
                DocumentStatus::Ready => &mut statuses.ready,
                DocumentStatus::Failed => &mut statuses.failed,
                DocumentStatus::NeedsOcr => &mut statuses.needs_ocr,
                DocumentStatus::Deleting => &mut statuses.deleting,
            };
            *count = documents;
        }
        let under_way = statuses.received + statuses.extracting + statuses.embedding + statuses.deleting;
        Self {
            batch_id: batch.id,
            announced: batch.announced,
            refused: batch.refused,
            finished: under_way == 0,
            statuses,
            pages: PagesView { done: batch.pages_done, total: batch.pages_total },
            created_at: batch.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_finished_when_nothing_is_under_way() {
        use DocumentStatus::{Embedding, Failed, NeedsOcr, Ready};
        for (statuses, finished) in [
            (vec![], true),
            (vec![(Ready, 3), (Failed, 1), (NeedsOcr, 1)], true),
            (vec![(Ready, 3), (Embedding, 1)], false),
        ] {
            let batch = Batch {
                id: Uuid::nil(),
                announced: 5,
                refused: 0,
                created_at: Timestamp::UNIX_EPOCH,
                statuses,
                pages_done: 1,
                pages_total: 2,
            };
            assert_eq!(BatchView::from(batch).finished, finished);
        }
    }
}
