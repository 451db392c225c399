//! The function's routes: of the whole tenant, and the same readings of one front office.

mod data;
mod named;
mod projects;
mod runs;
mod saved;

use axum::{Router, routing::get};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/reports", get(saved::list).post(saved::create))
        .route("/v1/reports/{id}", get(saved::fetch).patch(saved::update).delete(saved::delete))
        .route("/v1/reports/{id}/data", get(data::fetch))
        .route("/v1/reports/{id}/runs", get(runs::list).post(runs::create))
        .route("/v1/reports/{id}/runs/{run_id}", get(runs::fetch))
        .route("/v1/projects/{project}/reports", get(projects::list))
        .route("/v1/projects/{project}/reports/{id}/data", get(projects::data))
        .route("/v1/projects/{project}/reports/{id}/runs", get(projects::runs).post(projects::create_run))
        .route("/v1/projects/{project}/reports/{id}/runs/{run_id}", get(projects::run))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        saved::list,
        saved::create,
        saved::fetch,
        saved::update,
        saved::delete,
        data::fetch,
        runs::list,
        runs::create,
        runs::fetch,
        projects::list,
        projects::data,
        projects::runs,
        projects::create_run,
        projects::run,
    ))]
    struct Document;
    Document::openapi()
}
