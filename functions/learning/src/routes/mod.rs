//! The function's routes.

mod figures;
mod synonyms;
mod tests;

use axum::{
    Router,
    routing::{get, post},
};
use utoipa::OpenApi;
use vivier_domain::ids::ProjectId;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{TenantScope, rooms::records::RecordKey};

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/projects/{project}/search-queries", get(figures::list_queries))
        .route("/v1/projects/{project}/search-experiments", get(figures::list_experiments))
        .route("/v1/projects/{project}/search-tests", get(tests::fetch).put(tests::replace))
        .route("/v1/projects/{project}/synonym-proposals", get(synonyms::list))
        .route("/v1/projects/{project}/synonym-proposals/effect", post(synonyms::measure))
        .route("/v1/projects/{project}/synonym-proposals/acceptance", post(synonyms::accept))
        .route("/v1/projects/{project}/synonym-proposals/refusal", post(synonyms::decline))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        figures::list_queries,
        figures::list_experiments,
        tests::fetch,
        tests::replace,
        synonyms::list,
        synonyms::measure,
        synonyms::accept,
        synonyms::decline,
    ))]
    struct Document;
    Document::openapi()
}

/// 404 unless there is such a project.
async fn require(app: &App, scope: &TenantScope, project: ProjectId) -> Result<(), Problem> {
    let found = app.tenancy.records(scope)?.fetch(&RecordKey::project(project)).await?;
    found.map(drop).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
