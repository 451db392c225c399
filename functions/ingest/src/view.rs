//! What the API says of documents.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    document::DocumentStatus,
    ids::{DocumentId, ProjectId},
};
use vivier_runtime::http::page;
use vivier_store::documents::Document;
use vivier_tenancy::{TenantScope, rooms::files::Upload};

/// An announced document, and where to send its file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Announced {
    /// The document's id.
    pub document_id: Uuid,
    /// Which version of its file the address is for.
    pub version: u32,
    /// The upload.
    pub upload: UploadView,
    /// When the address stops working.
    pub expires_at: Timestamp,
}

/// One request that uploads the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadView {
    /// The signed address.
    pub url: String,
    /// Always `PUT`.
    pub method: &'static str,
    /// Headers that must be sent.
    pub headers: std::collections::BTreeMap<String, String>,
}

impl Announced {
    /// The answer to an announcement.
    pub fn of(id: DocumentId, version: u32, upload: Upload) -> Self {
        // The client library writes Host by itself; a browser may not.
        let headers =
            upload.headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")).collect();
        Self {
            document_id: id.as_uuid(),
            version,
            upload: UploadView { url: upload.url, method: "PUT", headers },
            expires_at: upload.expires_at,
        }
    }
}

/// How far the work on a file has come.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PagesView {
    /// Pages of which every piece is stored.
    pub done: u64,
    /// Of how many: pages (pdf), slides (pptx) or sheets (xlsx), 1 for formats without.
    pub total: u64,
}

/// Why the newest file does not answer, while an older one does.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FailureView {
    /// Which version of the file.
    pub version: u32,
    /// A stable word.
    pub reason: String,
    /// The document that has the same content, where that is the reason.
    pub duplicate_of: Option<Uuid>,
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// Its id.
    pub document_id: Uuid,
    /// Its name.
    pub name: String,
    /// The media type of its newest file.
    pub media_type: String,
    /// The size of its newest file, in bytes.
    pub bytes: u64,
    /// `received`, `extracting`, `embedding`, `ready`, `failed`, `needs_ocr` (its pages are images, which the tenant does not
    /// have recognised) or `deleting`.
    pub status: &'static str,
    /// Why it failed, a stable word; null otherwise.
    pub reason: Option<String>,
    /// The document that has the same content, where that is the reason.
    pub duplicate_of: Option<Uuid>,
    /// How many pieces it is answered from; null where nothing is.
    pub chunks: Option<u32>,
    /// How far the newest file has come; null until its pages are counted.
    pub pages: Option<PagesView>,
    /// How many of its pages were images that were recognised.
    pub recognised_pages: u32,
    /// What else the file holds, in stable words; `scanned_pages`: pages that are images and were not read.
    pub flags: Vec<String>,
    /// The newest version of its file, from 1.
    pub version: u32,
    /// The version that is answered from; null where none is.
    pub ready_version: Option<u32>,
    /// Why a newer version is not the one that is answered from; null where none failed.
    pub last_failure: Option<FailureView>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The projects whose front offices it may answer in; all of them where there are none.
    pub projects: Vec<Uuid>,
    /// The announcement of many at once that it came with.
    pub batch_id: Option<Uuid>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        use DocumentStatus::{Deleting, Failed, NeedsOcr, Ready};
        let twin = document.duplicate_of.map(DocumentId::as_uuid);
        let failed = document.status == Failed;
        let last_failure = (document.status == Ready)
            .then(|| {
                let (version, reason) = (document.failed_version?, document.reason.clone()?);
                Some(FailureView { version, reason, duplicate_of: twin })
            })
            .flatten();
        // What answers is shown of a document that answers: one that is being removed does not.
        let answers = !matches!(document.status, Failed | NeedsOcr | Deleting);
        Self {
            document_id: document.id.as_uuid(),
            name: document.name,
            media_type: document.media_type,
            bytes: document.bytes,
            status: document.status.as_str(),
            reason: document.reason.filter(|_| failed),
            duplicate_of: twin.filter(|_| failed),
            chunks: document.chunks.filter(|_| answers && document.ready_version.is_some()),
            pages: document
                .progress
                .pages_total
                .map(|total| PagesView { done: document.progress.pages_done.into(), total: total.into() }),
            recognised_pages: document.progress.recognised_pages,
            flags: document.progress.flags,
            version: document.version,
            ready_version: document.ready_version.filter(|_| answers),
            last_failure,
            tags: document.tags,
            projects: document.projects.into_iter().map(ProjectId::as_uuid).collect(),
            batch_id: document.batch,
            created_at: document.created_at,
            updated_at: document.updated_at,
        }
    }
}

/// A page of documents, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentPage {
    /// The documents.
    pub documents: Vec<DocumentView>,
    /// The next page's cursor; null on the last.
    pub next_cursor: Option<String>,
}

impl DocumentPage {
    /// A page of `limit` out of what was read, which is one more if there is a next page.
    pub fn of(scope: &TenantScope, mut documents: Vec<Document>, limit: usize) -> Self {
        let next_cursor = page::cut(scope, &mut documents, limit, |last| last.id.as_uuid());
        Self { documents: documents.into_iter().map(DocumentView::from).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_store::documents::Progress;

    fn document(status: DocumentStatus, ready_version: Option<u32>) -> Document {
        Document {
            id: DocumentId::generate(),
            name: "Congés.docx".into(),
            media_type: "text/plain".into(),
            bytes: 3,
            tags: vec!["rh".into()],
            projects: Vec::new(),
            batch: None,
            version: 2,
            ready_version,
            status,
            reason: Some("corrupt".into()),
            failed_version: Some(2),
            duplicate_of: Some(DocumentId::generate()),
            chunks: Some(4),
            created_at: Timestamp::UNIX_EPOCH,
            announced_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            etag: None,
            attempts: 0,
            content: None,
            edition: 2,
            ready_edition: ready_version,
            ready_model: None,
            working: false,
            forced: false,
            recognition: false,
            progress: Progress { pages_total: Some(9), pages_done: 4, ..Progress::default() },
        }
    }

    #[test]
    fn reason_and_pieces_belong_to_their_states() {
        use DocumentStatus::{Deleting, Extracting, Failed, NeedsOcr, Ready, Received};
        for (status, ready, reason, chunks, last_failure) in [
            (Received, None, false, false, false),
            (Extracting, None, false, false, false),
            (Extracting, Some(1), false, true, false),
            (Ready, Some(1), false, true, true),
            (Failed, None, true, false, false),
            (NeedsOcr, None, false, false, false),
            (Deleting, Some(1), false, false, false),
        ] {
            let view = DocumentView::from(document(status, ready));
            let shown = (view.reason.is_some(), view.chunks.is_some(), view.last_failure.is_some());
            assert_eq!(shown, (reason, chunks, last_failure), "{status:?} {ready:?}");
            assert_eq!(view.duplicate_of.is_some(), reason, "{status:?}");
            assert_eq!(view.pages, Some(PagesView { done: 4, total: 9 }));
        }
    }
}
