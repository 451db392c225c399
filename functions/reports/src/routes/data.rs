//! A report on screen: its figures as JSON, at once.

use axum::http::header;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use vivier_domain::{ids::ProjectId, permission::needs, report::ReportFormat};
use vivier_runtime::http::{ApiPath, ApiQuery, BackOffice, Problem, refusals::Listing};
use vivier_tenancy::TenantScope;

use super::named::{self, Named};
use crate::{
    App,
    asked::{self, Asked},
    body::DataQuery,
    contents, make,
    progress::Progress,
};

/// Lists on screen have at most so many rows; a file has more.
const MOST_ROWS: usize = 500;

/// A report's figures, tables and charts, as a file in JSON has them; lists have at most 500 rows here. Days that are over are told of by
/// default.
#[utoipa::path(
    get,
    path = "/v1/reports/{id}/data",
    operation_id = "report_data_fetch",
    tag = "reports",
    params(("id" = String, Path, description = "The kind of a given report, or the id of a saved one"), DataQuery),
    responses((status = 200, description = "The report", body = Object), Listing),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiPath(id): ApiPath<Named>,
    ApiQuery(query): ApiQuery<DataQuery>,
) -> Result<Response, Problem> {
    show(&app, &office.0, id, None, &query).await
}

/// Shows a report; of one front office where one is named.
pub(super) async fn show(
    app: &App,
    scope: &TenantScope,
    id: Named,
    project: Option<ProjectId>,
    query: &DataQuery,
) -> Result<Response, Problem> {
    let base = named::base(app, scope, id, project).await?;
    let kind = base.question.kind;
    let zone = asked::zone(app, scope).await?;
    let now = app.clock.now();
    let (question, written_in) = query.on(base.question, project, zone.to_datetime(now).date())?;
    let asked = Asked::new(question, written_in.unwrap_or(base.language), zone, now);
    named::enter_reading(app, scope, kind, "report_data_fetch", &id.written()).await?;
    let made = async {
        let report =
            contents::gather(app, scope, &asked, base.name.as_deref(), MOST_ROWS, &mut Progress::Silent)
                .await?;
        make::render(report, ReportFormat::Json, kind, asked.language).await
    };
    let content = made.await.map_err(named::not_made)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], content).into_response())
}
