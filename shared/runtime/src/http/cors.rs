//! Which web site's pages may read an answer: the one that the authorizer let in, and no other. Preflights say nothing
//! about anybody and are answered by the gateway.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, header},
};
use vivier_tenancy::doors::http::{OFFICE, ORIGIN};

use super::context;

/// What a page may read beside the few headers that every page may.
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Idempotency-Replayed, Location, Retry-After");

/// What the authorizer decided about the site that a request comes from.
#[derive(Debug)]
pub(super) struct Site {
    /// Whether answers differ by the site that asks: candidates' do.
    varies: bool,
    origin: Option<HeaderValue>,
}

/// Reads it from the request's context.
pub(super) fn site(request: &Request<Body>) -> Site {
    let origin = context::field(request, ORIGIN).and_then(|origin| HeaderValue::from_str(origin).ok());
    Site { varies: origin.is_some() || context::field(request, OFFICE) == Some("front"), origin }
}

impl Site {
    /// Opens an answer to the site's pages. No answer is ever opened to cookies.
    pub(super) fn open(self, headers: &mut HeaderMap) {
        if self.varies {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use serde_json::{Value, json, value::RawValue};

    use crate::http::{edge, handle};

    async fn headers(path: &str, authorizer: &Value) -> Value {
        let cached = || async { ([("vary", "Accept-Language"), ("etag", "\"1\"")], "read") };
        let event = json!({
            "resource": path, "path": path, "httpMethod": "GET", "headers": {"origin": "https://asking.example"},
            "requestContext": {"httpMethod": "GET", "identity": {}, "authorizer": authorizer},
        });
        let router = edge(Router::new().route("/v1/front-office", get(cached)));
        let answer = handle(router, None, &RawValue::from_string(event.to_string()).unwrap()).await;
        answer["multiValueHeaders"].clone()
    }

    #[tokio::test]
    async fn answers_open_to_the_site_that_was_let_in() {
        let site = "https://jobs.acme.example";
        let front = json!({"office": "front", "origin": site});
        for (path, authorizer, opened, varies) in [
            ("/v1/front-office", front.clone(), json!([site]), json!(["Accept-Language", "Origin"])),
            ("/nowhere", front, json!([site]), json!(["Origin"])),
            (
                "/v1/front-office",
                json!({"office": "front"}),
                json!(null),
                json!(["Accept-Language", "Origin"]),
            ),
            ("/v1/front-office", json!({"office": "back"}), json!(null), json!(["Accept-Language"])),
            ("/v1/front-office", json!({}), json!(null), json!(["Accept-Language"])),
        ] {
            let found = headers(path, &authorizer).await;
            assert_eq!(found["access-control-allow-origin"], opened, "{path} {authorizer}");
            assert_eq!(found["vary"], varies, "{path} {authorizer}");
            assert_eq!(
                found["access-control-expose-headers"].is_array(),
                opened.is_array(),
                "{path} {authorizer}"
            );
            assert!(found["access-control-allow-credentials"].is_null(), "never to cookies");
        }
    }
}
