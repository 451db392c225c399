//! Reports of one front office, for members who hold the permission there.

use axum::{Json, extract::State, response::Response};
use uuid::Uuid;
use vivier_domain::{ids::ReportRunId, permission::needs};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, InProject, NewId, PageQuery, Problem,
    refusals::{Changing, Listing, Reading},
};

use super::{
    data,
    named::{self, Named},
    runs, saved,
};
use crate::{
    App,
    body::{DataQuery, NewRun},
    view::{ReportPage, ReportRun, ReportRunPage},
};

/// The reports that can be of a front office, and those saved that are of this one.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/reports",
    operation_id = "project_reports_list",
    tag = "reports",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses((status = 200, description = "A page of reports", body = ReportPage), Listing),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<ReportPage>, Problem> {
    named::known(&app, &office.0, office.1).await?;
    saved::page_of(&app, &office.0, Some(office.1), &query).await
}

/// A report's figures of one front office.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/reports/{id}/data",
    operation_id = "project_report_data_fetch",
    tag = "reports",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = String, Path, description = "The kind of a given report, or the id of a saved one"),
        DataQuery,
    ),
    responses((status = 200, description = "The report", body = Object), Listing),
)]
pub(super) async fn data(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiPath((_, id)): ApiPath<(Uuid, Named)>,
    ApiQuery(query): ApiQuery<DataQuery>,
) -> Result<Response, Problem> {
    data::show(&app, &office.0, id, Some(office.1), &query).await
}

/// Makes a file of a report of one front office: there with the answer, 201, or made meanwhile, 202.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/reports/{id}/runs",
    operation_id = "project_report_runs_create",
    tag = "reports",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = String, Path, description = "The kind of a given report, or the id of a saved one"),
    ),
    request_body = NewRun,
    responses(
        (status = 201, description = "It is there, or cannot be made", body = ReportRun,
            headers(("Location" = String, description = "Where it is"))),
        (status = 202, description = "It will be there", body = ReportRun,
            headers(("Location" = String, description = "Where it is"))),
        Changing,
    ),
)]
pub(super) async fn create_run(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    NewId(run): NewId<ReportRunId>,
    ApiPath((_, id)): ApiPath<(Uuid, Named)>,
    ApiJson(body): ApiJson<NewRun>,
) -> Result<Response, Problem> {
    runs::ask(&app, &office.0, id, Some(office.1), run, &body).await
}

/// Files of a report that are of one front office, the newest first.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/reports/{id}/runs",
    operation_id = "project_report_runs_list",
    tag = "reports",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = String, Path, description = "The kind of a given report, or the id of a saved one"),
        PageQuery,
    ),
    responses((status = 200, description = "A page of files", body = ReportRunPage), Listing),
)]
pub(super) async fn runs(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiPath((_, id)): ApiPath<(Uuid, Named)>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<ReportRunPage>, Problem> {
    runs::page_of(&app, &office.0, id, Some(office.1), &query).await
}

/// A file of a report of one front office, and a fresh way to it once it is there.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/reports/{id}/runs/{run_id}",
    operation_id = "project_report_runs_fetch",
    tag = "reports",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = String, Path, description = "The kind of a given report, or the id of a saved one"),
        ("run_id" = Uuid, Path, description = "The file"),
    ),
    responses((status = 200, description = "The file", body = ReportRun), Reading),
)]
pub(super) async fn run(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiPath((_, id, run)): ApiPath<(Uuid, Named, ReportRunId)>,
) -> Result<Json<ReportRun>, Problem> {
    runs::one(&app, &office.0, id, Some(office.1), run).await.map(Json)
}
