//! The function's routes.

use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use vivier_domain::permission::needs;
use vivier_runtime::http::{ApiQuery, BackOffice, Problem, ProblemKind};

use crate::{
    App,
    reports::{self, Reports},
};

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new().route("/v1/retention/reports", get(list_reports)).with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list_reports))]
    struct Document;
    Document::openapi()
}

/// How many reports to show.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// At most so many, 1 to 100; 20 when it is missing.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// What purges removed of the tenant's data, the newest first.
#[utoipa::path(
    get,
    path = "/v1/retention/reports",
    operation_id = "retention_reports_list",
    tag = "retention",
    params(ReportsQuery),
    responses(
        (status = 200, description = "The reports", body = Reports),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `retention.read` is not held", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn list_reports(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
    ApiQuery(query): ApiQuery<ReportsQuery>,
) -> Result<Json<Reports>, Problem> {
    let limit = reports::limit(query.limit)
        .ok_or_else(|| Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range"))?;
    Ok(Json(reports::list(&app, &office.0, limit).await?))
}
