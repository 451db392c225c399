//! Routes of the back office: requests that came in, and those that a member enters.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use vivier_domain::{
    ids::PrivacyRequestId,
    permission::needs,
    privacy::{KEPT, PrivacyRequestKind, PrivacyRequestState},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::privacy::{self, NewRequest, Request};
use vivier_tenancy::{TenancyError, TenantScope};

use super::NOT_FOUND;
use crate::{
    App,
    body::{ErasureLedger, NewPrivacyRequest, PrivacyRequestPage, PrivacyRequestView, ReceiptView},
    work,
};

/// Receipts on a page.
const RECEIPTS: i32 = 100;

/// Requests that came in, the newest first. Those that nobody confirmed are not shown.
#[utoipa::path(
    get,
    path = "/v1/data-requests",
    operation_id = "data_requests_list",
    tag = "privacy",
    params(PageQuery),
    responses((status = 200, description = "A page of requests", body = PrivacyRequestPage), Listing),
)]
pub(crate) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PrivacyRequestPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let since = app.clock.now() - KEPT;
    let mut found = privacy::list(&tx, after.map(Into::into), most, since).await?;
    tx.commit().await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(PrivacyRequestPage {
        requests: found.into_iter().map(PrivacyRequestView::of).collect(),
        next_cursor,
    }))
}

/// Enters a request that somebody made by another way, and whose identity the member has made sure of. An erasure and a copy are carried out
/// within minutes.
#[utoipa::path(
    post,
    path = "/v1/data-requests",
    operation_id = "data_requests_create",
    tag = "privacy",
    request_body = NewPrivacyRequest,
    responses((status = 201, description = "The request", body = PrivacyRequestView), Changing),
)]
pub(crate) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyWrite>,
    NewId(id): NewId<Uuid>,
    ApiJson(body): ApiJson<NewPrivacyRequest>,
) -> Result<Response, Problem> {
    let email = body.check()?;
    let (id, scope) = (PrivacyRequestId::from(id), &office.0);
    let by = member(scope)?;
    let new = NewRequest {
        id,
        kind: body.kind,
        email: &email,
        language: body.language,
        conversations: &body.conversations,
        note: body.note.as_ref(),
    };
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    privacy::received(&tx, new, by, app.clock.now()).await?;
    let request = privacy::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view(&app, scope, request).await?)).into_response())
}

/// One request, with what each store answered to an erasure.
#[utoipa::path(
    get,
    path = "/v1/data-requests/{id}",
    operation_id = "data_requests_fetch",
    tag = "privacy",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "The request", body = PrivacyRequestView), Reading),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
    ApiPath(id): ApiPath<PrivacyRequestId>,
) -> Result<Json<PrivacyRequestView>, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let request = privacy::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    let over = request.ended_at.is_some_and(|ended| ended < app.clock.now() - KEPT);
    if over || request.state == PrivacyRequestState::Pending {
        return Err(NOT_FOUND());
    }
    let stores = privacy::list_stores(&tx, id).await?;
    tx.commit().await?;
    let erasure = request.kind == PrivacyRequestKind::Erasure;
    let view = view(&app, &office.0, request).await?;
    Ok(Json(if erasure { view.with_stores(stores) } else { view }))
}

/// Says that a correction was made: the person is told, and what they wrote goes. Copies and erasures are answered by the suite itself.
#[utoipa::path(
    post,
    path = "/v1/data-requests/{id}/completion",
    operation_id = "data_requests_complete",
    tag = "privacy",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "The request", body = PrivacyRequestView), Changing),
)]
pub(crate) async fn complete(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyWrite>,
    ApiPath(id): ApiPath<PrivacyRequestId>,
) -> Result<Json<PrivacyRequestView>, Problem> {
    let scope = &office.0;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let request = privacy::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    match (request.kind, request.state) {
        (_, PrivacyRequestState::Pending) => return Err(NOT_FOUND()),
        (PrivacyRequestKind::Rectification, PrivacyRequestState::Received) => {}
        (PrivacyRequestKind::Rectification, _) => return Ok(Json(view(&app, scope, request).await?)),
        _ => return Err(Problem::new(ProblemKind::Conflict).field("kind", "not-a-rectification")),
    }
    tx.commit().await?;
    drop(session);
    work::corrected(&app, scope, id).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let request = privacy::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    tx.commit().await?;
    Ok(Json(view(&app, scope, request).await?))
}

/// From where receipts are listed.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptsQuery {
    /// Behind this number; from the first one when it is missing.
    #[param(minimum = 0, maximum = 2_147_483_647)]
    after: Option<u32>,
}

/// The ledger of erasures: each receipt is signed, and has the hash of the one before it. Persons stand in it as keyed hashes.
#[utoipa::path(
    get,
    path = "/v1/erasure-receipts",
    operation_id = "erasure_receipts_list",
    tag = "privacy",
    params(ReceiptsQuery),
    responses((status = 200, description = "Receipts", body = ErasureLedger), Listing),
)]
pub(crate) async fn list_receipts(
    State(app): State<App>,
    office: BackOffice<needs::PrivacyRead>,
    ApiQuery(query): ApiQuery<ReceiptsQuery>,
) -> Result<Json<ErasureLedger>, Problem> {
    let after = query.after.unwrap_or(0);
    if i32::try_from(after).is_err() {
        return Err(Problem::new(ProblemKind::InvalidQuery).field("after", "out-of-range"));
    }
    let keys = app.tenancy.privacy_keys(&office.0).await?.open().await?;
    let found = app.tenancy.ledger(&office.0)?.list(u64::from(after), RECEIPTS).await?;
    let next_after = (found.len() == RECEIPTS as usize).then(|| found.last().map(|(seq, _)| *seq)).flatten();
    let receipts = found
        .into_iter()
        .map(|(seq, signed)| ReceiptView {
            seq,
            receipt: signed.receipt,
            hash: signed.hash.to_string(),
            signature: signed.signature.to_string(),
        })
        .collect();
    Ok(Json(ErasureLedger { receipts, public_key: keys.public_key().to_string(), next_after }))
}

fn member(scope: &TenantScope) -> Result<Uuid, Problem> {
    let subject = scope.member().and_then(|member| member.subject().parse().ok());
    subject.ok_or_else(|| Problem::new(ProblemKind::Forbidden))
}

/// The request, with the code of a copy that is still to come where a member entered it: the person is to hear it from one.
async fn view(app: &App, scope: &TenantScope, request: Request) -> Result<PrivacyRequestView, TenancyError> {
    let told = request.kind == PrivacyRequestKind::Access
        && request
            .entered_by
            .is_some_and(|by| scope.member().is_some_and(|me| me.subject() == by.to_string()));
    let code =
        if told { Some(app.tenancy.privacy_keys(scope).await?.open().await?.code(request.id)) } else { None };
    Ok(PrivacyRequestView::of(request).with_code(code))
}
