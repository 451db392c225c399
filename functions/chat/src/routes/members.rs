//! Candidates' conversations as members read them and take part in them. Readings and writes are entered in the audit log.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use vivier_domain::{
    conversation::ConversationStatus as Status,
    event::EventKind,
    ids::{MessageId, SessionId},
    permission::needs,
};
use vivier_runtime::http::{ApiJson, ApiPath, ApiQuery, BackOffice, NewId, Problem, ProblemKind, page};
use vivier_store::conversations;
use vivier_text::language;

use crate::{
    App,
    export::MessageTrace,
    listing::{Listing, Page, Summary},
    reply::{Reply, ReplyKind},
    sessions::{self, NOT_FOUND},
    view::{Conversation, Exchange, Saying, Standing},
};

/// The conversations of a status, the newest first.
#[utoipa::path(
    get,
    path = "/v1/conversations",
    operation_id = "conversations_list",
    tag = "conversations",
    params(Listing),
    responses(
        (status = 200, description = "A page of conversations", body = Page),
        (status = 400, description = "A parameter is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsRead>,
    ApiQuery(listing): ApiQuery<Listing>,
) -> Result<Json<Page>, Problem> {
    let scope = office.0;
    let (status, after, limit) = listing.read(&scope)?;
    let room = app.tenancy.conversations(&scope).await?;
    let now = app.clock.now();
    let after = after.map(SessionId::from);
    let mut found = conversations::list_by_status(&room, status, after, limit + 1, now).await?;
    let next_cursor = page::cut(&scope, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(Page { conversations: found.iter().map(Summary::from).collect(), next_cursor }))
}

/// A conversation with all that was said.
#[utoipa::path(
    get,
    path = "/v1/conversations/{id}",
    operation_id = "conversations_fetch",
    tag = "conversations",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = Conversation),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsRead>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Conversation>, Problem> {
    let session = sessions::fetch(&app, &office.0, id).await?;
    let messages = sessions::list(&app, &office.0, id).await?;
    Ok(Json(Conversation::of(&session, messages)))
}

/// Silences the chatbot in a conversation: a person answers from now on.
#[utoipa::path(
    post,
    path = "/v1/conversations/{id}/pause",
    operation_id = "conversations_pause",
    tag = "conversations",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "Who answers now", body = Standing),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Somebody changed at this moment who answers", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn pause(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsWrite>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Standing>, Problem> {
    let session =
        sessions::change_status(&app, &office.0, id, &[Status::Open, Status::Waiting], Status::Paused)
            .await?;
    Ok(Json(Standing::from(&session)))
}

/// Lets the chatbot answer again.
#[utoipa::path(
    post,
    path = "/v1/conversations/{id}/reopen",
    operation_id = "conversations_reopen",
    tag = "conversations",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "Who answers now", body = Standing),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Somebody changed at this moment who answers", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn reopen(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsWrite>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Standing>, Problem> {
    let session =
        sessions::change_status(&app, &office.0, id, &[Status::Waiting, Status::Paused], Status::Open)
            .await?;
    Ok(Json(Standing::from(&session)))
}

/// Says something to the candidate, who reads it in the conversation.
#[utoipa::path(
    post,
    path = "/v1/conversations/{id}/messages",
    operation_id = "conversations_messages_create",
    tag = "conversations",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    request_body = Saying,
    responses(
        (status = 201, description = "What was said", body = Exchange),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The conversation has 500 messages", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn say(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsWrite>,
    ApiPath(id): ApiPath<SessionId>,
    NewId(message): NewId<MessageId>,
    ApiJson(saying): ApiJson<Saying>,
) -> Result<Response, Problem> {
    let scope = office.0;
    let text = saying.read()?;
    sessions::fetch(&app, &scope, id).await?;
    let member = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?.subject();
    let reply = Reply::of(ReplyKind::Person, language::detect(text), text);
    // A reply of our own always is JSON.
    let answer = serde_json::to_value(&reply).unwrap_or_default();
    let message = sessions::say(&app, &scope, id, message, member, answer).await?;
    app.tenancy.events(&scope)?.record(message.at, [EventKind::ChatPerson {}]);
    Ok((StatusCode::CREATED, Json(Exchange::from(message))).into_response())
}

/// How an answer was found: what was looked for, what was found with its weight, and why it was or was not enough.
#[utoipa::path(
    get,
    path = "/v1/conversations/{id}/messages/{message_id}/trace",
    operation_id = "conversations_trace_fetch",
    tag = "conversations",
    params(
        ("id" = uuid::Uuid, Path, description = "The conversation"),
        ("message_id" = uuid::Uuid, Path, description = "The exchange"),
    ),
    responses(
        (status = 200, description = "The trace", body = MessageTrace),
        (status = 404, description = "There is no such exchange, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn fetch_trace(
    State(app): State<App>,
    office: BackOffice<needs::ConversationsRead>,
    ApiPath((id, message)): ApiPath<(SessionId, MessageId)>,
) -> Result<Json<MessageTrace>, Problem> {
    sessions::fetch(&app, &office.0, id).await?;
    let room = app.tenancy.conversations(&office.0).await?;
    let trace = conversations::fetch_trace(&room, id, message, app.clock.now()).await?;
    Ok(Json(MessageTrace { message_id: message.as_uuid(), trace: trace.ok_or_else(NOT_FOUND)? }))
}
