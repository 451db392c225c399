//! The function's routes.

mod back;
mod front;
mod sub_processors;

use axum::{
    Router,
    routing::{get, post},
};
use utoipa::OpenApi;
use vivier_runtime::http::{Problem, ProblemKind};

use crate::{App, page};

pub(crate) const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/privacy-requests", post(front::create))
        .route("/v1/privacy-requests/page", get(page::fetch))
        .route("/v1/privacy-requests/confirmation", post(front::confirm))
        .route("/v1/privacy-requests/copy", post(front::fetch_copy))
        .route("/v1/data-requests", get(back::list).post(back::create))
        .route("/v1/data-requests/{id}", get(back::fetch))
        .route("/v1/data-requests/{id}/completion", post(back::complete))
        .route("/v1/erasure-receipts", get(back::list_receipts))
        .route("/v1/sub-processors", get(sub_processors::list))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        front::create,
        page::fetch,
        front::confirm,
        front::fetch_copy,
        back::list,
        back::create,
        back::fetch,
        back::complete,
        back::list_receipts,
        sub_processors::list
    ))]
    struct Document;
    Document::openapi()
}
