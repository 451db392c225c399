//! Enters in the audit log what members do (K8.1a): every write, and every reading of what is about persons.
//!
//! A write has two entries. `begun` is there before its handler runs; without it nothing is done, and the answer is 503.
//! The other says how it ended, before the answer leaves. Where that one cannot be written the change is made all the
//! same: the answer stands, the log's alarm tells, and `begun` without an end reads as "may have been done". A reading
//! has one entry, and no answer without it. A member who lacks the permission has one, `refused`; the refusal stands even
//! where it cannot be entered.
//!
//! An answer given again for an `Idempotency-Key` is no second write and has no entry.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{FromRequestParts, MatchedPath, RawPathParams},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use lambda_http::request::RequestContext;
use utoipa::openapi::OpenApi;
use uuid::Uuid;
use vivier_domain::{permission::Permission, report::ReportKind, role::RoleId};
use vivier_store::audit::{self, Entry, Outcome};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope};

use super::{
    office,
    problem::{Problem, ProblemKind},
};
use crate::{Clock, telemetry};

/// How often the end of a write is tried to be entered: the first try may find that its connection broke.
const TRIES: u32 = 2;
/// Stands for a segment of a path that can be no id: what somebody typed there is not repeated.
const NO_ID: &str = "invalid";
/// Below this path, things are roles: they have names instead of ids.
const ROLES: &str = "/v1/roles/";

/// Where one function's edge enters what members do.
#[derive(Debug, Clone)]
pub(crate) struct Auditor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tenancy: Tenancy,
    clock: Clock,
    /// `POST /v1/imports` to `imports_create`.
    operations: BTreeMap<String, String>,
}

impl Auditor {
    pub(crate) fn new(tenancy: &Tenancy, clock: Clock, document: &OpenApi) -> Self {
        Self(Arc::new(Inner { tenancy: tenancy.clone(), clock, operations: operations(document) }))
    }

    /// The place of one request.
    pub(super) fn open(&self) -> Ledger {
        Ledger { auditor: self.clone(), page: Arc::default() }
    }

    async fn enter(&self, page: &Page, subject: &str, outcome: Outcome) -> Result<(), TenancyError> {
        let entry = Entry::of(&page.scope, self.0.clock.now(), &page.action, subject, outcome)
            .in_request(page.request.as_deref());
        audit::enter(&self.0.tenancy, &page.scope, &entry).await.map(|_| ())
    }
}

/// The names of a document's operations, completed as in the API's whole document.
fn operations(document: &OpenApi) -> BTreeMap<String, String> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(name) = operation["operationId"].as_str() else { continue };
            let resource = path.split('/').nth(2).unwrap_or_default();
            let whole = if name.contains('_') { name.to_owned() } else { format!("{resource}_{name}") };
            found.insert(format!("{} {path}", method.to_uppercase()), whole);
        }
    }
    found
}

/// One request's place in the log. It travels with the request to the extractor that knows the permission.
#[derive(Clone)]
pub(super) struct Ledger {
    auditor: Auditor,
    page: Arc<Mutex<Option<Page>>>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

/// What the last entry of a request will say.
struct Page {
    scope: TenantScope,
    action: String,
    subject: String,
    request: Option<String>,
    admitted: bool,
    begun: bool,
}

/// What each extractor of the back office asks once it has a verdict on the caller. A write that is admitted is entered
/// here. Without a ledger nobody is admitted: a function whose edge enters nothing does nothing.
pub(super) async fn admit<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    permission: Option<Permission>,
    verdict: Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(ledger) = parts.extensions.get::<Ledger>().cloned() else {
        tracing::error!("a route of the back office enters nothing in the audit log");
        return Err(Problem::new(ProblemKind::Internal));
    };
    let scope = office::enter(&parts.extensions)?;
    let write = is_write(&parts.method);
    // A candidate who knocks at the back office is refused; the log is about members.
    if scope.member().is_none() || !(write || permission.is_some_and(Permission::is_personal)) {
        return verdict;
    }
    let mut page = Page {
        action: ledger.action(parts)?,
        subject: subject(parts, state, &scope).await,
        request: request_id(parts),
        scope,
        admitted: verdict.is_ok(),
        begun: false,
    };
    if write && verdict.is_ok() {
        ledger.auditor.enter(&page, &page.subject, Outcome::Begun).await.map_err(|error| {
            tracing::error!(
                error = telemetry::chain(&error),
                "a write was not begun: it could not be entered"
            );
            Problem::new(ProblemKind::Unavailable)
        })?;
        page.begun = true;
    }
    *ledger.page() = Some(page);
    verdict
}

impl Ledger {
    fn page(&self) -> std::sync::MutexGuard<'_, Option<Page>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn action(&self, parts: &Parts) -> Result<String, Problem> {
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        // HEAD is answered by the handler of GET.
        let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
        self.auditor.0.operations.get(&format!("{method} {path}")).cloned().ok_or_else(|| {
            tracing::error!(path, "a route has no name in its function's document");
            Problem::new(ProblemKind::Internal)
        })
    }

    /// Enters how the request ended, and lets its answer go.
    pub(super) async fn close(&self, response: Response) -> Response {
        let Some(page) = self.page().take() else { return response };
        let subject = with_created(&page, response.status(), response.headers());
        let outcome = outcome(response.status());
        let mut tries = 1;
        loop {
            match self.auditor.enter(&page, &subject, outcome).await {
                Ok(()) => return response,
                Err(error) if tries < TRIES => {
                    tries += 1;
                    tracing::warn!(error = telemetry::chain(&error), "an entry is tried once more");
                }
                Err(error) => {
                    let Page { action, admitted, begun, .. } = page;
                    tracing::error!(
                        error = telemetry::chain(&error),
                        action,
                        begun,
                        "an entry could not be written"
                    );
                    // What is done is done, and a refusal opens nothing.
                    return if begun || !admitted {
                        response
                    } else {
                        Problem::new(ProblemKind::Unavailable).into_response()
                    };
                }
            }
        }
    }
}

fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn outcome(status: StatusCode) -> Outcome {
    match status.as_u16() {
        ..400 => Outcome::Done,
        400..500 => Outcome::Refused,
        500.. => Outcome::Failed,
    }
}

fn request_id(parts: &Parts) -> Option<String> {
    match parts.extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.request_id.clone(),
        _ => None,
    }
}

/// The ids that the path names, or the tenant. Only where roles are named may a segment be a word: elsewhere somebody
/// could have typed anything.
async fn subject<S: Send + Sync>(parts: &mut Parts, state: &S, scope: &TenantScope) -> String {
    let roles = parts.uri.path().starts_with(ROLES);
    let read = |value: &str| {
        let known = if roles { name(value) } else { id(value).or_else(|| given(value)) };
        known.unwrap_or_else(|| NO_ID.into())
    };
    let ids: Vec<String> = match RawPathParams::from_request_parts(parts, state).await {
        Ok(params) => params.iter().map(|(_, value)| read(value)).collect(),
        Err(_) => Vec::new(),
    };
    if ids.is_empty() { scope.tenant().to_string() } else { ids.join("/") }
}

/// The subject with the id of what was created, which its Location names.
fn with_created(page: &Page, status: StatusCode, headers: &HeaderMap) -> String {
    let location = headers.get(header::LOCATION).filter(|_| status == StatusCode::CREATED);
    let last = location.and_then(|location| location.to_str().ok()?.rsplit('/').next());
    match last.and_then(name) {
        Some(made) if page.subject == page.scope.tenant().to_string() => made,
        Some(made) if !page.subject.split('/').any(|known| known == made) => {
            format!("{}/{made}", page.subject)
        }
        _ => page.subject.clone(),
    }
}

/// A text that is an id of ours or the name of a role.
fn name(text: &str) -> Option<String> {
    id(text).or_else(|| RoleId::try_from(text.to_owned()).ok().map(String::from))
}

/// A text that is the name of a report that the suite gives: one of a closed list.
fn given(text: &str) -> Option<String> {
    text.parse::<ReportKind>().ok().map(|kind| kind.as_str().to_owned())
}

/// A text that is an id of ours: a UUID or a number. Anything else may be content.
fn id(text: &str) -> Option<String> {
    if let Ok(id) = text.parse::<Uuid>() {
        return Some(id.to_string());
    }
    // A longer one may be somebody's telephone number.
    let number = (1..=9).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    number.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
