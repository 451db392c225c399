//! The page that links in mails lead to: it says in the reader's language what the link is for, and does it at the press of a button.
//! What is to be done, and the token, stand behind the hash sign of its address and reach no server.

use std::sync::LazyLock;

use axum::response::Response;
use vivier_runtime::http::ScriptPage;

static PAGE: LazyLock<ScriptPage> = LazyLock::new(|| ScriptPage::new(include_str!("page.html")));

/// The page that links in mails lead to.
#[utoipa::path(
    get,
    path = "/v1/alerts/page",
    operation_id = "alerts_page",
    tag = "alerts",
    responses((status = 200, description = "The page", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(crate) async fn fetch() -> Response {
    PAGE.answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_one_script_and_one_style_for_the_policy_to_let_in() {
        assert!(PAGE.is_let_in());
    }
}
