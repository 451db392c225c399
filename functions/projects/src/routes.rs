//! The function's routes.

use axum::{
    Router,
    routing::{get, patch, post},
};
use utoipa::OpenApi;

use crate::{
    App, keys, products, projects, resume_parser,
    settings::{project, tenant},
};

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/projects", get(projects::list).post(projects::create))
        .route("/v1/projects/{project}", get(projects::fetch).patch(projects::update))
        .route("/v1/projects/{project}/products", post(products::create))
        .route("/v1/projects/{project}/products/{id}", patch(products::update).delete(products::delete))
        .route("/v1/projects/{project}/settings", get(project::fetch))
        .route(
            "/v1/projects/{project}/settings/draft",
            get(project::fetch_draft).put(project::put_draft).delete(project::delete_draft),
        )
        .route("/v1/projects/{project}/settings/publication", post(project::publish))
        .route("/v1/projects/{project}/settings/versions", get(project::list_versions))
        .route("/v1/projects/{project}/settings/versions/{number}", get(project::fetch_version))
        .route("/v1/projects/{project}/settings/rollback", post(project::roll_back))
        .route("/v1/projects/{project}/keys", get(keys::list).post(keys::create))
        .route("/v1/projects/{project}/keys/{id}", patch(keys::update).delete(keys::revoke))
        .route("/v1/projects/{project}/keys/{id}/rotation", post(keys::rotate))
        .route("/v1/settings", get(tenant::fetch))
        .route(
            "/v1/settings/draft",
            get(tenant::fetch_draft).put(tenant::put_draft).delete(tenant::delete_draft),
        )
        .route("/v1/settings/publication", post(tenant::publish))
        .route("/v1/settings/versions", get(tenant::list_versions))
        .route("/v1/settings/versions/{number}", get(tenant::fetch_version))
        .route("/v1/settings/rollback", post(tenant::roll_back))
        .route(
            "/v1/resume-parser",
            get(resume_parser::fetch).put(resume_parser::put).delete(resume_parser::delete),
        )
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        projects::list,
        projects::create,
        projects::fetch,
        projects::update,
        products::create,
        products::update,
        products::delete,
        project::fetch,
        project::fetch_draft,
        project::put_draft,
        project::delete_draft,
        project::publish,
        project::list_versions,
        project::fetch_version,
        project::roll_back,
        tenant::fetch,
        tenant::fetch_draft,
        tenant::put_draft,
        tenant::delete_draft,
        tenant::publish,
        tenant::list_versions,
        tenant::fetch_version,
        tenant::roll_back,
        resume_parser::fetch,
        resume_parser::put,
        resume_parser::delete,
        keys::list,
        keys::create,
        keys::update,
        keys::rotate,
        keys::revoke,
    ))]
    struct Document;
    Document::openapi()
}
