//! The function's routes.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use utoipa::OpenApi;
use vivier_domain::{ids::DocumentId, permission::needs};
use vivier_runtime::http::{ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind};
use vivier_store::documents;
use vivier_tenancy::rooms::files::FileKey;

use crate::{
    App,
    announcement::Announcement,
    removal,
    view::{Announced, DocumentPage, DocumentView},
};

/// The first and, until documents can be replaced, the only version of a document's file.
pub const FIRST_VERSION: u32 = 1;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/documents", post(create).get(list))
        .route("/v1/documents/{id}", get(fetch).delete(delete))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(create, list, fetch, delete))]
    struct Document;
    Document::openapi()
}

/// Announces a document; its file is then sent to the address in the answer.
#[utoipa::path(
    post,
    path = "/v1/documents",
    operation_id = "documents_create",
    tag = "documents",
    request_body = Announcement,
    responses(
        (status = 201, description = "Where to send the file", body = Announced),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `documents.write` is not held", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn create(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    NewId(id): NewId<DocumentId>,
    ApiJson(announcement): ApiJson<Announcement>,
) -> Result<Response, Problem> {
    let accepted = announcement.check()?;
    let now = app.clock.now();
    let files = app.tenancy.files(&office.0).await?;
    let key = FileKey::Document(id, FIRST_VERSION);
    let upload = files.presign_upload(&key, accepted.size, accepted.media_type, now).await?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    documents::insert(&tx, id, &accepted.name, accepted.media_type, accepted.size, now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/documents/{id}"))];
    Ok((StatusCode::CREATED, location, Json(Announced::of(id, upload))).into_response())
}

/// The tenant's documents, the newest first.
#[utoipa::path(
    get,
    path = "/v1/documents",
    operation_id = "documents_list",
    tag = "documents",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of documents", body = DocumentPage),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `documents.read` is not held", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn list(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<DocumentPage>, Problem> {
    let (before, limit) = query.read(&office.0)?;
    let before = before.map(DocumentId::from);
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = documents::list(&tx, before, limit as u32 + 1).await?;
    tx.commit().await?;
    Ok(Json(DocumentPage::of(&office.0, found, limit)))
}

/// One document and how far it has come.
#[utoipa::path(
    get,
    path = "/v1/documents/{id}",
    operation_id = "documents_fetch",
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "The document")),
    responses(
        (status = 200, description = "The document", body = DocumentView),
        (status = 404, description = "There is no such document", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsRead>,
    ApiPath(id): ApiPath<DocumentId>,
) -> Result<Json<DocumentView>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = documents::fetch(&tx, id).await?;
    tx.commit().await?;
    Ok(Json(found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?.into()))
}

/// Removes a document with all that was made of it. It stops being answered from at once.
#[utoipa::path(
    delete,
    path = "/v1/documents/{id}",
    operation_id = "documents_delete",
    tag = "documents",
    params(("id" = uuid::Uuid, Path, description = "The document")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such document", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn delete(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    ApiPath(id): ApiPath<DocumentId>,
) -> Result<StatusCode, Problem> {
    if !removal::begin(&app, &office.0, id).await? {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    removal::carry_out(&app, &office.0, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
