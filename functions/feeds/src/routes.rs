//! The function's routes: all of the back office. Who may import a file may have it fetched.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use utoipa::OpenApi;
use vivier_domain::{
    ids::{FeedId, FeedRunId},
    permission::needs,
    retention::DataKind,
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::feeds::{self, Feed};
use vivier_tenancy::TenantScope;

use crate::{
    App, approval,
    body::{FeedChange, NewFeed},
    changes,
    view::{FeedPage, FeedView, RunPage, RunView},
};

const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/feeds", get(list).post(create))
        .route("/v1/feeds/{id}", get(fetch).patch(update).delete(delete))
        .route("/v1/feeds/{id}/runs", get(list_runs).post(run))
        .route("/v1/feeds/{id}/runs/{run_id}", get(fetch_run))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, create, fetch, update, delete, list_runs, run, fetch_run))]
    struct Document;
    Document::openapi()
}

/// The feeds.
#[utoipa::path(
    get,
    path = "/v1/feeds",
    operation_id = "feeds_list",
    tag = "feeds",
    params(PageQuery),
    responses((status = 200, description = "A page of feeds", body = FeedPage), Listing),
)]
async fn list(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<FeedPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let mut found = feeds::list(&tx, after.map(FeedId::from), limit + 1).await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    drop(tx);
    drop(session);
    let approvals = approval::list(&app, &office.0).await?;
    let feeds = found.into_iter().map(|feed| {
        let approval = approvals.get(&feed.id).copied();
        FeedView::of(feed, approval)
    });
    Ok(Json(FeedPage { feeds: feeds.collect(), next_cursor }))
}

/// Enters a feed. If it is enabled, its file is fetched once the operator has approved that, and by its schedule from then on.
#[utoipa::path(
    post,
    path = "/v1/feeds",
    operation_id = "feeds_create",
    tag = "feeds",
    request_body = NewFeed,
    responses(
        (status = 201, description = "The feed", body = FeedView,
            headers(("Location" = String, description = "Where it is"))),
        Changing,
    ),
)]
async fn create(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    NewId(id): NewId<FeedId>,
    ApiJson(body): ApiJson<NewFeed>,
) -> Result<Response, Problem> {
    let feed = changes::create(&app, &office.0, id, body.check()?).await?;
    let location = [(header::LOCATION, format!("/v1/feeds/{id}"))];
    let approval = approval::ask(&app, &office.0, &feed).await;
    Ok((StatusCode::CREATED, location, Json(FeedView::of(feed, Some(approval)))).into_response())
}

/// A feed.
#[utoipa::path(
    get,
    path = "/v1/feeds/{id}",
    operation_id = "feeds_fetch",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed")),
    responses((status = 200, description = "The feed", body = FeedView), Reading),
)]
async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiPath(id): ApiPath<FeedId>,
) -> Result<Json<FeedView>, Problem> {
    let feed = require(&app, &office.0, id).await?;
    let approval = approval::list(&app, &office.0).await?.get(&id).copied();
    Ok(Json(FeedView::of(feed, approval)))
}

/// Changes a feed. At another address, of another source or in another form, its file counts as new. With another schedule, too, the
/// operator has to approve it anew before it is fetched by that.
#[utoipa::path(
    patch,
    path = "/v1/feeds/{id}",
    operation_id = "feeds_update",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed")),
    request_body = FeedChange,
    responses((status = 200, description = "The feed", body = FeedView), Changing),
)]
async fn update(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    ApiPath(id): ApiPath<FeedId>,
    ApiJson(body): ApiJson<FeedChange>,
) -> Result<Json<FeedView>, Problem> {
    let seen = require(&app, &office.0, id).await?;
    let wanted = body.on(&seen)?;
    let feed = changes::update(&app, &office.0, &seen, wanted).await?;
    let approval = approval::ask(&app, &office.0, &feed).await;
    Ok(Json(FeedView::of(feed, Some(approval))))
}

/// Removes a feed, its runs, and what it was opened with. The offers that it brought stay until a file of their source has them no more.
#[utoipa::path(
    delete,
    path = "/v1/feeds/{id}",
    operation_id = "feeds_delete",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed")),
    responses((status = 204, description = "It is gone"), Reading),
)]
async fn delete(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    ApiPath(id): ApiPath<FeedId>,
) -> Result<StatusCode, Problem> {
    if !changes::delete(&app, &office.0, id).await? {
        return Err(NOT_FOUND());
    }
    approval::forget(&app, &office.0, id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What became of a feed's file, each time that it was fetched.
#[utoipa::path(
    get,
    path = "/v1/feeds/{id}/runs",
    operation_id = "feed_runs_list",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed"), PageQuery),
    responses((status = 200, description = "A page of runs", body = RunPage), Listing),
)]
async fn list_runs(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiPath(id): ApiPath<FeedId>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<RunPage>, Problem> {
    let (before, limit) = query.read(&office.0)?;
    let since = since(&app, &office.0).await?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    feeds::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    let mut found = feeds::list_runs(&tx, id, before.map(FeedRunId::from), limit + 1, since).await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(RunPage { runs: found.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Has a feed's file fetched now, within a minute or so, whatever its schedule. While a run waits or is under way, that one is the answer.
#[utoipa::path(
    post,
    path = "/v1/feeds/{id}/runs",
    operation_id = "feed_runs_create",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed")),
    responses(
        (status = 202, description = "The run", body = RunView,
            headers(("Location" = String, description = "Where it is"))),
        Reading,
        (status = 422, description = "The `Idempotency-Key` was used for another request", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn run(
    State(app): State<App>,
    office: BackOffice<needs::OffersWrite>,
    NewId(run): NewId<FeedRunId>,
    ApiPath(id): ApiPath<FeedId>,
) -> Result<Response, Problem> {
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    feeds::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)?;
    let run = feeds::open_run(&tx, id, run, app.clock.now()).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/feeds/{id}/runs/{}", run.id))];
    Ok((StatusCode::ACCEPTED, location, Json(RunView::from(run))).into_response())
}

/// One run of a feed.
#[utoipa::path(
    get,
    path = "/v1/feeds/{id}/runs/{run_id}",
    operation_id = "feed_runs_fetch",
    tag = "feeds",
    params(("id" = Uuid, Path, description = "The feed"), ("run_id" = Uuid, Path, description = "The run")),
    responses((status = 200, description = "The run", body = RunView), Reading),
)]
async fn fetch_run(
    State(app): State<App>,
    office: BackOffice<needs::OffersRead>,
    ApiPath((id, run)): ApiPath<(FeedId, FeedRunId)>,
) -> Result<Json<RunView>, Problem> {
    let since = since(&app, &office.0).await?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let found = feeds::fetch_run(&tx, id, run, since).await?;
    found.map(|found| Json(found.into())).ok_or_else(NOT_FOUND)
}

/// Runs that ended before this are over, whether they are still there or not.
async fn since(app: &App, scope: &TenantScope) -> Result<Timestamp, Problem> {
    Ok(app.tenancy.retention(scope).await?.kept_since(DataKind::FeedRuns, app.clock.now()))
}

async fn require(app: &App, scope: &TenantScope, id: FeedId) -> Result<Feed, Problem> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    feeds::fetch(&tx, id).await?.ok_or_else(NOT_FOUND)
}
