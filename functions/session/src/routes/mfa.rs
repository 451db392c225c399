//! A member's second factors. They take the session's cookie: a token opens what programs do, not the account behind it.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_runtime::http::{ApiJson, Myself, Problem};
use vivier_tenancy::rooms::people::Factor;

use super::refusals::CookieOnly;
use crate::{
    App,
    factors::{self, Factors, TotpSetup},
    mine::Mine,
};

/// The code that a factor shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    code: Redacted,
}

/// A phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phone {
    /// Its number as E.164 writes it: `+` and the digits with the country's code.
    #[schema(value_type = String, pattern = "^\\+[1-9][0-9]{6,14}$")]
    phone: Redacted,
}

/// The member's second factors.
#[utoipa::path(
    get,
    path = "/v1/mfa",
    operation_id = "mfa_fetch",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 200, description = "The factors", body = Factors),
        CookieOnly,
    ),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<Json<Factors>, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    Ok(Json(factors::fetch(&app, &mine).await?))
}

/// Begins to set an authenticator app up. It is asked for once its first code was sent.
#[utoipa::path(
    post,
    path = "/v1/mfa/totp",
    operation_id = "mfa_totp_begin",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 200, description = "What the app is set up with", body = TotpSetup),
        CookieOnly,
        (status = 409, description = "There is an app already: give it up first", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn begin_totp(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<Json<TotpSetup>, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    Ok(Json(factors::begin_totp(&app, &mine).await?))
}

/// Turns the authenticator app on with its first code: from now on a login asks for one.
#[utoipa::path(
    put,
    path = "/v1/mfa/totp",
    operation_id = "mfa_totp_enable",
    security(("session" = [])),
    tag = "session",
    request_body = Code,
    responses(
        (status = 204, description = "A login asks for it from now on"),
        (status = 400, description = "The code is wrong", body = Problem,
            content_type = "application/problem+json"),
        CookieOnly,
        (status = 409, description = "It is on already, or was not begun", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn turn_on_totp(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Code>,
) -> Result<StatusCode, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    factors::turn_on(&app, &mine, Factor::Totp, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turns the authenticator app off.
#[utoipa::path(
    delete,
    path = "/v1/mfa/totp",
    operation_id = "mfa_totp_disable",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 204, description = "A login does not ask for it any more"),
        CookieOnly,
        (status = 409, description = "The tenant demands a second factor, and this is the last one", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn turn_off_totp(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    factors::turn_off(&app, &mine, Factor::Totp).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes a phone and sends a code to it.
#[utoipa::path(
    post,
    path = "/v1/mfa/sms",
    operation_id = "mfa_sms_begin",
    security(("session" = [])),
    tag = "session",
    request_body = Phone,
    responses(
        (status = 202, description = "A code is on its way"),
        (status = 400, description = "This is no phone number", body = Problem,
            content_type = "application/problem+json"),
        CookieOnly,
        (status = 409, description = "A phone is asked for already: give it up first", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn begin_sms(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Phone>,
) -> Result<StatusCode, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    factors::begin_sms(&app, &mine, &body.phone).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Turns messages to the phone on with its first code: from now on a login asks for one.
#[utoipa::path(
    put,
    path = "/v1/mfa/sms",
    operation_id = "mfa_sms_enable",
    security(("session" = [])),
    tag = "session",
    request_body = Code,
    responses(
        (status = 204, description = "A login asks for it from now on"),
        (status = 400, description = "The code is wrong", body = Problem,
            content_type = "application/problem+json"),
        CookieOnly,
        (status = 409, description = "It is on already, or was not begun", body = Problem,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts failed", body = Problem,
            content_type = "application/problem+json",
            headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub(crate) async fn turn_on_sms(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Code>,
) -> Result<StatusCode, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    factors::turn_on(&app, &mine, Factor::Sms, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turns messages to the phone off.
#[utoipa::path(
    delete,
    path = "/v1/mfa/sms",
    operation_id = "mfa_sms_disable",
    security(("session" = [])),
    tag = "session",
    responses(
        (status = 204, description = "A login does not ask for it any more"),
        CookieOnly,
        (status = 409, description = "The tenant demands a second factor, and this is the last one", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn turn_off_sms(
    State(app): State<App>,
    Myself(scope): Myself,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let mine = Mine::open(&app, &scope, &headers).await?;
    factors::turn_off(&app, &mine, Factor::Sms).await?;
    Ok(StatusCode::NO_CONTENT)
}
