//! Figures of one front office, for members who may read them there.

use axum::{Json, extract::State};
use vivier_domain::{ids::ProjectId, permission::needs, project::Project};
use vivier_runtime::http::{ApiQuery, InProject, Problem, ProblemKind, refusals::Listing};
use vivier_tenancy::{TenantScope, rooms::records::RecordKey};

use super::read::{self, BreakdownQuery, SeriesQuery, SubjectsQuery, TotalsQuery};
use crate::{
    App,
    view::{Breakdown, Funnels, Series, Subjects, Totals},
};

/// What happened in a period beside the one of as many days before, by kind of event and what came of it, with how many visitors
/// came how far, of one front office.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/statistics/totals",
    operation_id = "project_statistics_totals",
    tag = "statistics",
    params(("project" = Uuid, Path, description = "The project"), TotalsQuery),
    responses((status = 200, description = "The figures", body = Totals), Listing),
)]
pub(super) async fn totals(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<TotalsQuery>,
) -> Result<Json<Totals>, Problem> {
    known(&app, &office.0, office.1).await?;
    read::totals(&app, &office.0, Some(office.1), &query).await
}

/// What happened from hour to hour, day to day, week to week or month to month, of one front office.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/statistics/series",
    operation_id = "project_statistics_series",
    tag = "statistics",
    params(("project" = Uuid, Path, description = "The project"), SeriesQuery),
    responses((status = 200, description = "The figures", body = Series), Listing),
)]
pub(super) async fn series(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<SeriesQuery>,
) -> Result<Json<Series>, Problem> {
    known(&app, &office.0, office.1).await?;
    read::series(&app, &office.0, Some(office.1), &query).await
}

/// What happened in a period, by front office, by way or by language, of one front office.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/statistics/breakdown",
    operation_id = "project_statistics_breakdown",
    tag = "statistics",
    params(("project" = Uuid, Path, description = "The project"), BreakdownQuery),
    responses((status = 200, description = "The figures", body = Breakdown), Listing),
)]
pub(super) async fn breakdown(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<BreakdownQuery>,
) -> Result<Json<Breakdown>, Problem> {
    known(&app, &office.0, office.1).await?;
    read::breakdown(&app, &office.0, Some(office.1), &query).await
}

/// The offers or documents that were used most in a period, of one front office.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/statistics/subjects",
    operation_id = "project_statistics_subjects",
    tag = "statistics",
    params(("project" = Uuid, Path, description = "The project"), SubjectsQuery),
    responses((status = 200, description = "The figures", body = Subjects), Listing),
)]
pub(super) async fn subjects(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<SubjectsQuery>,
) -> Result<Json<Subjects>, Problem> {
    known(&app, &office.0, office.1).await?;
    read::subjects(&app, &office.0, Some(office.1), &query).await
}

/// From a search to an application, and from a question to an answer that helped, of one front office: how often each step was
/// taken, by how many visitors.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/statistics/funnels",
    operation_id = "project_statistics_funnels",
    tag = "statistics",
    params(("project" = Uuid, Path, description = "The project"), TotalsQuery),
    responses((status = 200, description = "The figures", body = Funnels), Listing),
)]
pub(super) async fn funnels(
    State(app): State<App>,
    office: InProject<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<TotalsQuery>,
) -> Result<Json<Funnels>, Problem> {
    known(&app, &office.0, office.1).await?;
    read::funnels(&app, &office.0, Some(office.1), &query).await
}

/// Another tenant's front office is as one that never was.
async fn known(app: &App, scope: &TenantScope, project: ProjectId) -> Result<(), Problem> {
    let key: RecordKey<Project> = RecordKey::project(project);
    let found = app.tenancy.records(scope)?.fetch(&key).await?;
    found.map(|_| ()).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
