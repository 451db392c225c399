//! Passwords: forgotten, set by a link, changed.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_runtime::http::{ApiJson, Myself, Problem};

use super::refusals::CookieOnly;
use crate::{App, answer::LoginState, mine::Mine, password, patience::at_least, visitor::Visitor};

/// Whose password was forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgotten {
    /// The user name: the member's e-mail address.
    #[schema(value_type = String, max_length = 254)]
    email: Redacted,
}

/// A new password by a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// What stands behind `#token=` in the link.
    #[schema(value_type = String, max_length = 64)]
    token: Redacted,
    /// The new password.
    #[schema(value_type = String, min_length = 12, max_length = 256)]
    password: Redacted,
}

/// A new password for the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The old password.
    #[schema(value_type = String, max_length = 256)]
    old_password: Redacted,
    /// The new password.
    #[schema(value_type = String, min_length = 12, max_length = 256)]
    new_password: Redacted,
}

/// Mails a link for a new password, where the address is a member's. The answer is the same whether it is or not.
#[utoipa::path(
    post,
    path = "/v1/password/forgotten",
    operation_id = "password_forgotten",
    tag = "session",
    request_body = Forgotten,
    responses(
        (status = 202, description = "A member of this address is mailed a link, which works once and for an hour"),
        (status = 400, description = "The body is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "Another site sent this", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too much was asked for from this address", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn forgotten(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(body): ApiJson<Forgotten>,
) -> Result<StatusCode, Problem> {
    let work = password::forgotten(&app, &visitor, &body.email);
    at_least(app.config.forgotten_floor, work, Result::is_ok).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by a mailed link, and ends every session.
#[utoipa::path(
    post,
    path = "/v1/password/reset",
    operation_id = "password_reset",
    tag = "session",
    request_body = Reset,
    responses(
        (status = 204, description = "The password is set, the link used up, and every session over"),
        (status = 400, description = "The body is not what this route takes, or the password breaks the policy: \
            `errors` names each rule", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The tenant is not entered from here", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such link any more", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn reset(
    State(app): State<App>,
    visitor: Visitor,
    ApiJson(body): ApiJson<Reset>,
) -> Result<StatusCode, Problem> {
    password::reset(&app, &visitor, &body.token, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the password. Every other session ends; this one goes on under a new cookie.
#[utoipa::path(
    put,
    path = "/v1/password",
    operation_id = "password_change",
    security(("session" = [])),
    tag = "session",
    request_body = Change,
    responses(
        (status = 200, description = "The password is changed, and the session goes on", body = LoginState,
            headers(("Set-Cookie" = String, description = "The new cookie"))),
        (status = 400, description = "The old password is wrong, or the new one breaks the policy: `errors` says which",
            body = Problem, content_type = "application/problem+json"),
        CookieOnly,
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn change(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Change>,
) -> Result<Response, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    let answer = password::change(&app, &mine, &body.old_password, &body.new_password).await?;
    Ok(answer.respond(app.clock.now()))
}
