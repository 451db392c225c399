//! What routes of one kind may refuse, for the API's document.

use utoipa::IntoResponses;
use vivier_runtime::http::Problem;

/// Of routes about a thing that they name.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum Reading {
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// Of lists.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum Listing {
    /// A parameter is not what this route takes
    #[response(status = 400, content_type = "application/problem+json")]
    InvalidQuery(Problem),
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such project, or the cursor is none that was given out
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// Of routes that take a body.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum Changing {
    /// The body is not what this route takes
    #[response(status = 400, content_type = "application/problem+json")]
    InvalidBody(Problem),
    /// The permission is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// There are as many as there may be, or what there is allows nothing more
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// The body is larger than the route takes
    #[response(status = 413, content_type = "application/problem+json")]
    BodyTooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Problem),
}
