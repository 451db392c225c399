//! What purges removed.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vivier_domain::permission::needs;
use vivier_runtime::http::{ApiQuery, BackOffice, Problem, ProblemKind};

use crate::{
    App,
    reports::{self, Reports},
};

/// How many reports to show.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportsQuery {
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
pub(crate) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
    ApiQuery(query): ApiQuery<ReportsQuery>,
) -> Result<Json<Reports>, Problem> {
    let limit = reports::limit(query.limit)
        .ok_or_else(|| Problem::new(ProblemKind::InvalidQuery).field("limit", "out-of-range"))?;
    Ok(Json(reports::list(&app, &office.0, limit).await?))
}
