//! The function's routes.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use utoipa::OpenApi;
use vivier_domain::{
    event::EventKind,
    ids::{MessageId, SessionId},
    settings::chat::ChatSettings,
};
use vivier_runtime::http::{ApiJson, ApiPath, FrontOffice, NewId, Problem};

use crate::{
    App,
    answer::Kind,
    retrieve, sessions,
    view::{Answered, Asking, Conversation, Opened},
};

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/chat/sessions", post(create))
        .route("/v1/chat/sessions/{id}", get(fetch).delete(delete))
        .route("/v1/chat/sessions/{id}/messages", post(ask))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(create, ask, fetch, delete))]
    struct Document;
    Document::openapi()
}

/// Opens a conversation.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions",
    operation_id = "chat_sessions_create",
    tag = "chat",
    responses((status = 201, description = "The conversation", body = Opened)),
)]
async fn create(
    State(app): State<App>,
    FrontOffice(scope): FrontOffice,
    NewId(id): NewId<SessionId>,
) -> Result<Response, Problem> {
    let session = sessions::open(&app, &scope, id).await?;
    app.tenancy.events(&scope)?.publish(session.created_at, [EventKind::ChatOpened]).await;
    let location = [(header::LOCATION, format!("/v1/chat/sessions/{}", session.id))];
    Ok((StatusCode::CREATED, location, Json(Opened::from(session))).into_response())
}

/// Asks a question and gets an answer that quotes the tenant's documents, or that they do not answer.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions/{id}/messages",
    operation_id = "chat_messages_create",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    request_body = Asking,
    responses(
        (status = 200, description = "The answer", body = Answered),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The conversation has 200 messages", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn ask(
    State(app): State<App>,
    FrontOffice(scope): FrontOffice,
    ApiPath(id): ApiPath<SessionId>,
    NewId(message): NewId<MessageId>,
    ApiJson(asking): ApiJson<Asking>,
) -> Result<Json<Answered>, Problem> {
    let question = asking.read()?;
    sessions::fetch_open(&app, &scope, id).await?;
    let text = question.text.clone();
    let answer = retrieve::answer(&app, &scope, question, &ChatSettings::default()).await?.answer;
    // An answer of our own always is JSON.
    let stored = serde_json::to_value(&answer).unwrap_or_default();
    let message = sessions::append(&app, &scope, id, message, &text, stored).await?;
    let kind = match answer.kind {
        Kind::Extract => EventKind::ChatAnswered { citations: answer.citations.len() as u8 },
        Kind::Unknown => EventKind::ChatUnknown,
    };
    app.tenancy.events(&scope)?.publish(message.at, [kind]).await;
    Ok(Json(Answered { message_id: message.id.as_uuid(), answer: message.answer }))
}

/// A conversation with all that was said.
#[utoipa::path(
    get,
    path = "/v1/chat/sessions/{id}",
    operation_id = "chat_sessions_fetch",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = Conversation),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn fetch(
    State(app): State<App>,
    FrontOffice(scope): FrontOffice,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Conversation>, Problem> {
    let session = sessions::fetch(&app, &scope, id).await?;
    let messages = sessions::list(&app, &scope, id).await?;
    Ok(Json(Conversation::of(&session, messages)))
}

/// Ends a conversation and removes all that was said.
#[utoipa::path(
    delete,
    path = "/v1/chat/sessions/{id}",
    operation_id = "chat_sessions_delete",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn delete(
    State(app): State<App>,
    FrontOffice(scope): FrontOffice,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<StatusCode, Problem> {
    sessions::delete(&app, &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
