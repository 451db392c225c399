//! What routes of one kind may refuse, for the API's document.

use utoipa::IntoResponses;
use vivier_runtime::http::Problem;

/// Of routes that take a body.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum OfBody {
    /// The body is not what this route takes
    #[response(status = 400, content_type = "application/problem+json")]
    InvalidBody(Problem),
    /// The permission `documents.write` is not held
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// The body is larger than the route takes
    #[response(status = 413, content_type = "application/problem+json")]
    BodyTooLarge(Problem),
    /// The body is no JSON
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Problem),
}
