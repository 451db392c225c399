//! The function's routes.

mod batches;
mod documents;
mod refusals;
mod versions;

use axum::{
    Router,
    routing::{get, post},
};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/documents", post(documents::create).get(documents::list))
        .route("/v1/documents/batches", post(batches::create))
        .route("/v1/documents/batches/{id}", get(batches::fetch))
        .route("/v1/documents/{id}", get(documents::fetch).patch(documents::update).delete(documents::delete))
        .route("/v1/documents/{id}/versions", post(versions::create))
        .route("/v1/documents/{id}/reprocess", post(versions::reprocess))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        documents::create,
        documents::list,
        documents::fetch,
        documents::update,
        documents::delete,
        batches::create,
        batches::fetch,
        versions::create,
        versions::reprocess
    ))]
    struct Document;
    Document::openapi()
}
