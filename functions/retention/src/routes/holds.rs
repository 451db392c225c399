//! Holds, as members place and end them.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{
    ids::HoldId,
    permission::needs,
    retention::{DataKind, days_before},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::legal_holds::{self, Hold};
use vivier_tenancy::TenantScope;

use crate::{
    App,
    holds::{self, HoldEnd, HoldPage, HoldView, NewHold},
};

const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

fn member(scope: &TenantScope) -> Result<Uuid, Problem> {
    let subject = scope.member().and_then(|member| member.subject().parse().ok());
    subject.ok_or_else(|| Problem::new(ProblemKind::Forbidden))
}

/// Holds that ended before this are shown to nobody.
fn since(now: Timestamp) -> Timestamp {
    days_before(now, DataKind::LegalHolds.most())
}

async fn found(app: &App, scope: &TenantScope, id: HoldId) -> Result<Hold, Problem> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let hold = legal_holds::fetch(&tx, id, since(app.clock.now())).await?;
    tx.commit().await?;
    hold.ok_or_else(NOT_FOUND)
}

/// Holds, the newest first: those in force, and those that ended within 400 days.
#[utoipa::path(
    get,
    path = "/v1/retention/holds",
    operation_id = "retention_holds_list",
    tag = "retention",
    params(PageQuery),
    responses((status = 200, description = "A page of holds", body = HoldPage), Listing),
)]
pub(crate) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<HoldPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let now = app.clock.now();
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    let most = u32::try_from(limit).unwrap_or(u32::MAX - 1) + 1;
    let mut found = legal_holds::list(&tx, after.map(Into::into), most, since(now)).await?;
    tx.commit().await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(HoldPage { holds: found.into_iter().map(|hold| HoldView::of(hold, now)).collect(), next_cursor }))
}

/// Places a hold: what it is on is not removed until it ends, though its time be over. It is seen by nobody longer for that.
#[utoipa::path(
    post,
    path = "/v1/retention/holds",
    operation_id = "retention_holds_create",
    tag = "retention",
    request_body = NewHold,
    responses((status = 201, description = "The hold", body = HoldView), Changing),
)]
pub(crate) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::RetentionWrite>,
    NewId(id): NewId<HoldId>,
    ApiJson(body): ApiJson<NewHold>,
) -> Result<Response, Problem> {
    let by = member(&office.0)?;
    let hold = holds::place(&app, &office.0, id, Some(by), body).await?;
    Ok((StatusCode::CREATED, Json(HoldView::of(hold, app.clock.now()))).into_response())
}

/// One hold.
#[utoipa::path(
    get,
    path = "/v1/retention/holds/{id}",
    operation_id = "retention_holds_fetch",
    tag = "retention",
    params(("id" = Uuid, Path, description = "The hold")),
    responses((status = 200, description = "The hold", body = HoldView), Reading),
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::RetentionRead>,
    ApiPath(id): ApiPath<HoldId>,
) -> Result<Json<HoldView>, Problem> {
    Ok(Json(HoldView::of(found(&app, &office.0, id).await?, app.clock.now())))
}

/// Lets a hold that is in force end at another moment, within 366 days from now.
#[utoipa::path(
    patch,
    path = "/v1/retention/holds/{id}",
    operation_id = "retention_holds_renew",
    tag = "retention",
    params(("id" = Uuid, Path, description = "The hold")),
    request_body = HoldEnd,
    responses((status = 200, description = "The hold", body = HoldView), Changing),
)]
pub(crate) async fn renew(
    State(app): State<App>,
    office: BackOffice<needs::RetentionWrite>,
    ApiPath(id): ApiPath<HoldId>,
    ApiJson(body): ApiJson<HoldEnd>,
) -> Result<Json<HoldView>, Problem> {
    let (scope, now) = (&office.0, app.clock.now());
    let ends_at = body.check(now)?;
    let hold = found(&app, scope, id).await?;
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let renewed = legal_holds::renew(&tx, id, ends_at, now).await?;
    tx.commit().await?;
    if renewed {
        Ok(Json(HoldView::of(Hold { ends_at, ..hold }, now)))
    } else {
        Err(Problem::new(ProblemKind::Conflict).field("ends_at", "over"))
    }
}

/// Ends a hold: what it was on goes with the next purge, and erasures that waited for it are carried out. Of one that is over nothing changes.
#[utoipa::path(
    delete,
    path = "/v1/retention/holds/{id}",
    operation_id = "retention_holds_release",
    tag = "retention",
    params(("id" = Uuid, Path, description = "The hold")),
    responses((status = 200, description = "The hold", body = HoldView), Reading),
)]
pub(crate) async fn release(
    State(app): State<App>,
    office: BackOffice<needs::RetentionWrite>,
    ApiPath(id): ApiPath<HoldId>,
) -> Result<Json<HoldView>, Problem> {
    let by = member(&office.0)?;
    found(&app, &office.0, id).await?;
    holds::release(&app, &office.0, id, Some(by)).await?;
    Ok(Json(HoldView::of(found(&app, &office.0, id).await?, app.clock.now())))
}
