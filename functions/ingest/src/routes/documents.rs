//! One document at a time.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use vivier_domain::{
    document::DocumentStatus,
    ids::{DocumentId, ProjectId},
    permission::needs,
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind, refusals::Reading,
};
use vivier_store::{
    documents::{self, Filter, Labels},
    sources,
};
use vivier_tenancy::rooms::files::FileKey;

use super::refusals::OfBody;
use crate::{
    App,
    announcement::{Announcement, LabelChange},
    labels::Known,
    removal,
    view::{Announced, DocumentPage, DocumentView},
};

/// The version of a document's first file.
const FIRST_VERSION: u32 = 1;

/// Announces a document; its file is then sent to the address in the answer.
#[utoipa::path(
    post,
    path = "/v1/documents",
    operation_id = "documents_create",
    tag = "documents",
    request_body = Announcement,
    responses((status = 201, description = "Where to send the file", body = Announced), OfBody),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    NewId(id): NewId<DocumentId>,
    ApiJson(announcement): ApiJson<Announcement>,
) -> Result<Response, Problem> {
    let accepted = announcement.check()?;
    let named = accepted.projects.iter().map(|project| project.as_uuid());
    Known::among(&app, &office.0, named).await?.require(&accepted.projects)?;
    let (now, file) = (app.clock.now(), accepted.file);
    let files = app.tenancy.files(&office.0).await?;
    let key = FileKey::Document(id, FIRST_VERSION);
    let upload = files.presign_upload(&key, file.size, file.media_type, now).await?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    documents::insert(&tx, accepted.announced(id, None), now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/documents/{id}"))];
    Ok((StatusCode::CREATED, location, Json(Announced::of(id, FIRST_VERSION, upload))).into_response())
}

/// Which documents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Entries of a page, 1 to 100; 50 when it is missing.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only those in this status.
    #[param(value_type = Option<String>)]
    status: Option<DocumentStatus>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Only those that were announced together.
    batch: Option<Uuid>,
}

/// The tenant's documents, the newest first.
#[utoipa::path(
    get,
    path = "/v1/documents",
    operation_id = "documents_list",
    tag = "documents",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of documents", body = DocumentPage),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `documents.read` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsRead>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<DocumentPage>, Problem> {
    let (before, limit) = PageQuery { cursor: query.cursor, limit: query.limit }.read(&office.0)?;
    if query.tag.as_deref().is_some_and(|tag| tag.contains('\0')) {
        return Err(Problem::new(ProblemKind::InvalidQuery).field("tag", "invalid"));
    }
    let filter = Filter { status: query.status, tag: query.tag.as_deref(), batch: query.batch };
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = documents::list(&tx, filter, before.map(DocumentId::from), limit as u32 + 1).await?;
    tx.commit().await?;
    Ok(Json(DocumentPage::of(&office.0, found, limit)))
}

/// One document and how far it has come.
#[utoipa::path(
    get,
    path = "/v1/documents/{id}",
    operation_id = "documents_fetch",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The document")),
    responses((status = 200, description = "The document", body = DocumentView), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsRead>,
    ApiPath(id): ApiPath<DocumentId>,
) -> Result<Json<DocumentView>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = documents::fetch(&tx, id).await?;
    tx.commit().await?;
    Ok(Json(found.ok_or_else(missing)?.into()))
}

/// Changes what a document is called and where it may answer; answers follow at once.
#[utoipa::path(
    patch,
    path = "/v1/documents/{id}",
    operation_id = "documents_update",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The document")),
    request_body = LabelChange,
    responses(
        (status = 200, description = "The document", body = DocumentView),
        (status = 404, description = "There is no such document, or it is being removed", body = Problem,
            content_type = "application/problem+json"),
        OfBody,
    ),
)]
pub(super) async fn update(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    ApiPath(id): ApiPath<DocumentId>,
    ApiJson(change): ApiJson<LabelChange>,
) -> Result<Json<DocumentView>, Problem> {
    change.check()?;
    let projects: Option<Vec<ProjectId>> =
        change.projects.map(|projects| projects.into_iter().map(ProjectId::from).collect());
    if let Some(projects) = &projects {
        let named = projects.iter().map(|project| project.as_uuid());
        Known::among(&app, &office.0, named).await?.require(projects)?;
    }
    let labels = Labels {
        name: change.name.as_deref().map(str::trim),
        tags: change.tags.as_deref(),
        projects: projects.as_deref(),
    };
    let mut own = app.tenancy.silo(&office.0).await?;
    let held = own.begin().await?;
    let document = documents::label(&held, id, labels, app.clock.now()).await?.ok_or_else(missing)?;
    // While the row is held: a run that is about to publish waits, and then publishes these labels.
    let mut shared = app.tenancy.pool(&office.0).await?;
    let tx = shared.begin().await?;
    sources::label(&tx, id, &document.name, &document.tags, &document.projects).await?;
    tx.commit().await?;
    held.commit().await?;
    Ok(Json(document.into()))
}

/// Removes a document with all that was made of it. It stops being answered from at once.
#[utoipa::path(
    delete,
    path = "/v1/documents/{id}",
    operation_id = "documents_delete",
    tag = "documents",
    params(("id" = Uuid, Path, description = "The document")),
    responses(
        (status = 202, description = "It answers nothing any more; something of it is left, and its removal goes on"),
        (status = 204, description = "A second look found nothing of it"),
        Reading,
    ),
)]
pub(super) async fn delete(
    State(app): State<App>,
    office: BackOffice<needs::DocumentsWrite>,
    ApiPath(id): ApiPath<DocumentId>,
) -> Result<StatusCode, Problem> {
    if !removal::begin(&app, &office.0, id).await? {
        return Err(missing());
    }
    let gone = removal::carry_out(&app, &office.0, id).await?;
    Ok(if gone { StatusCode::NO_CONTENT } else { StatusCode::ACCEPTED })
}

fn missing() -> Problem {
    Problem::new(ProblemKind::NotFound)
}
