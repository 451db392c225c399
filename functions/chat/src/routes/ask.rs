//! Asking, answered in one piece or as a stream.

use std::sync::Arc;

use axum::{Json, extract::State, response::Response};
use http::HeaderMap;
use vivier_answers::question::Question;
use vivier_domain::{
    ids::{MessageId, SessionId},
    purpose::serves,
    settings::ProjectSettings,
};
use vivier_runtime::http::{ApiJson, ApiPath, FrontOffice, NewId, Problem, idempotency::IDEMPOTENCY_KEY};
use vivier_store::conversations::Session;
use vivier_tenancy::TenantScope;

use crate::{
    App, limits, sessions,
    stream::{self, Finished, ReplyEvent},
    view::{Answered, Asking},
};

/// A question that may be answered.
struct Admitted {
    settings: Arc<ProjectSettings>,
    session: Session,
    question: Question,
}

/// Finds out whether a question may be answered: it is one, its conversation goes on, and its asker has not asked too much.
async fn admit(app: &App, scope: &TenantScope, id: SessionId, asking: &Asking) -> Result<Admitted, Problem> {
    let settings = app.settings.of(&app.tenancy, scope).await?;
    let limits = settings.chat.limits;
    let question = asking.read(limits.characters.into())?;
    let session = sessions::fetch_open(app, scope, id, limits.exchanges.into()).await?;
    limits::count(app, scope, limits).await?;
    Ok(Admitted { settings, session, question })
}

/// Answers a question that may be answered.
async fn answer(app: &App, scope: &TenantScope, admitted: Admitted, message: MessageId) -> Finished {
    let Admitted { settings, session, question } = admitted;
    let (message, responded) = sessions::exchange(app, scope, settings, session, message, question).await?;
    if let Some(responded) = responded {
        let kind = responded.reply.event(responded.found);
        let language = responded.reply.language.parse().ok();
        app.tenancy.events(scope)?.in_language(language).record(message.at, [kind]);
    }
    Ok(Answered { message_id: message.id.as_uuid(), answer: message.answer })
}

/// Asks a question and gets an answer that quotes the tenant's documents, or that they do not answer; offers, where a job was
/// wished for.
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
        (status = 409, description = "The conversation has as many messages as it may have", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too much was asked in this hour", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn ask(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiPath(id): ApiPath<SessionId>,
    NewId(message): NewId<MessageId>,
    ApiJson(asking): ApiJson<Asking>,
) -> Result<Json<Answered>, Problem> {
    let admitted = admit(&app, &scope, id, &asking).await?;
    answer(&app, &scope, admitted, message).await.map(Json)
}

/// Asks a question and gets the answer as server-sent events: `status`, then each `citation`, then `text` with a `delta`
/// sentence by sentence, each `related` sentence where the answer is unknown, and at last `done` with what the route without streaming answers. An error after the beginning is
/// the event `error` with a problem.
#[utoipa::path(
    post,
    path = "/v1/chat/sessions/{id}/messages/stream",
    operation_id = "chat_messages_stream",
    tag = "chat",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    request_body = Asking,
    responses(
        (status = 200, description = "The events", body = ReplyEvent, content_type = "text/event-stream"),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such conversation, or it is over", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The conversation has as many messages as it may have", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too much was asked in this hour", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn stream(
    State(app): State<App>,
    FrontOffice(scope, ..): FrontOffice<serves::Chatbot>,
    ApiPath(id): ApiPath<SessionId>,
    NewId(message): NewId<MessageId>,
    headers: HeaderMap,
    ApiJson(asking): ApiJson<Asking>,
) -> Result<Response, Problem> {
    let admitted = admit(&app, &scope, id, &asking).await?;
    if headers.contains_key(IDEMPOTENCY_KEY) {
        // Its answer is kept whole, and a failure must not be kept: so it is known before the answer begins.
        return Ok(stream::whole(&answer(&app, &scope, admitted, message).await?));
    }
    Ok(stream::stream(async move { answer(&app, &scope, admitted, message).await }))
}
