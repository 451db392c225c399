//! A candidate's own conversation: opening, reading, taking out, ending it, and asking for a person.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use vivier_domain::{conversation::ConversationStatus, event::EventKind, ids::SessionId, purpose::serves};
use vivier_runtime::http::{ApiPath, FrontOffice, NewId, OptionalJson, Problem, ProblemKind};

use crate::{
    App, export, sessions,
    view::{Conversation, Opened, Opening, Standing},
};

/// Opens a conversation.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions",
    operation_id = "chat_sessions_create",
    tag = "chat",
    request_body = Option<Opening>,
    responses(
        (status = 201, description = "The conversation", body = Opened),
        (status = 400, description = "The body is not what this route takes; where the chatbot rests on consent, `consent_version` is missing or outdated, and `current_version` names the one that holds",
            body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: FrontOffice<serves::Chatbot>,
    NewId(id): NewId<SessionId>,
    OptionalJson(opening): OptionalJson<Opening>,
) -> Result<Response, Problem> {
    let consent = office.agreed(opening.consent_version)?;
    let scope = office.0;
    let session = sessions::open(&app, &scope, id, consent).await?;
    app.tenancy.events(&scope)?.record(session.created_at, [EventKind::ChatOpened {}]);
    let location = [(header::LOCATION, format!("/v1/chat/sessions/{}", session.id))];
    Ok((StatusCode::CREATED, location, Json(Opened::from(session))).into_response())
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
pub(super) async fn fetch(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Conversation>, Problem> {
    let session = sessions::fetch(&app, &scope, id).await?;
    let messages = sessions::list(&app, &scope, id).await?;
    Ok(Json(Conversation::of(&session, messages)))
}

/// All that is kept of a conversation, as a file.
#[utoipa::path(
    get,
    path = "/v1/chat/sessions/{id}/export",
    operation_id = "chat_sessions_export",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The file", body = export::Export),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn export(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Response, Problem> {
    let export = export::of(&app, &scope, id).await?;
    let name = [(header::CONTENT_DISPOSITION, "attachment; filename=\"conversation.json\"")];
    Ok((name, Json(export)).into_response())
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
pub(super) async fn delete(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::OwnRights>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<StatusCode, Problem> {
    sessions::delete(&app, &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a person of the company. The chatbot goes on answering until somebody takes over.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions/{id}/hand-over",
    operation_id = "chat_sessions_hand_over",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "Who answers now", body = Standing),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "This front office hands over to nobody", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn hand_over(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<Standing>, Problem> {
    let session = sessions::fetch(&app, &scope, id).await?;
    if !app.settings.of(&app.tenancy, &scope).await?.chat.hand_over {
        return Err(Problem::new(ProblemKind::Conflict).field("hand_over", "off"));
    }
    if session.status != ConversationStatus::Open {
        return Ok(Json(Standing::from(&session)));
    }
    let from = [ConversationStatus::Open];
    let session = sessions::change_status(&app, &scope, id, &from, ConversationStatus::Waiting).await?;
    app.tenancy.events(&scope)?.record(app.clock.now(), [EventKind::ChatHandOver {}]);
    Ok(Json(Standing::from(&session)))
}
