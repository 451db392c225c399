//! The settings of one project.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use vivier_domain::{permission::needs, settings::ProjectSettings};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, IfMatch, IfNoneMatch, InProject, PageQuery, Problem,
    refusals::{Changing, Conditional, Listing, Reading},
};
use vivier_tenancy::rooms::records::Place;

use super::{
    steps::{self, Where},
    view::{DraftSettings, PublishedSettings, Rollback, VersionPage},
};
use crate::{App, schema};

/// The version that a path names.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct VersionPath {
    number: u32,
}

/// The settings that hold for a project: the published ones, or the defaults.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/settings",
    operation_id = "settings_fetch",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The settings", body = PublishedSettings<schema::ProjectSettings>, headers(("ETag" = String, description = "Names this state of it"))),
        (status = 304, description = "They are as the asker knows them"), Reading),
)]
pub async fn fetch(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::fetch::<ProjectSettings>(&at, &known).await
}

/// The settings that somebody works on, or what a draft would begin with.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/settings/draft",
    operation_id = "settings_draft_fetch",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The draft", body = DraftSettings<schema::ProjectSettings>, headers(("ETag" = String, description = "Names this state of it"))), Reading),
)]
pub async fn fetch_draft(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::fetch_draft::<ProjectSettings>(&at).await
}

/// Saves the draft as a whole. What is left out has its default.
#[utoipa::path(
    put,
    path = "/v1/projects/{project}/settings/draft",
    operation_id = "settings_draft_put",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("If-Match" = String, Header, description = "The ETag of the draft as it was seen")),
    request_body = schema::ProjectSettings,
    responses((status = 200, description = "The draft", body = DraftSettings<schema::ProjectSettings>, headers(("ETag" = String, description = "Names this state of it"))), Changing, Conditional),
)]
pub async fn put_draft(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    seen: IfMatch,
    ApiJson(settings): ApiJson<ProjectSettings>,
) -> Result<Response, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::put_draft(&at, &seen, settings).await
}

/// Throws the draft away.
#[utoipa::path(
    delete,
    path = "/v1/projects/{project}/settings/draft",
    operation_id = "settings_draft_delete",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("If-Match" = String, Header, description = "The ETag of the draft as it was seen")),
    responses((status = 204, description = "It is gone"), Reading, Conditional),
)]
pub async fn delete_draft(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    seen: IfMatch,
) -> Result<StatusCode, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::delete_draft::<ProjectSettings>(&at, &seen).await
}

/// Publishes the draft. It is gone afterwards.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/settings/publication",
    operation_id = "settings_publish",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("If-Match" = Option<String>, Header, description = "The ETag of the draft as it was seen; without it the draft is published as it is now")),
    responses((status = 200, description = "The settings that hold from now on", body = PublishedSettings<schema::ProjectSettings>), Changing, Conditional),
)]
pub async fn publish(
    State(app): State<App>,
    office: InProject<needs::SettingsPublish>,
    seen: Option<IfMatch>,
) -> Result<Json<PublishedSettings<ProjectSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::publish(&at, seen.as_ref(), |_: &ProjectSettings| Ok(())).await
}

/// The versions that were published, the newest first.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/settings/versions",
    operation_id = "settings_versions_list",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses((status = 200, description = "A page of versions", body = VersionPage), Listing),
)]
pub async fn list_versions(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<VersionPage>, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::list_versions(&at, &query).await
}

/// One version as it was published.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/settings/versions/{number}",
    operation_id = "settings_version_fetch",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"), ("number" = u32, Path, minimum = 1, description = "The version")),
    responses((status = 200, description = "The version", body = PublishedSettings<schema::ProjectSettings>), Reading),
)]
pub async fn fetch_version(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    ApiPath(path): ApiPath<VersionPath>,
) -> Result<Json<PublishedSettings<ProjectSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::fetch_version(&at, path.number).await
}

/// Publishes an old version anew.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/settings/rollback",
    operation_id = "settings_rollback",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = Rollback,
    responses((status = 200, description = "The settings that hold from now on", body = PublishedSettings<schema::ProjectSettings>), Changing),
)]
pub async fn roll_back(
    State(app): State<App>,
    office: InProject<needs::SettingsPublish>,
    ApiJson(body): ApiJson<Rollback>,
) -> Result<Json<PublishedSettings<ProjectSettings>>, Problem> {
    let at = Where::find(&app, &office.0, Place::Project(office.1)).await?;
    steps::roll_back(&at, body.number, |_: &ProjectSettings| Ok(())).await
}
