//! The function's routes: each view of the whole tenant, and the same of one front office.

mod figures;
mod projects;
mod read;
mod zone;

use axum::{
    Router,
    routing::{get, put},
};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/statistics/totals", get(figures::totals))
        .route("/v1/statistics/series", get(figures::series))
        .route("/v1/statistics/breakdown", get(figures::breakdown))
        .route("/v1/statistics/subjects", get(figures::subjects))
        .route("/v1/statistics/funnels", get(figures::funnels))
        .route("/v1/statistics/time-zone", get(zone::fetch))
        .route("/v1/statistics/time-zone", put(zone::replace))
        .route("/v1/projects/{project}/statistics/totals", get(projects::totals))
        .route("/v1/projects/{project}/statistics/series", get(projects::series))
        .route("/v1/projects/{project}/statistics/breakdown", get(projects::breakdown))
        .route("/v1/projects/{project}/statistics/subjects", get(projects::subjects))
        .route("/v1/projects/{project}/statistics/funnels", get(projects::funnels))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        figures::totals,
        figures::series,
        figures::breakdown,
        figures::subjects,
        figures::funnels,
        projects::totals,
        projects::series,
        projects::breakdown,
        projects::subjects,
        projects::funnels,
        zone::fetch,
        zone::replace,
    ))]
    struct Document;
    Document::openapi()
}
