//! Another file for a document, and the same one once more.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use uuid::Uuid;
use vivier_domain::{ids::DocumentId, permission::needs};
use vivier_runtime::http::{ApiJson, ApiPath, BackOffice, NewId, Problem, ProblemKind, refusals::Reading};
use vivier_store::documents::{self, NewVersion};
use vivier_tenancy::rooms::files::FileKey;

use super::refusals::OfBody;
use crate::{
    App,
    announcement::FileAnnouncement,
    run,
    view::{Announced, DocumentView},
};

/// Announces another file of a document. What answers goes on doing so until the new file does.
#[utoipa::path(
    post,
    path = "/v1/documents/{id}/versions",
    operation_id = "documents_create_version",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The document")),
    request_body = FileAnnouncement,
    responses(
        (status = 201, description = "Where to send the file", body = Announced),
        (status = 404, description = "There is no such document, or it is being removed", body = Problem,
            content_type = "application/problem+json"),
        OfBody,
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    NewId(announcement): NewId<Uuid>,
    ApiPath(id): ApiPath<DocumentId>,
    ApiJson(body): ApiJson<FileAnnouncement>,
) -> Result<Response, Problem> {
    let file = body.check()?;
    let now = app.clock.now();
    let new = NewVersion { announcement, media_type: file.media_type, bytes: file.size };
    let document = {
        let mut session = app.tenancy.silo(&office.0).await?;
        let tx = session.begin().await?;
        let document = documents::announce_version(&tx, id, new, now).await?;
        tx.commit().await?;
        document.ok_or_else(|| Problem::new(ProblemKind::NotFound))?
    };
    let files = app.tenancy.files(&office.0).await?;
    let key = FileKey::Document(id, document.version);
    let upload = files.presign_upload(&key, file.size, file.media_type, now).await?;
    let location = [(header::LOCATION, format!("/v1/documents/{id}"))];
    Ok((StatusCode::CREATED, location, Json(Announced::of(id, document.version, upload))).into_response())
}

/// Reads a document's newest file again, from its beginning. What answers goes on doing so until that is done; a document
/// that is being worked on is left to it.
#[utoipa::path(
    post,
    path = "/v1/documents/{id}/reprocess",
    operation_id = "documents_reprocess",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The document")),
    responses(
        (status = 202, description = "The document, which is read again", body = DocumentView),
        (status = 409, description = "Its newest file never came", body = Problem,
            content_type = "application/problem+json"),
        Reading,
    ),
)]
pub(super) async fn reprocess(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    ApiPath(id): ApiPath<DocumentId>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    let scope = &office.0;
    let missing = || Problem::new(ProblemKind::NotFound);
    let document = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let document = documents::fetch(&tx, id).await?.ok_or_else(missing)?;
        tx.commit().await?;
        document
    };
    let key = FileKey::Document(id, document.version);
    if app.tenancy.files(scope).await?.head(&key).await?.is_none() {
        return Err(Problem::new(ProblemKind::Conflict));
    }
    let document = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let document = documents::reprocess(&tx, id, app.clock.now()).await?.ok_or_else(missing)?;
        tx.commit().await?;
        document
    };
    run::hand_on(&app, scope, &key, 0).await;
    Ok((StatusCode::ACCEPTED, Json(document.into())))
}
