//! The function's routes: members of the whole tenant, members of a project, roles.

mod members;
mod projects;
mod refusals;
mod roles;

use axum::{
    Router,
    routing::{get, post, put},
};
use utoipa::OpenApi;

use crate::App;

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/members", get(members::list).post(members::invite))
        .route("/v1/members/{id}", get(members::fetch).delete(members::remove))
        .route("/v1/members/{id}/invitation", post(members::reinvite))
        .route("/v1/members/{id}/suspension", put(members::suspend).delete(members::resume))
        .route("/v1/members/{id}/role", put(members::grant).delete(members::withdraw))
        .route("/v1/members/{id}/sessions", axum::routing::delete(members::end_sessions))
        .route("/v1/projects/{project}/members", get(projects::list).post(projects::invite))
        .route("/v1/projects/{project}/members/{id}", put(projects::grant).delete(projects::withdraw))
        .route("/v1/roles", get(roles::list))
        .route("/v1/roles/{id}", put(roles::change).delete(roles::remove))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        members::list,
        members::invite,
        members::fetch,
        members::remove,
        members::reinvite,
        members::suspend,
        members::resume,
        members::grant,
        members::withdraw,
        members::end_sessions,
        projects::list,
        projects::invite,
        projects::grant,
        projects::withdraw,
        roles::list,
        roles::change,
        roles::remove
    ))]
    struct Document;
    Document::openapi()
}
