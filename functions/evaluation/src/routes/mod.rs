//! The function's routes.

mod questions;
mod runs;

use axum::{
    Router,
    routing::{get, put},
};
use utoipa::OpenApi;
use vivier_domain::ids::ProjectId;
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{TenantScope, rooms::records::RecordKey};

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/projects/{project}/test-questions", get(questions::list).post(questions::create))
        .route("/v1/projects/{project}/test-questions/{id}", put(questions::update).delete(questions::delete))
        .route("/v1/projects/{project}/test-runs", get(runs::list).post(runs::create))
        .route("/v1/projects/{project}/test-runs/{id}", get(runs::fetch))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        questions::list,
        questions::create,
        questions::update,
        questions::delete,
        runs::list,
        runs::create,
        runs::fetch,
    ))]
    struct Document;
    Document::openapi()
}

/// 404 unless there is such a project.
async fn require(app: &App, scope: &TenantScope, project: ProjectId) -> Result<(), Problem> {
    let found = app.tenancy.records(scope)?.fetch(&RecordKey::project(project)).await?;
    found.map(drop).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
