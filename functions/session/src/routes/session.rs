//! Logging in, what is asked of it, renewing, and logging out.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{ids::TenantId, member::Member, redacted::Redacted};
use vivier_runtime::http::{ApiJson, Myself, Problem, ProblemKind};
use vivier_tenancy::rooms::records::RecordKey;

use super::refusals::CookieOnly;
use crate::{
    App,
    answer::{LoginState, forget},
    challenge::{self, Given},
    login,
    mine::{self, Mine},
    patience::at_least,
    visitor::Visitor,
};

/// Who wants to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The user name: the member's e-mail address.
    #[schema(value_type = String, max_length = 254)]
    email: Redacted,
    /// The password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    password: Redacted,
}

/// What was asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChallengeAnswer {
    /// Which question is answered.
    #[schema(value_type = String, max_length = 64)]
    challenge_id: Redacted,
    /// For `new_password`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 256)]
    new_password: Option<Redacted>,
    /// For `totp`, `sms` and `mfa_setup`: six digits.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$")]
    code: Option<Redacted>,
}

/// Who is logged in, and what for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The member.
    member_id: String,
    /// The tenant.
    #[schema(value_type = String, format = "uuid")]
    tenant_id: TenantId,
    /// What the member may do in the whole tenant.
    permissions: Vec<String>,
    /// One role for each place: a project's id, or `*` for the whole tenant.
    grants: BTreeMap<String, String>,
    /// The language that mails are written in.
    language: String,
    /// What every write must repeat in `X-Vivier-CSRF`; only for whoever came with a cookie, as what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    csrf: Option<Redacted>,
    /// When the session ends, whatever happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// When it ends if it is not used until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_until: Option<Timestamp>,
}

/// Logs a member in. The answer opens a session and sets its cookie, or asks for more. Whatever is wrong, it is refused
/// with the same answer after the same time; too many failures of an account, or from an address, are slowed down.
#[utoipa::path(
    post,
    path = "/v1/session",
    operation_id = "session_create",
    tag = "session",
    request_body = Credentials,
    responses(
        (status = 200, description = "The session is open, or more is asked for", body = LoginState,
            headers(("Set-Cookie" = String, description = "The session's cookie, where it is open"))),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 401, description = "Nobody can log in with this", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The tenant is not entered from here", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(body): ApiJson<Credentials>,
) -> Result<Response, Problem> {
    let work = login::begin(&app, &visitor, &body.email, &body.password);
    // Every answer that a wrong password could have, and no other, is held back.
    let answer = at_least(app.config.login_floor, work, |outcome| {
        outcome.as_ref().is_err_and(|problem| problem.status == 401)
    });
    Ok(answer.await?.respond(app.clock.now()))
}

/// Answers what a login asked for. A wrong code, or a password against the policy, can be followed by another.
#[utoipa::path(
    post,
    path = "/v1/session/challenge",
    operation_id = "session_challenge_answer",
    tag = "session",
    request_body = ChallengeAnswer,
    responses(
        (status = 200, description = "The session is open, or more is asked for", body = LoginState,
            headers(("Set-Cookie" = String, description = "The session's cookie, where it is open"))),
        (status = 400, description = "The body is not what this route takes, or the password breaks the policy: \
            `errors` names each rule", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The challenge is over, or the code is wrong", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The tenant is not entered from here", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(body): ApiJson<ChallengeAnswer>,
) -> Result<Response, Problem> {
    let ChallengeAnswer { challenge_id, new_password, code } = body;
    let answer = challenge::answer(&app, &visitor, &Given { challenge_id, new_password, code }).await?;
    Ok(answer.respond(app.clock.now()))
}

/// Who is logged in, and what for.
#[utoipa::path(
    get,
    path = "/v1/session",
    operation_id = "session_fetch",
    tag = "session",
    responses(
        (status = 200, description = "The member, the rights and the session", body = SessionView),
        (status = 401, description = "Nobody is logged in", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "This is for members", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<Json<SessionView>, Problem> {
    let caller = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
    let key = RecordKey::member(caller.subject());
    let found = app.tenancy.records(&scope)?.fetch(&key).await?;
    let member: Member = found.ok_or_else(|| Problem::new(ProblemKind::Unauthorized))?.value;
    let own = match caller.session() {
        Some(_) => Some(Mine::open(&app, &scope, &headers).await?.session),
        None => None,
    };
    Ok(Json(SessionView {
        member_id: caller.subject().to_owned(),
        tenant_id: scope.tenant(),
        permissions: caller.permissions().iter().map(ToString::to_string).collect(),
        grants: member.grants.into_iter().map(|(place, role)| (place.to_string(), role.into())).collect(),
        language: member.language.as_str().to_owned(),
        csrf: own.as_ref().map(|session| Redacted::new(session.csrf())),
        expires_at: own.as_ref().map(|session| session.ends_at),
        idle_until: own.map(|session| session.idle_until().min(session.ends_at)),
    }))
}

/// Renews the session: a new cookie and a new CSRF token, and the same end.
#[utoipa::path(
    post,
    path = "/v1/session/refresh",
    operation_id = "session_refresh",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 200, description = "The session goes on under a new cookie", body = LoginState,
            headers(("Set-Cookie" = String, description = "The new cookie"))),
        CookieOnly,
        (status = 409, description = "Another request has renewed it", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn refresh(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    let tokens = mine.renewed(&app, &mine.sealed(&app).await?).await?;
    let settings = app.tenancy.records(&scope)?.tenant_settings().await?;
    let answer = mine.rotate(&app, &tokens, mine.session.created_at, &settings).await?;
    Ok(answer.respond(app.clock.now()))
}

/// Logs out.
#[utoipa::path(
    delete,
    path = "/v1/session",
    operation_id = "session_delete",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 204, description = "The session is over, and its cookie taken back",
            headers(("Set-Cookie" = String, description = "Takes the cookie back"))),
        (status = 401, description = "Nobody is logged in", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "This is for whoever came with a cookie", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Mine::open(&app, &scope, &headers).await?.end(&app).await?;
    Ok(forget().into_response())
}

/// Logs out everywhere: every cookie and every token of the member is dead from now on.
#[utoipa::path(
    delete,
    path = "/v1/sessions",
    operation_id = "sessions_delete",
    tag = "session",
    responses(
        (status = 204, description = "Every session is over",
            headers(("Set-Cookie" = String, description = "Takes the cookie back"))),
        (status = 401, description = "Nobody is logged in", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "This is for members", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete_all(State(app): State<App>, Myself(scope): Myself) -> Result<Response, Problem> {
    mine::end_everywhere(&app, &scope, mine::subject(&scope)?).await?;
    Ok(forget().into_response())
}
