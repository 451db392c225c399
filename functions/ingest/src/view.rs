//! What the API says of documents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_runtime::http::{Problem, ProblemKind, cursor};
use vivier_store::documents::Document;
use vivier_tenancy::{TenantScope, rooms::files::Upload};

/// The most documents of one page.
pub const LARGEST_PAGE: u32 = 100;
const PAGE: u32 = 50;

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

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Documents of a page, 1 to 100; 50 when it is missing.
    pub limit: Option<u32>,
}

impl PageQuery {
    /// Where the page begins and how long it is.
    pub fn read(&self, scope: &TenantScope) -> Result<(Option<DocumentId>, u32), Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range"));
        }
        let before = self.cursor.as_deref().map(|text| cursor::read(scope, text)).transpose()?;
        Ok((before.map(DocumentId::from), limit))
    }
}

impl DocumentPage {
    /// A page of `limit` out of what was read, which is one more if there is a next page.
    pub fn of(scope: &TenantScope, mut documents: Vec<Document>, limit: u32) -> Self {
        let more = documents.len() > limit as usize;
        documents.truncate(limit as usize);
        let next_cursor =
            documents.last().filter(|_| more).map(|last| cursor::write(scope, last.id.as_uuid()));
        Self { documents: documents.into_iter().map(DocumentView::from).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;
    use vivier_testkit::scope;

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

    #[test]
    fn a_page_has_a_cursor_only_when_more_follows() {
        let own = scope::front(TenantId::generate());
        let documents: Vec<_> = (0..3).map(|_| document(DocumentStatus::Ready)).collect();
        let second = documents[1].id;
        let cursor = DocumentPage::of(&own, documents.clone(), 2).next_cursor;
        assert_eq!(PageQuery { cursor, limit: None }.read(&own), Ok((Some(second), PAGE)));
        assert_eq!(DocumentPage::of(&own, documents, 3).next_cursor, None);
        assert_eq!(DocumentPage::of(&own, Vec::new(), 3).next_cursor, None);
    }

    #[test]
    fn a_page_is_asked_for_within_bounds() {
        let own = scope::front(TenantId::generate());
        let read =
            |cursor: Option<&str>, limit| PageQuery { cursor: cursor.map(str::to_owned), limit }.read(&own);
        assert_eq!(read(None, None), Ok((None, 50)));
        for (cursor, limit, status) in [
            (None, Some(0), 400),
            (None, Some(101), 400),
            (Some("x"), None, 404),
            (Some(""), None, 404),
            (Some("01920000-0000-7000-8000-000000000001"), None, 404),
        ] {
            assert_eq!(read(cursor, limit).unwrap_err().status, status, "{cursor:?} {limit:?}");
        }
    }
}
