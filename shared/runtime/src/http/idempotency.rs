//! `Idempotency-Key`: a write that is sent twice with the same key is carried out once, and answered twice.
//!
//! The key belongs to its caller: nobody gets an answer of somebody else's. Rights are judged at every try: an answer is
//! given again to a member who still holds the permission that the write needed. Failures that may pass (5xx, 429) and
//! refusals (401, 403) are never kept; neither is an answer that hands out a cookie.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vivier_domain::permission::Permission;
use vivier_tenancy::{
    Tenancy, TenantScope,
    rooms::requests::{Claim, Claimed, LONGEST, Requests},
};

use super::{
    BODY_LIMIT,
    new_id::Seed,
    office,
    problem::{Problem, ProblemKind},
};
use crate::{Clock, telemetry};

/// The header that names a write.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that is given again.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Seconds after which to ask again for a request that is being carried out.
const PATIENCE: HeaderValue = HeaderValue::from_static("1");

/// Headers that belong to an answer. What the edge adds, it adds anew.
const KEPT: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::LOCATION,
    header::ETAG,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_LANGUAGE,
];

/// The permission a handler's signature needed, as its extractor found it held.
#[derive(Debug, Clone, Default)]
struct Needed(Arc<OnceLock<Permission>>);

/// Notes that a permission was needed, and held.
pub(super) fn note(parts: &Parts, permission: Permission) {
    if let Some(needed) = parts.extensions.get::<Needed>() {
        // One handler needs one permission.
        let _ = needed.0.set(permission);
    }
}

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    /// What the caller must still hold to be given it again.
    needed: Option<Permission>,
}

#[derive(Debug, Clone)]
struct Edge {
    tenancy: Tenancy,
    clock: Clock,
}

/// Puts the layer around a function's routes.
pub(crate) fn layer(router: Router, tenancy: Tenancy, clock: Clock) -> Router {
    router.layer(from_fn_with_state(Edge { tenancy, clock }, pass))
}

async fn pass(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    if !is_write(request.method()) || !request.headers().contains_key(IDEMPOTENCY_KEY) {
        return next.run(request).await;
    }
    // Whoever is not known yet has no requests of their own: a login is never answered from memory.
    let Ok(scope) = office::enter(request.extensions()) else { return next.run(request).await };
    match once(&edge, &scope, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

fn is_write(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

async fn once(edge: &Edge, scope: &TenantScope, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(request.headers())?;
    let (mut parts, body) = request.into_parts();
    let body =
        axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| Problem::new(ProblemKind::BodyTooLarge))?;
    let requests = edge.tenancy.requests(scope)?;
    let claimed = requests.claim(key, &caller(scope), &whole(&parts, &body), edge.clock.now()).await?;
    let claim = match claimed {
        Claimed::Begun(claim) => claim,
        Claimed::Running => {
            let problem = Problem::new(ProblemKind::RequestInProgress);
            return Ok(([(header::RETRY_AFTER, PATIENCE)], problem).into_response());
        }
        Claimed::Reused => return Err(Problem::new(ProblemKind::IdempotencyKeyReused)),
        Claimed::Answered(answer) => return again(scope, &answer),
    };
    let needed = Needed::default();
    parts.extensions.insert(Seed(claim.seed));
    parts.extensions.insert(needed.clone());
    let request = Request::from_parts(parts, Body::from(body));
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => Ok(keep(&requests, &claim, needed.0.get().copied(), response).await),
        Err(panic) => {
            release(&requests, &claim).await;
            std::panic::resume_unwind(panic)
        }
    }
}

fn key(headers: &HeaderMap) -> Result<Uuid, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let one = values.next().filter(|_| values.next().is_none());
    one.and_then(|value| value.to_str().ok())
        // Only the usual form is one: otherwise one key could be written in several ways.
        .filter(|text| text.len() == 36)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Problem::new(ProblemKind::InvalidIdempotencyKey))
}

/// Whose key it is: a member's own, or a candidate's in one front office.
fn caller(scope: &TenantScope) -> String {
    match (scope.member(), scope.project()) {
        (Some(member), _) => format!("member {}", member.subject()),
        (None, Some(project)) => format!("candidate {project}"),
        (None, None) => "candidate".to_owned(),
    }
}

/// All that makes a request this one: two that differ in any of it are not the same.
fn whole(parts: &Parts, body: &Bytes) -> Vec<u8> {
    // The gateway hands parameters over in no order.
    let mut query: Vec<&str> = parts.uri.query().unwrap_or_default().split('&').collect();
    query.sort_unstable();
    let header = |name| parts.headers.get(name).map_or(&[] as &[u8], HeaderValue::as_bytes);
    let mut whole = Vec::new();
    for part in [
        parts.method.as_str().as_bytes(),
        parts.uri.path().as_bytes(),
        query.join("&").as_bytes(),
        header(header::CONTENT_TYPE),
        header(header::IF_MATCH),
        body,
    ] {
        whole.extend_from_slice(&(part.len() as u64).to_be_bytes());
        whole.extend_from_slice(part);
    }
    whole
}

/// The kept answer, for a caller who may still have it.
fn again(scope: &TenantScope, answer: &[u8]) -> Result<Response, Problem> {
    let internal = || Problem::new(ProblemKind::Internal);
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| internal())?;
    if let Some(needed) = answer.needed {
        scope.require(needed)?;
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| internal())?;
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// Whether the same request would be answered the same for a day.
fn lasts(status: StatusCode) -> bool {
    const PASSING: [StatusCode; 5] = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    !status.is_server_error() && !PASSING.contains(&status)
}

/// Keeps an answer that lasts. The write is done: whatever goes wrong with keeping it, the caller gets the answer.
async fn keep(
    requests: &Requests<'_>,
    claim: &Claim,
    needed: Option<Permission>,
    response: Response,
) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        release(requests, claim).await;
        return Problem::new(ProblemKind::Internal).into_response();
    };
    let kept = match written(&parts.headers, parts.status, &body, needed) {
        Some(answer) => requests.keep(claim, &answer).await,
        None => requests.release(claim).await,
    };
    if let Err(error) = kept {
        tracing::warn!(error = telemetry::chain(&error), "an answer could not be kept");
    }
    Response::from_parts(parts, Body::from(body))
}

fn written(
    headers: &HeaderMap,
    status: StatusCode,
    body: &Bytes,
    needed: Option<Permission>,
) -> Option<Vec<u8>> {
    if !lasts(status) || headers.contains_key(header::SET_COOKIE) {
        return None;
    }
    let header = |name: &HeaderName| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()));
    let answer = Answer {
        status: status.as_u16(),
        headers: KEPT.iter().filter_map(header).collect(),
        body: String::from_utf8(body.to_vec()).ok()?,
        needed,
    };
    serde_json::to_vec(&answer).ok().filter(|answer| answer.len() <= LONGEST)
}

async fn release(requests: &Requests<'_>, claim: &Claim) {
    if let Err(error) = requests.release(claim).await {
        tracing::warn!(error = telemetry::chain(&error), "a claim could not be released");
    }
}

#[cfg(test)]
mod tests;
