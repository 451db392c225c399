//! Errors as people and programs read them: RFC 9457 `application/problem+json` with a stable `type`.
//!
//! A client gets a code and a sentence, never a cause: the cause is logged here, once.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use vivier_tenancy::{Forbidden, TenancyError};

use crate::telemetry;

/// The closed list of problems. The `type` is `urn:vivier:problem:` and the code; it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The request is no request this API understands.
    MalformedRequest,
    /// The body is not the JSON that the route takes.
    InvalidBody,
    /// A query parameter has the wrong form.
    InvalidQuery,
    /// The body is larger than the route takes.
    BodyTooLarge,
    /// The body is of another media type.
    UnsupportedMediaType,
    /// The caller is not known.
    Unauthorized,
    /// The member lacks the permission.
    Forbidden,
    /// What guards an account is changed only soon after a login.
    LoginTooOld,
    /// There is no such thing, or not for this tenant: nobody can tell which.
    NotFound,
    /// The route exists, the method does not.
    MethodNotAllowed,
    /// It was changed in between, or is not in a state for this.
    Conflict,
    /// `Idempotency-Key` is no UUID.
    InvalidIdempotencyKey,
    /// The request of this `Idempotency-Key` is still being carried out.
    RequestInProgress,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// A change does not say which state it is made on.
    PreconditionRequired,
    /// The state is none that the change was to be made on.
    PreconditionFailed,
    /// There are as many as there may be.
    LimitReached,
    /// Another version was published since the draft was last changed.
    DraftOutdated,
    /// Whoever publishes these settings could not come in any more.
    WouldLockOut,
    /// The settings' sender is of a domain that the operator has not approved for the tenant.
    SenderNotApproved,
    /// What is to be published does not say who answers for candidates' data, why it is handled, or what they are told.
    LegalBasisMissing,
    /// The front office has published nothing of how it handles personal data, and handles none.
    FrontOfficeNotPublished,
    /// The front office has no legal basis for this: it is off.
    PurposeOff,
    /// Too much was tried and failed: nothing is looked at for a while.
    TooManyAttempts,
    /// The key's requests of this minute are used up.
    TooManyRequests,
    /// A service behind this one does not answer; it may later.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl ProblemKind {
    const fn row(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MalformedRequest => {
                (StatusCode::BAD_REQUEST, "malformed-request", "The request cannot be read.")
            }
            Self::InvalidBody => {
                (StatusCode::BAD_REQUEST, "invalid-body", "The body is not what this route takes.")
            }
            Self::InvalidQuery => {
                (StatusCode::BAD_REQUEST, "invalid-query", "A query parameter is not what this route takes.")
            }
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large."),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "This route takes application/json.",
            ),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "The caller is not known."),
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "forbidden", "This needs a permission that is not held.")
            }
            Self::LoginTooOld => (
                StatusCode::FORBIDDEN,
                "login-too-old",
                "This is possible within 15 minutes of a login: log in again.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing."),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This path does not take this method.")
            }
            Self::Conflict => {
                (StatusCode::CONFLICT, "conflict", "This is not possible in the present state.")
            }
            Self::InvalidIdempotencyKey => {
                (StatusCode::BAD_REQUEST, "invalid-idempotency-key", "Idempotency-Key is one UUID.")
            }
            Self::RequestInProgress => (
                StatusCode::CONFLICT,
                "request-in-progress",
                "The request of this Idempotency-Key is still being carried out; try again later.",
            ),
            Self::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This Idempotency-Key was used for another request.",
            ),
            Self::PreconditionRequired => (
                StatusCode::PRECONDITION_REQUIRED,
                "precondition-required",
                "This change needs If-Match with the ETag of what was seen.",
            ),
            Self::PreconditionFailed => {
                (StatusCode::PRECONDITION_FAILED, "precondition-failed", "It was changed since it was seen.")
            }
            Self::LimitReached => {
                (StatusCode::CONFLICT, "limit-reached", "There are as many as there may be.")
            }
            Self::DraftOutdated => (
                StatusCode::CONFLICT,
                "draft-outdated",
                "Another version was published since the draft was last changed: look at it and save the draft again.",
            ),
            Self::WouldLockOut => (
                StatusCode::CONFLICT,
                "would-lock-out",
                "These settings would keep out whoever publishes them; say `force` to publish them all the same.",
            ),
            Self::SenderNotApproved => (
                StatusCode::CONFLICT,
                "sender-not-approved",
                "The operator has not approved the domain of the tenant's sender.",
            ),
            Self::LegalBasisMissing => (
                StatusCode::CONFLICT,
                "legal-basis-missing",
                "Before a front office is published, it says who answers for candidates' data, why it is handled, and what they are told.",
            ),
            // Refusals, as that of a product that is switched off: no store of repeated requests keeps them for the day after.
            Self::FrontOfficeNotPublished => (
                StatusCode::FORBIDDEN,
                "front-office-not-published",
                "This front office is not published: it handles no personal data yet.",
            ),
            Self::PurposeOff => (
                StatusCode::FORBIDDEN,
                "purpose-off",
                "This front office has no legal basis for this: it is off.",
            ),
            Self::TooManyAttempts => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-attempts",
                "Too many attempts failed; try again later.",
            ),
            Self::TooManyRequests => {
                (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests; try again later.")
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "A service does not answer; try again later.",
            ),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")
            }
        }
    }
}

/// One field that was refused: where and why, never what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field or parameter.
    pub field: String,
    /// A stable word.
    pub code: String,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:vivier:problem:` and a code that never changes.
    #[serde(rename = "type")]
    pub kind: String,
    /// A sentence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The fields that were refused, if the problem is one of fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The version of the texts that hold, where consent to them is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<u32>,
    /// Seconds to wait, for the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: ProblemKind) -> Self {
        let (status, code, title) = kind.row();
        Self {
            kind: format!("urn:vivier:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            errors: Vec::new(),
            current_version: None,
            retry_after: None,
        }
    }

    /// Adds a refused field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, code: impl Into<String>) -> Self {
        self.errors.push(FieldProblem { field: field.into(), code: code.into() });
        self
    }
}

impl Problem {
    /// Names the version of the texts that hold.
    #[must_use]
    pub const fn current_version(mut self, version: u32) -> Self {
        self.current_version = Some(version);
        self
    }

    /// Says when to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Forbidden> for Problem {
    fn from(_: Forbidden) -> Self {
        Self::new(ProblemKind::Forbidden)
    }
}

impl From<TenancyError> for Problem {
    fn from(error: TenancyError) -> Self {
        let kind = match &error {
            TenancyError::Conflict(_) => ProblemKind::Conflict,
            TenancyError::Cloud { .. } | TenancyError::Busy(_) => ProblemKind::Unavailable,
            TenancyError::Database(database) if database.is_transient() => ProblemKind::Unavailable,
            TenancyError::Database(_) | TenancyError::NotFurnished(_) | TenancyError::Corrupt(_) => {
                ProblemKind::Internal
            }
        };
        tracing::error!(error = telemetry::chain(&error), "a store failed");
        Self::new(kind)
    }
}

impl From<vivier_tenancy::rooms::database::DatabaseError> for Problem {
    fn from(error: vivier_tenancy::rooms::database::DatabaseError) -> Self {
        TenancyError::from(error).into()
    }
}
