//! Taking a conversation up on another device.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use vivier_domain::{event::EventKind, ids::SessionId, purpose::serves};
use vivier_runtime::http::{ApiJson, ApiPath, FrontOffice, Problem};

use crate::{
    App,
    resume::{self, ResumeToken, Resuming},
    view::Opened,
};

/// Makes a token by which another device takes this conversation up: once, within ten minutes.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions/{id}/resume-tokens",
    operation_id = "chat_resume_tokens_create",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 201, description = "The token, which is shown this once", body = ResumeToken),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Response, Problem> {
    let token = resume::create(&app, &scope, id).await?;
    Ok((StatusCode::CREATED, Json(token)).into_response())
}

/// Takes a conversation up by a token, which is used up by it.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions/resume",
    operation_id = "chat_sessions_resume",
    tag = "chat",
    request_body = Resuming,
    responses(
        (status = 200, description = "The conversation", body = Opened),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The token leads nowhere: it was used, is too old, or never was", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn take(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiJson(resuming): ApiJson<Resuming>,
) -> Result<Json<Opened>, Problem> {
    let session = resume::take(&app, &scope, &resuming.token).await?;
    app.tenancy.events(&scope)?.record(app.clock.now(), [EventKind::ChatResumed {}]);
    Ok(Json(Opened::from(session)))
}
