//! Pages that links in mails lead to: one file with one script and one style of its own, and nothing else that could run.

use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::header;
use sha2::{Digest, Sha256};

/// A page with the policy that lets its own script and style in, and no other page around it.
#[derive(Debug)]
pub struct ScriptPage {
    html: &'static str,
    policy: String,
}

impl ScriptPage {
    /// Reads a page; its hashes are counted once.
    pub fn new(html: &'static str) -> Self {
        let hash = |tag| STANDARD.encode(Sha256::digest(element(html, tag).as_bytes()));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash("script"),
            hash("style")
        );
        Self { html, policy }
    }

    /// The answer with it. It is the same for everybody.
    pub fn answer(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, self.policy.as_str()),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ];
        (headers, self.html).into_response()
    }

    /// Whether all of it runs under its policy: it has one script that listens and one style, and neither stands in an element.
    pub fn is_let_in(&self) -> bool {
        let once = |tag: &str| self.html.matches(&format!("<{tag}")).count() == 1;
        element(self.html, "script").contains("addEventListener")
            && element(self.html, "style").contains("body")
            && once("script")
            && once("style")
            && !self.html.contains(" style=")
            && !self.html.contains(" onclick=")
    }
}

/// What stands in a page's only element of this name.
fn element<'h>(html: &'h str, tag: &str) -> &'h str {
    let after = html.split_once(&format!("<{tag}>")).map_or("", |(_, after)| after);
    after.split_once(&format!("</{tag}>")).map_or("", |(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<style>body {}</style><script>addEventListener()</script>";

    #[test]
    fn its_own_script_and_style_are_let_in_by_their_hashes() {
        let page = ScriptPage::new(PAGE);
        assert!(page.is_let_in());
        for inside in ["addEventListener()", "body {}"] {
            assert!(page.policy.contains(&STANDARD.encode(Sha256::digest(inside))), "{}", page.policy);
        }
    }

    #[test]
    fn whatever_else_would_run_is_noticed() {
        for more in ["<script>x()</script>", "<style>p {}</style>", "<p style='x'>", "<p onclick='x()'>"] {
            let html: &'static str = Box::leak(format!("{PAGE}{more}").into_boxed_str());
            assert!(!ScriptPage::new(html).is_let_in(), "{more}");
        }
    }
}
