//! What the authorizer wrote into a request's context for the edge itself.

use axum::{body::Body, http::Request};
use lambda_http::request::RequestContext;
use serde_json::Value;

/// One field of the authorizer's context.
pub(super) fn field<'r>(request: &'r Request<Body>, name: &str) -> Option<&'r str> {
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            context.authorizer.fields.get(name).and_then(Value::as_str)
        }
        _ => None,
    }
}
