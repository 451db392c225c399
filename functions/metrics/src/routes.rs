//! The function's routes.

use axum::{Json, Router, extract::State, routing::get};
use utoipa::OpenApi;
use vivier_domain::permission::needs;
use vivier_runtime::http::{ApiQuery, BackOffice, Problem, period::PeriodQuery};
use vivier_store::events;

use crate::{App, summary::Summary};

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new().route("/v1/metrics/summary", get(summarize)).with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(summarize))]
    struct Document;
    Document::openapi()
}

/// How often what happened in a period, by kind and by day.
#[utoipa::path(
    get,
    path = "/v1/metrics/summary",
    operation_id = "metrics_summarize",
    tag = "metrics",
    params(PeriodQuery),
    responses(
        (status = 200, description = "The figures", body = Summary),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `reports.read` is not held", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn summarize(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<PeriodQuery>,
) -> Result<Json<Summary>, Problem> {
    let period = query.period(app.clock.now())?;
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    let counts = events::count_by_day(&tx, period.from, period.to).await?;
    tx.commit().await?;
    Ok(Json(Summary::of(period, counts)))
}
