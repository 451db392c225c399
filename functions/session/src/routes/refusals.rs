//! What routes of one kind refuse, for the API's document.

use utoipa::IntoResponses;
use vivier_runtime::http::Problem;

/// Of every route about the session that the request came with.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "the document is made of its shape; no value of it is")]
pub(super) enum CookieOnly {
    /// The session is over
    #[response(status = 401, content_type = "application/problem+json")]
    Over(Problem),
    /// This is for whoever came with a cookie (`forbidden`), and some of it soon after a login (`login-too-old`)
    #[response(status = 403, content_type = "application/problem+json")]
    NoCookie(Problem),
}
