//! What routes of one kind refuse, for the API's document.

use utoipa::IntoResponses;
use vivier_runtime::http::Problem;

/// Of every change to a member that the path names.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum OfMember {
    /// The permission `members.write` is not held, or less than what is given or taken
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such member
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}
