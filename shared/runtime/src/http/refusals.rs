//! What routes of one kind may refuse, for the API's document.

use super::problem::Problem;
use utoipa::IntoResponses;

/// Of every route with a permission and a thing that it names.
#[derive(Debug, IntoResponses)]
pub enum Reading {
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// Of lists.
#[derive(Debug, IntoResponses)]
pub enum Listing {
    /// A parameter is not what this route takes
    #[response(status = 400, content_type = "application/problem+json")]
    InvalidQuery(Problem),
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or the cursor is none that was given out
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// Of changes.
#[derive(Debug, IntoResponses)]
pub enum Changing {
    /// The body is not what this route takes
    #[response(status = 400, content_type = "application/problem+json")]
    InvalidBody(Problem),
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// It was changed in between, is not in a state for this, or there are as many as there may be
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body is larger than the route takes
    #[response(status = 413, content_type = "application/problem+json")]
    BodyTooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Problem),
    /// The `Idempotency-Key` was used for another request
    #[response(status = 422, content_type = "application/problem+json")]
    IdempotencyKeyReused(Problem),
}

/// Of changes that name the state they are made on.
#[derive(Debug, IntoResponses)]
pub enum Conditional {
    /// It was changed since it was seen
    #[response(status = 412, content_type = "application/problem+json")]
    PreconditionFailed(Problem),
    /// `If-Match` is missing
    #[response(status = 428, content_type = "application/problem+json")]
    PreconditionRequired(Problem),
}
