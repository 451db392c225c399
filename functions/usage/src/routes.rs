//! The function's route.

use axum::{Router, extract::State, routing::post};
use http::StatusCode;
use utoipa::OpenApi;
use vivier_domain::purpose::serves;
use vivier_runtime::http::{ApiJson, FrontOffice, Problem};

use crate::{App, limits, told::PageEvents};

/// The route with what it needs.
pub fn router(app: App) -> Router {
    Router::new().route("/v1/usage-events", post(create)).with_state(app)
}

/// The route's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(create))]
    struct Document;
    Document::openapi()
}

/// Tells what happened in a page. Each is counted once, however often it is told; figures show it some seconds later.
#[utoipa::path(
    post,
    path = "/v1/usage-events",
    operation_id = "usage_events_create",
    tag = "usage",
    request_body = PageEvents,
    responses(
        (status = 202, description = "They will be counted"),
        (status = 400, description = "The body is not what this route takes; nothing of it is counted", body = Problem,
            content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than the route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too much was told in this hour", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn create(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Statistics>,
    ApiJson(body): ApiJson<PageEvents>,
) -> Result<StatusCode, Problem> {
    let told = body.read(app.clock.now())?;
    limits::count(&app, &scope).await?;
    let events = app.tenancy.events(&scope)?;
    for one in told {
        events.record_as(one.id, one.at, one.kind);
    }
    Ok(StatusCode::ACCEPTED)
}
