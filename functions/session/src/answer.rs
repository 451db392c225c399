//! What the routes of a login answer, and the cookie that goes with it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_tenancy::rooms::sessions::{COOKIE_NAME, Cookie, Session};

/// What a login has come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum LoginState {
    /// The session is open, and its cookie set.
    Open(OpenSession),
    /// More is asked for: the answer goes to `POST /v1/session/challenge`.
    Challenge(AskedFor),
}

/// An open session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenSession {
    /// What every write must repeat in `X-Vivier-CSRF`.
    #[schema(value_type = String)]
    csrf: Redacted,
    /// When the session ends, whatever happens.
    expires_at: Timestamp,
    /// When it ends if it is not used until then.
    idle_until: Timestamp,
}

/// What a login still asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedFor {
    /// What is asked for.
    pub(crate) challenge: ChallengeKind,
    /// What the answer names. It is as good as the password for a few minutes.
    #[schema(value_type = String)]
    pub(crate) challenge_id: Redacted,
    /// For `mfa_setup`: the secret to type into an authenticator app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) totp_secret: Option<Redacted>,
    /// For `mfa_setup`: the same as an address that an authenticator app reads from a QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) totp_uri: Option<Redacted>,
}

/// What a login can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChallengeKind {
    /// `new_password`, in place of the temporary one.
    NewPassword,
    /// `code` of the authenticator app.
    Totp,
    /// `code` that was sent to the phone.
    Sms,
    /// `code` of an authenticator app that is set up now: the tenant demands a second factor.
    MfaSetup,
}

impl From<&Session> for OpenSession {
    fn from(session: &Session) -> Self {
        Self {
            csrf: Redacted::new(session.csrf()),
            expires_at: session.ends_at,
            idle_until: session.idle_until().min(session.ends_at),
        }
    }
}

/// An answer of a login.
#[derive(Debug)]
pub(crate) enum LoginAnswer {
    /// A session, with the cookie that opens it.
    Open(Cookie, Session),
    /// A challenge.
    Challenge(AskedFor),
}

impl LoginAnswer {
    /// The response; `now` is what the cookie's end is counted from.
    pub(crate) fn respond(self, now: Timestamp) -> Response {
        match self {
            Self::Open(cookie, session) => {
                let body = Json(LoginState::Open(OpenSession::from(&session)));
                ([(header::SET_COOKIE, set(&cookie, &session, now))], body).into_response()
            }
            Self::Challenge(asked) => Json(LoginState::Challenge(asked)).into_response(),
        }
    }
}

/// 204, and the browser forgets the cookie.
pub(crate) fn forget() -> Response {
    let value =
        HeaderValue::from_static("__Host-vivier=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, value)]).into_response()
}

/// The cookie lives no longer than its session.
fn set(cookie: &Cookie, session: &Session, now: Timestamp) -> HeaderValue {
    let seconds = session.ends_at.duration_since(now).as_secs().max(0);
    let text = format!(
        "{COOKIE_NAME}={}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict",
        cookie.expose()
    );
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_taken_back_under_its_own_name() {
        let answer = forget();
        let text = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(text.starts_with(&format!("{COOKIE_NAME}=;")), "{text}");
        for attribute in ["Path=/", "Max-Age=0", "HttpOnly", "Secure", "SameSite=Strict"] {
            assert!(text.contains(attribute), "{text}");
        }
    }

    #[test]
    fn answers_have_the_promised_shape() {
        let asked = AskedFor {
            challenge: ChallengeKind::MfaSetup,
            challenge_id: Redacted::new("id"),
            totp_secret: None,
            totp_uri: None,
        };
        let json = serde_json::to_value(LoginState::Challenge(asked)).unwrap();
        let expected =
            serde_json::json!({"state": "challenge", "challenge": "mfa_setup", "challenge_id": "id"});
        assert_eq!(json, expected);
    }
}
