//! The function's routes.

mod holds;
mod policies;
mod reports;

use axum::{
    Router,
    routing::{get, patch},
};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/retention/policies", get(policies::list).patch(policies::change))
        .route("/v1/retention/preview", get(policies::preview))
        .route("/v1/retention/holds", get(holds::list).post(holds::create))
        .route("/v1/retention/holds/{id}", patch(holds::renew).get(holds::fetch).delete(holds::release))
        .route("/v1/retention/reports", get(reports::list))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        policies::list,
        policies::change,
        policies::preview,
        holds::list,
        holds::create,
        holds::fetch,
        holds::renew,
        holds::release,
        reports::list
    ))]
    struct Document;
    Document::openapi()
}
