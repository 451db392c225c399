//! What the API says of documents.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_runtime::http::page;
use vivier_store::documents::Document;
use vivier_tenancy::{TenantScope, rooms::files::Upload};

/// An announced document, and where to send its file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Announced {
    /// The document's id.
    pub document_id: Uuid,
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
    pub fn of(id: DocumentId, upload: Upload) -> Self {
        // The client library writes Host by itself; a browser may not.
        let headers =
            upload.headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")).collect();
        Self {
            document_id: id.as_uuid(),
            upload: UploadView { url: upload.url, method: "PUT", headers },
            expires_at: upload.expires_at,
        }
    }
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// Its id.
    pub document_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// `received`, `extracting`, `embedding`, `ready`, `failed` or `deleting`.
    pub status: &'static str,
    /// Why it failed, a stable word; null otherwise.
    pub reason: Option<String>,
    /// How many pieces it can be answered from; null until it is ready.
    pub chunks: Option<u32>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        Self {
            document_id: document.id.as_uuid(),
            name: document.name,
            media_type: document.media_type,
            bytes: document.bytes,
            status: document.status.as_str(),
            reason: document.reason.filter(|_| document.status == DocumentStatus::Failed),
            chunks: document.chunks.filter(|_| document.status == DocumentStatus::Ready),
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

    fn document(status: DocumentStatus) -> Document {
        Document {
            id: DocumentId::generate(),
            name: "Congés.docx".into(),
            media_type: "text/plain".into(),
            bytes: 3,
            version: 1,
            status,
            reason: Some("corrupt".into()),
            chunks: Some(4),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            etag: None,
            attempts: 0,
        }
    }

    #[test]
    fn reason_and_pieces_belong_to_their_states() {
        for (status, reason, chunks) in [
            (DocumentStatus::Received, false, false),
            (DocumentStatus::Extracting, false, false),
            (DocumentStatus::Ready, false, true),
            (DocumentStatus::Failed, true, false),
            (DocumentStatus::Deleting, false, false),
        ] {
            let view = DocumentView::from(document(status));
            assert_eq!((view.reason.is_some(), view.chunks.is_some()), (reason, chunks), "{status:?}");
        }
    }
}
