//! The function's routes: candidates' and members'.

mod ask;
mod conversations;
mod feedback;
mod members;
mod resume;

use axum::{
    Router,
    routing::{get, post, put},
};
use utoipa::OpenApi;

use crate::App;

/// Routes that answer piece by piece; `template.yaml` says so of each as well.
pub const STREAMS: &[&str] = &["/v1/chat/sessions/{id}/messages/stream"];

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/chat/sessions", post(conversations::create))
        .route("/v1/chat/sessions/resume", post(resume::take))
        .route("/v1/chat/sessions/{id}", get(conversations::fetch).delete(conversations::delete))
        .route("/v1/chat/sessions/{id}/export", get(conversations::export))
        .route("/v1/chat/sessions/{id}/hand-over", post(conversations::hand_over))
        .route("/v1/chat/sessions/{id}/resume-tokens", post(resume::create))
        .route("/v1/chat/sessions/{id}/messages", post(ask::ask))
        .route("/v1/chat/sessions/{id}/messages/stream", post(ask::stream))
        .route("/v1/chat/sessions/{id}/messages/{message_id}/feedback", put(feedback::put))
        .route("/v1/conversations", get(members::list))
        .route("/v1/conversations/{id}", get(members::fetch))
        .route("/v1/conversations/{id}/pause", post(members::pause))
        .route("/v1/conversations/{id}/reopen", post(members::reopen))
        .route("/v1/conversations/{id}/messages", post(members::say))
        .route("/v1/conversations/{id}/messages/{message_id}/trace", get(members::fetch_trace))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        conversations::create,
        conversations::fetch,
        conversations::delete,
        conversations::export,
        conversations::hand_over,
        resume::create,
        resume::take,
        ask::ask,
        ask::stream,
        feedback::put,
        members::list,
        members::fetch,
        members::pause,
        members::reopen,
        members::say,
        members::fetch_trace,
    ))]
    struct Document;
    Document::openapi()
}
