//! The HTTP edge: a gateway event becomes a request, a handler's error becomes problem+json, a panic becomes a 500.

pub(crate) mod audit;
pub mod body;
mod context;
mod cors;
pub mod cursor;
mod deadline;
pub mod etag;
mod headers;
pub mod idempotency;
mod limit;
pub mod moment;
pub mod new_id;
pub mod office;
pub mod page;
mod patch;
pub mod period;
pub mod problem;
pub mod query;
pub mod refusals;
pub mod script_page;
pub(crate) mod stream;

use std::panic::AssertUnwindSafe;

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use lambda_http::request::LambdaRequest;
use serde_json::{Value, json, value::RawValue};
use tower::ServiceExt;

use audit::{Auditor, Ledger};
pub use body::{ApiJson, OptionalJson};
pub use deadline::Deadline;
pub use etag::{ETag, IfMatch, IfNoneMatch};
pub use new_id::{NewId, nth};
pub use office::{BackOffice, FrontOffice, InProject, Myself};
pub use page::PageQuery;
pub use patch::Patch;
pub use problem::{Problem, ProblemKind};
pub use query::{ApiPath, ApiQuery};
pub use script_page::ScriptPage;

/// The largest request body, in bytes. Files go by presigned upload, so a request is small.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Puts the suite's answers for what no route takes around a function's routes.
pub(crate) fn edge(router: Router) -> Router {
    router
        .fallback(|| async { Problem::new(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(ProblemKind::MethodNotAllowed) })
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
}

/// Answers one gateway event in one piece.
#[cfg(test)]
pub(crate) async fn handle(router: Router, auditor: Option<&Auditor>, raw: &RawValue) -> Value {
    whole(answer(router, auditor, raw, None).await).await
}

/// Answers one gateway event. It always answers: there is no event that ends in a platform error.
pub(crate) async fn answer(
    router: Router,
    auditor: Option<&Auditor>,
    raw: &RawValue,
    deadline: Option<Deadline>,
) -> Response {
    let ledger = auditor.map(Auditor::open);
    let response = match request(raw, ledger.as_ref()) {
        Ok(mut request) => {
            if let Some(deadline) = deadline {
                request.extensions_mut().insert(deadline);
            }
            let site = cors::site(&request);
            let mut response = match limit::exceeded(&request) {
                Some(response) => response,
                None => serve(router, request).await,
            };
            site.open(response.headers_mut());
            response
        }
        Err(problem) => problem.into_response(),
    };
    let mut response = match &ledger {
        Some(ledger) => ledger.close(response).await,
        None => response,
    };
    headers::secure(response.status(), response.headers_mut());
    response
}

async fn serve(router: Router, request: Request<Body>) -> Response {
    match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(infallible)) => match infallible {},
        Err(_) => {
            tracing::error!("a handler panicked");
            Problem::new(ProblemKind::Internal).into_response()
        }
    }
}

fn request(raw: &RawValue, ledger: Option<&Ledger>) -> Result<Request<Body>, Problem> {
    let mut event: LambdaRequest =
        serde_json::from_str(raw.get()).map_err(|_| Problem::new(ProblemKind::MalformedRequest))?;
    // The adapter would put the stage before the path, and routes do not begin with it.
    if let LambdaRequest::ApiGatewayV1(request) = &mut event {
        request.request_context.stage = None;
    }
    // The adapter panics on what cannot be a request (a header with a line break, say).
    let mut request: Request<lambda_http::Body> = std::panic::catch_unwind(AssertUnwindSafe(|| event.into()))
        .map_err(|_| Problem::new(ProblemKind::MalformedRequest))?;
    if let Some(ledger) = ledger {
        request.extensions_mut().insert(ledger.clone());
    }
    Ok(request.map(|body| match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }))
}

/// A response as the gateway takes it in one piece.
pub(crate) async fn whole(response: Response) -> Value {
    let (parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return json!({"statusCode": 500, "body": ""});
    };
    let mut headers = serde_json::Map::new();
    for (name, value) in &parts.headers {
        let values = headers.entry(name.as_str()).or_insert_with(|| json!([]));
        if let (Some(values), Ok(text)) = (values.as_array_mut(), value.to_str()) {
            values.push(json!(text));
        }
    }
    // Every answer of this suite is text: JSON, or problem+json.
    let body = String::from_utf8(bytes.into())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    json!({
        "statusCode": parts.status.as_u16(),
        "multiValueHeaders": headers,
        "body": body,
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests;
