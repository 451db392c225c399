//! A key whose limit is used up: the authorizer counted it and says how long to wait, the edge says so before anything
//! else is done. The gateway itself could answer only for a whole tenant.

use axum::{
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
};
use vivier_tenancy::doors::http::RETRY_AFTER;

use super::{
    context,
    problem::{Problem, ProblemKind},
};

/// The answer to a request that came too early. It costs nothing more than itself.
pub(super) fn exceeded(request: &Request<Body>) -> Option<Response> {
    let seconds = context::field(request, RETRY_AFTER)?;
    // What is no number cannot have come from the authorizer; the limit stands all the same.
    let seconds = seconds.parse().unwrap_or(60);
    Some(Problem::new(ProblemKind::TooManyRequests).retry_after(seconds).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};
    use serde_json::{Value, json, value::RawValue};

    use crate::http::{edge, handle};

    async fn call(authorizer: Value) -> Value {
        let router = Router::new().route("/v1/chat/sessions", post(|| async { "made" }));
        let event = json!({
            "resource": "/v1/chat/sessions", "path": "/v1/chat/sessions", "httpMethod": "POST", "headers": {},
            "requestContext": {"httpMethod": "POST", "identity": {}, "authorizer": authorizer},
        });
        handle(edge(router), None, &RawValue::from_string(event.to_string()).unwrap()).await
    }

    #[tokio::test]
    async fn a_key_that_is_used_up_waits() {
        let within = call(json!({"office": "front"})).await;
        assert_eq!((&within["statusCode"], &within["body"]), (&json!(200), &json!("made")));

        let site = "https://jobs.acme.example";
        let beyond = call(json!({"office": "front", "retry_after": "17", "origin": site})).await;
        assert_eq!(beyond["statusCode"], 429);
        let headers = &beyond["multiValueHeaders"];
        assert_eq!(headers["retry-after"], json!(["17"]));
        assert_eq!(
            headers["access-control-allow-origin"],
            json!([site]),
            "the page may read when to come again"
        );
        let problem: Value = serde_json::from_str(beyond["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["type"], "urn:vivier:problem:too-many-requests");

        let strange = call(json!({"office": "front", "retry_after": "soon"})).await;
        assert_eq!(
            (&strange["statusCode"], &strange["multiValueHeaders"]["retry-after"]),
            (&json!(429), &json!(["60"]))
        );
    }
}
