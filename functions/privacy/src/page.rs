//! The page that links in mails lead to: it says in the reader's language what the link is for, and does it at the press of a button.
//! What is to be done, and the token, stand behind the hash sign of its address and reach no server.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::header;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page.html");

/// Its own script and style and nothing else, and no other page around it.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |tag| STANDARD.encode(Sha256::digest(element(tag).as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style")
    )
});

/// What stands in the page's only element of this name.
fn element(tag: &str) -> &'static str {
    let after = PAGE.split_once(&format!("<{tag}>")).map_or("", |(_, after)| after);
    after.split_once(&format!("</{tag}>")).map_or("", |(inside, _)| inside)
}

/// The page that links in mails lead to.
#[utoipa::path(
    get,
    path = "/v1/privacy-requests/page",
    operation_id = "privacy_requests_page",
    tag = "privacy",
    responses((status = 200, description = "The page", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(crate) async fn fetch() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, PAGE).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_one_script_and_one_style_for_the_policy_to_let_in() {
        assert!(element("script").contains("addEventListener") && element("style").contains("body"));
        // An element more, or a handler in one, would not run.
        assert_eq!(PAGE.matches("<script").count(), 1);
        assert_eq!(PAGE.matches("<style").count(), 1);
        assert!(!PAGE.contains(" style=") && !PAGE.contains(" onclick="));
    }
}
