//! The function's routes: a tenant's own tasks, for its back office.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use utoipa::OpenApi;
use vivier_domain::{ids::TaskId, permission::needs};
use vivier_runtime::http::{
    ApiPath, ApiQuery, BackOffice, PageQuery, Problem, ProblemKind, page,
    refusals::{Listing, Reading},
};

use crate::{
    App,
    view::{TaskPage, TaskView},
};

const NOT_FOUND: fn() -> Problem = || Problem::new(ProblemKind::NotFound);

/// The routes with what they need.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/tasks", get(list))
        .route("/v1/tasks/{id}", get(fetch))
        .route("/v1/tasks/{id}/runs", post(run))
        .with_state(app)
}

/// The routes' OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, fetch, run))]
    struct Document;
    Document::openapi()
}

/// What runs by schedule for the tenant.
#[utoipa::path(
    get,
    path = "/v1/tasks",
    operation_id = "tasks_list",
    tag = "tasks",
    params(PageQuery),
    responses((status = 200, description = "A page of tasks", body = TaskPage), Listing),
)]
async fn list(
    State(app): State<App>,
    office: BackOffice<needs::TasksRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<TaskPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let mut found = app.tenancy.own_tasks(&office.0)?.list().await?;
    // There are no more than a tenant may have feeds and reports: they are read as one.
    found.retain(|task| after.is_none_or(|after| task.id.as_uuid() > after));
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    let now = app.clock.now();
    Ok(Json(TaskPage { tasks: found.into_iter().map(|task| TaskView::of(task, now)).collect(), next_cursor }))
}

/// One task.
#[utoipa::path(
    get,
    path = "/v1/tasks/{id}",
    operation_id = "tasks_fetch",
    tag = "tasks",
    params(("id" = Uuid, Path, description = "The task")),
    responses((status = 200, description = "The task", body = TaskView), Reading),
)]
async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::TasksRead>,
    ApiPath(id): ApiPath<TaskId>,
) -> Result<Json<TaskView>, Problem> {
    let found = app.tenancy.own_tasks(&office.0)?.fetch(id).await?.ok_or_else(NOT_FOUND)?;
    Ok(Json(TaskView::of(found, app.clock.now())))
}

/// Has a task run now, within a minute or two, whatever its schedule. It must be approved.
#[utoipa::path(
    post,
    path = "/v1/tasks/{id}/runs",
    operation_id = "task_runs_create",
    tag = "tasks",
    params(("id" = Uuid, Path, description = "The task")),
    responses(
        (status = 202, description = "The task, which waits to be run", body = TaskView),
        Reading,
        (status = 409, description = "The operator has not approved it", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "The `Idempotency-Key` was used for another request", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
async fn run(
    State(app): State<App>,
    office: BackOffice<needs::TasksRun>,
    ApiPath(id): ApiPath<TaskId>,
) -> Result<Response, Problem> {
    let (tasks, now) = (app.tenancy.own_tasks(&office.0)?, app.clock.now());
    tasks.fetch(id).await?.ok_or_else(NOT_FOUND)?;
    if !tasks.ask(id, now).await? {
        return Err(Problem::new(ProblemKind::Conflict).field("approval", "not-approved"));
    }
    let asked = tasks.fetch(id).await?.ok_or_else(NOT_FOUND)?;
    Ok((StatusCode::ACCEPTED, Json(TaskView::of(asked, now))).into_response())
}
