//! What a candidate says of an answer.

use axum::extract::State;
use http::StatusCode;
use vivier_domain::{
    event::EventKind,
    ids::{MessageId, SessionId},
    purpose::serves,
};
use vivier_runtime::http::{ApiJson, ApiPath, FrontOffice, Problem};
use vivier_store::conversations;
use vivier_tenancy::TenancyError;

use crate::{
    App,
    sessions::{self, NOT_FOUND},
    view::Feedback,
};

/// Says whether an answer helped, in the place of what was said of it before.
#[utoipa::path(
    put,
    path = "/v1/chat/sessions/{id}/messages/{message_id}/feedback",
    operation_id = "chat_feedback_put",
    tag = "chat",
    params(
        ("id" = uuid::Uuid, Path, description = "The conversation"),
        ("message_id" = uuid::Uuid, Path, description = "The exchange"),
    ),
    request_body = Feedback,
    responses(
        (status = 204, description = "It is noted"),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such exchange, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn put(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiPath((id, message)): ApiPath<(SessionId, MessageId)>,
    ApiJson(feedback): ApiJson<Feedback>,
) -> Result<StatusCode, Problem> {
    let feedback = feedback.read()?;
    sessions::fetch(&app, &scope, id).await?;
    let (room, now) = (app.tenancy.conversations(&scope).await?, app.clock.now());
    conversations::fetch_message(&room, id, message, now).await?.ok_or_else(NOT_FOUND)?;
    let another = match conversations::put_feedback(&room, id, message, &feedback).await {
        Ok(another) => another,
        Err(TenancyError::Conflict(_)) => return Err(NOT_FOUND()),
        Err(error) => return Err(error.into()),
    };
    if another {
        let kind = EventKind::ChatFeedback { rating: feedback.rating, reason: feedback.reason };
        app.tenancy.events(&scope)?.record(now, [kind]);
    }
    Ok(StatusCode::NO_CONTENT)
}
