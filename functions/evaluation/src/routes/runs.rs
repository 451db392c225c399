//! Runs over a front office's test questions.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use jiff::Timestamp;
use uuid::Uuid;
use vivier_domain::{
    ids::TestRunId,
    permission::needs,
    retention::DataKind,
    test_run::{Cause, Edition},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, InProject, NewId, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::test_runs::{self, NewRun};
use vivier_tenancy::TenantScope;

use super::require;
use crate::{
    App, run,
    view::{Asking, TestRun, TestRunPage, TestRunReport},
};

/// Asks for a run over all test questions of a front office. It begins within a minute; one runs at a time.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/test-runs",
    operation_id = "test_runs_create",
    tag = "evaluation",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = Asking,
    responses((status = 202, description = "It will be run", body = TestRun), Changing),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    NewId(id): NewId<TestRunId>,
    ApiJson(body): ApiJson<Asking>,
) -> Result<Response, Problem> {
    let (scope, project) = (office.0, office.1);
    let conflict = || Problem::new(ProblemKind::Conflict);
    let edition = body.settings.unwrap_or(Edition::Published);
    require(&app, &scope, project).await?;
    let settings = run::settings(&app, &scope, project, edition).await?.ok_or_else(conflict)?;
    // Settings of our own making always are JSON.
    let settings = &serde_json::to_value(settings).unwrap_or_default();
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let run = NewRun { id, project, cause: Cause::Member, edition, settings };
    let created = test_runs::create(&tx, run, app.clock.now()).await?;
    let found = if created { test_runs::fetch(&tx, project, id, Timestamp::UNIX_EPOCH).await? } else { None };
    tx.commit().await?;
    let run = TestRun::from(found.ok_or_else(conflict)?);
    let location = [(header::LOCATION, format!("/v1/projects/{project}/test-runs/{id}"))];
    Ok((StatusCode::ACCEPTED, location, Json(run)).into_response())
}

/// A front office's runs, the newest first, each with its figures: how answers became better or worse.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/test-runs",
    operation_id = "test_runs_list",
    tag = "evaluation",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses((status = 200, description = "A page of runs", body = TestRunPage), Listing),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<TestRunPage>, Problem> {
    let (scope, project) = (office.0, office.1);
    let (before, limit) = query.read(&scope)?;
    require(&app, &scope, project).await?;
    let since = since(&app, &scope).await?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let mut found =
        test_runs::list(&tx, project, before.map(TestRunId::from), limit as u32 + 1, since).await?;
    tx.commit().await?;
    let next_cursor = page::cut(&scope, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(TestRunPage { runs: found.into_iter().map(Into::into).collect(), next_cursor }))
}

/// A run with what came of each question.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/test-runs/{id}",
    operation_id = "test_runs_fetch",
    tag = "evaluation",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = Uuid, Path, description = "The run"),
    ),
    responses((status = 200, description = "The run", body = TestRunReport), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    ApiPath((_, id)): ApiPath<(Uuid, TestRunId)>,
) -> Result<Json<TestRunReport>, Problem> {
    let (scope, project) = (office.0, office.1);
    let since = since(&app, &scope).await?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let found = test_runs::fetch(&tx, project, id, since).await?;
    let outcomes = test_runs::list_outcomes(&tx, project, id).await?;
    tx.commit().await?;
    let run = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(TestRunReport { run: run.into(), outcomes: outcomes.into_iter().map(Into::into).collect() }))
}

/// Runs from before this are over, whether they are still there or not.
async fn since(app: &App, scope: &TenantScope) -> Result<Timestamp, Problem> {
    Ok(app.tenancy.retention(scope).await?.kept_since(DataKind::TestRuns, app.clock.now()))
}
