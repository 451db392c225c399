//! Figures of the whole tenant.

use axum::{Json, extract::State};
use vivier_domain::permission::needs;
use vivier_runtime::http::{ApiQuery, BackOffice, Problem, refusals::Listing};

use super::read::{self, BreakdownQuery, SeriesQuery, SubjectsQuery, TotalsQuery};
use crate::{
    App,
    view::{Breakdown, Funnels, Series, Subjects, Totals},
};

/// What happened in a period beside the one of as many days before, by kind of event and what came of it, with how many visitors
/// came how far.
#[utoipa::path(
    get,
    path = "/v1/statistics/totals",
    operation_id = "statistics_totals",
    tag = "statistics",
    params(TotalsQuery),
    responses((status = 200, description = "The figures", body = Totals), Listing),
)]
pub(super) async fn totals(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<TotalsQuery>,
) -> Result<Json<Totals>, Problem> {
    read::totals(&app, &office.0, None, &query).await
}

/// What happened from hour to hour, day to day, week to week or month to month.
#[utoipa::path(
    get,
    path = "/v1/statistics/series",
    operation_id = "statistics_series",
    tag = "statistics",
    params(SeriesQuery),
    responses((status = 200, description = "The figures", body = Series), Listing),
)]
pub(super) async fn series(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<SeriesQuery>,
) -> Result<Json<Series>, Problem> {
    read::series(&app, &office.0, None, &query).await
}

/// What happened in a period, by front office, by way or by language.
#[utoipa::path(
    get,
    path = "/v1/statistics/breakdown",
    operation_id = "statistics_breakdown",
    tag = "statistics",
    params(BreakdownQuery),
    responses((status = 200, description = "The figures", body = Breakdown), Listing),
)]
pub(super) async fn breakdown(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<BreakdownQuery>,
) -> Result<Json<Breakdown>, Problem> {
    read::breakdown(&app, &office.0, None, &query).await
}

/// The offers or documents that were used most in a period.
#[utoipa::path(
    get,
    path = "/v1/statistics/subjects",
    operation_id = "statistics_subjects",
    tag = "statistics",
    params(SubjectsQuery),
    responses((status = 200, description = "The figures", body = Subjects), Listing),
)]
pub(super) async fn subjects(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<SubjectsQuery>,
) -> Result<Json<Subjects>, Problem> {
    read::subjects(&app, &office.0, None, &query).await
}

/// From a search to an application, and from a question to an answer that helped: how often each step was taken, by how many
/// visitors.
#[utoipa::path(
    get,
    path = "/v1/statistics/funnels",
    operation_id = "statistics_funnels",
    tag = "statistics",
    params(TotalsQuery),
    responses((status = 200, description = "The figures", body = Funnels), Listing),
)]
pub(super) async fn funnels(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<TotalsQuery>,
) -> Result<Json<Funnels>, Problem> {
    read::funnels(&app, &office.0, None, &query).await
}
