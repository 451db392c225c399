//! Files of reports: asked for, waited for, fetched.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;
use vivier_domain::{
    ids::{ProjectId, ReportRunId},
    permission::needs,
    report::{MOST_OPEN_RUNS, MOST_RUNS, ReportFormat, ReportKind, ReportRunStatus},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, BackOffice, NewId, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::{
    reports::{self, Asked as Wanted, Run},
    statistics,
};
use vivier_tenancy::{TenantScope, rooms::files::FileKey};

use super::named::{self, NOT_FOUND, Named};
use crate::{
    App, arrival,
    asked::{self, Asked},
    body::NewRun,
    contents::MakeError,
    mailing, make, rights,
    view::{ReportRun, ReportRunPage},
};

/// A list of so many rows is written while its request waits: a PDF takes some milliseconds for each.
const SMALL_PDF: u32 = 300;
const SMALL: u32 = 2_000;

/// Makes a file of a report. A small one is there with the answer, 201; a large one is made meanwhile, 202: ask for it until it is `ready`.
#[utoipa::path(
    post,
    path = "/v1/reports/{id}/runs",
    operation_id = "report_runs_create",
    tag = "reports",
    params(("id" = String, Path, description = "The kind of a given report, or the id of a saved one")),
    request_body = NewRun,
    responses(
        (status = 201, description = "It is there, or cannot be made", body = ReportRun,
            headers(("Location" = String, description = "Where it is"))),
        (status = 202, description = "It will be there", body = ReportRun,
            headers(("Location" = String, description = "Where it is"))),
        Changing,
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    NewId(run): NewId<ReportRunId>,
    ApiPath(id): ApiPath<Named>,
    ApiJson(body): ApiJson<NewRun>,
) -> Result<Response, Problem> {
    ask(&app, &office.0, id, None, run, &body).await
}

/// Files of a report that are there or on their way, the newest first. Each is kept for seven days.
#[utoipa::path(
    get,
    path = "/v1/reports/{id}/runs",
    operation_id = "report_runs_list",
    tag = "reports",
    params(("id" = String, Path, description = "The kind of a given report, or the id of a saved one"), PageQuery),
    responses((status = 200, description = "A page of files", body = ReportRunPage), Listing),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiPath(id): ApiPath<Named>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<ReportRunPage>, Problem> {
    page_of(&app, &office.0, id, None, &query).await
}

/// A file of a report, and a fresh way to it once it is there.
#[utoipa::path(
    get,
    path = "/v1/reports/{id}/runs/{run_id}",
    operation_id = "report_runs_fetch",
    tag = "reports",
    params(
        ("id" = String, Path, description = "The kind of a given report, or the id of a saved one"),
        ("run_id" = Uuid, Path, description = "The file"),
    ),
    responses((status = 200, description = "The file", body = ReportRun), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiPath((id, run)): ApiPath<(Named, ReportRunId)>,
) -> Result<Json<ReportRun>, Problem> {
    one(&app, &office.0, id, None, run).await.map(Json)
}

/// Asks for a file, and makes it where that takes little.
pub(super) async fn ask(
    app: &App,
    scope: &TenantScope,
    id: Named,
    project: Option<ProjectId>,
    run: ReportRunId,
    body: &NewRun,
) -> Result<Response, Problem> {
    let base = named::base(app, scope, id, project).await?;
    let question = body.on(base.question, project)?;
    let language = body.language.unwrap_or(base.language);
    let zone = asked::zone(app, scope).await?;
    let asked = Asked::new(question, language, zone, app.clock.now());
    let by = scope.member().and_then(|member| Uuid::try_parse(member.subject()).ok());
    let wanted = Wanted {
        id: run,
        report: base.report,
        name: base.name.as_deref(),
        question: &asked.question,
        language,
        format: body.format,
        by,
    };
    open(app, scope, id, &wanted).await?;
    if is_large(app, scope, &asked, body.format).await? {
        arrival::wake(app, scope, run).await;
    } else {
        made_now(app, scope, run).await?;
    }
    let found = find(app, scope, id, project, run).await?;
    let status = match found.status {
        ReportRunStatus::Ready | ReportRunStatus::Failed => StatusCode::CREATED,
        ReportRunStatus::Queued | ReportRunStatus::Running => StatusCode::ACCEPTED,
    };
    let within = project.map(|project| format!("/projects/{project}")).unwrap_or_default();
    let location = [(header::LOCATION, format!("/v1{within}/reports/{}/runs/{run}", id.written()))];
    Ok((status, location, Json(shown(app, scope, found).await?)).into_response())
}

/// Enters the file, unless there are as many as there may be. One that this request entered before is there.
async fn open(app: &App, scope: &TenantScope, id: Named, wanted: &Wanted<'_>) -> Result<(), Problem> {
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    reports::lock(&tx).await?;
    if reports::fetch_run(&tx, id.of(), None, wanted.id, now).await?.is_none() {
        let (all, open) = reports::count_runs(&tx).await?;
        if all >= MOST_RUNS || open >= MOST_OPEN_RUNS {
            return Err(Problem::new(ProblemKind::LimitReached));
        }
    }
    // One that was removed in between has no files.
    if let Some(report) = wanted.report {
        reports::fetch(&tx, report, None).await?.ok_or_else(NOT_FOUND)?;
    }
    reports::open_run(&tx, wanted, now).await?;
    Ok(tx.commit().await?)
}

/// Whether writing it takes longer than anybody waits: only lists of offers do.
async fn is_large(
    app: &App,
    scope: &TenantScope,
    asked: &Asked,
    format: ReportFormat,
) -> Result<bool, Problem> {
    if asked.question.kind != ReportKind::OffersPerformance {
        return Ok(false);
    }
    let small = if format == ReportFormat::Pdf { SMALL_PDF } else { SMALL };
    let span = crate::asked::counted(app, scope, asked).await?;
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let (_, offers) = statistics::list_performance(&tx, span, asked.question.project, 1).await?;
    tx.commit().await?;
    Ok(offers > u64::from(small))
}

/// Makes a file while its request waits. What is cut off is made by the schedule.
async fn made_now(app: &App, scope: &TenantScope, run: ReportRunId) -> Result<(), Problem> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let taken = reports::claim_one(&tx, run, false).await?;
    tx.commit().await?;
    drop(session);
    let Some(taken) = taken else { return Ok(()) };
    match make::make(app, scope, &taken).await {
        Ok(_) | Err(MakeError::Lost) => Ok(()),
        Err(error) => Err(named::not_made(error)),
    }
}

/// A page of a report's files.
pub(super) async fn page_of(
    app: &App,
    scope: &TenantScope,
    id: Named,
    project: Option<ProjectId>,
    query: &PageQuery,
) -> Result<Json<ReportRunPage>, Problem> {
    let (before, limit) = query.read(scope)?;
    named::base(app, scope, id, project).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let before = before.map(ReportRunId::from);
    let mut found = reports::list_runs(&tx, id.of(), project, before, limit + 1, app.clock.now()).await?;
    tx.commit().await?;
    let next_cursor = page::cut(scope, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(ReportRunPage {
        runs: found.into_iter().map(|run| ReportRun::of(run, None)).collect(),
        next_cursor,
    }))
}

/// One file, with the way to it.
pub(super) async fn one(
    app: &App,
    scope: &TenantScope,
    id: Named,
    project: Option<ProjectId>,
    run: ReportRunId,
) -> Result<ReportRun, Problem> {
    if let Some(project) = project {
        named::known(app, scope, project).await?;
    }
    let found = find(app, scope, id, project, run).await?;
    let kind = found.question.kind;
    rights::require(scope, kind)?;
    if found.status == ReportRunStatus::Ready {
        let subject = format!("{}/{run}", id.written());
        named::enter_reading(app, scope, kind, "report_runs_fetch", &subject).await?;
    }
    shown(app, scope, found).await
}

async fn find(
    app: &App,
    scope: &TenantScope,
    id: Named,
    project: Option<ProjectId>,
    run: ReportRunId,
) -> Result<Run, Problem> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let found = reports::fetch_run(&tx, id.of(), project, run, app.clock.now()).await?;
    tx.commit().await?;
    found.ok_or_else(NOT_FOUND)
}

async fn shown(app: &App, scope: &TenantScope, run: Run) -> Result<ReportRun, Problem> {
    if run.status != ReportRunStatus::Ready {
        return Ok(ReportRun::of(run, None));
    }
    let (key, name) = (FileKey::Report(run.id), mailing::file_name(&run));
    let files = app.tenancy.files(scope).await?;
    let download = files.presign_download(&key, &name, run.format.media_type(), app.clock.now()).await?;
    Ok(ReportRun::of(run, Some(download)))
}
