//! Saved reports: listed, saved, changed, removed.

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use vivier_domain::{
    ids::{ProjectId, ReportId, TaskId},
    permission::{Permission, needs},
    report::{MOST_REPORTS, ReportKind},
    task::{Approval, TaskKind},
};
use vivier_runtime::{
    http::{
        ApiJson, ApiPath, ApiQuery, BackOffice, ETag, IfMatch, NewId, PageQuery, Problem, ProblemKind, page,
        refusals::{Changing, Conditional, Listing, Reading},
    },
    telemetry,
};
use vivier_store::reports::{self, Report, ReportTerms};
use vivier_tenancy::{TenantScope, rooms::records::RecordKey};

use super::named::{self, NOT_FOUND};
use crate::{
    App, asked,
    body::{NewReport, ReportChange},
    rights, schedule, tick,
    view::{GivenReport, ReportPage, SavedReport},
};

/// What the table of tasks says of reports' schedules.
type Tasks = HashMap<TaskId, (Approval, Option<Timestamp>)>;

/// The reports that the suite gives, and those that the tenant has saved, as far as the caller may read them.
#[utoipa::path(
    get,
    path = "/v1/reports",
    operation_id = "reports_list",
    tag = "reports",
    params(PageQuery),
    responses((status = 200, description = "A page of reports", body = ReportPage), Listing),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<ReportPage>, Problem> {
    page_of(&app, &office.0, None, &query).await
}

/// A page of the reports of the tenant, or of one front office.
pub(super) async fn page_of(
    app: &App,
    scope: &TenantScope,
    project: Option<ProjectId>,
    query: &PageQuery,
) -> Result<Json<ReportPage>, Problem> {
    let (after, limit) = query.read(scope)?;
    let mut found = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        reports::list(&tx, project, after.map(ReportId::from), limit + 1).await?
    };
    let next_cursor = page::cut(scope, &mut found, limit, |last| last.id.as_uuid());
    found.retain(|report| rights::may(scope, report.terms.question.kind));
    let tasks = tasks(app, scope, &found).await?;
    let saved = found.into_iter().map(|report| {
        let task = tasks.get(&schedule::task(report.id)).copied();
        SavedReport::of(report, task)
    });
    let kinds = ReportKind::ALL.iter().copied().filter(|kind| {
        after.is_none() && rights::may(scope, *kind) && (project.is_none() || kind.is_of_projects())
    });
    Ok(Json(ReportPage { given: kinds.map(GivenReport::of).collect(), saved: saved.collect(), next_cursor }))
}

/// Saves a report. With a schedule it is mailed by that once an operator has approved it.
#[utoipa::path(
    post,
    path = "/v1/reports",
    operation_id = "reports_create",
    tag = "reports",
    request_body = NewReport,
    responses(
        (status = 201, description = "The report", body = SavedReport,
            headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its state"))),
        Changing,
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: BackOffice<needs::ReportsWrite>,
    NewId(id): NewId<ReportId>,
    ApiJson(body): ApiJson<NewReport>,
) -> Result<Response, Problem> {
    let scope = &office.0;
    // What is saved is shown.
    scope.require(Permission::ReportsRead)?;
    rights::require(scope, body.kind())?;
    let terms = body.check(&asked::zone(&app, scope).await?)?;
    require_known(&app, scope, &terms, None).await?;
    let report = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        reports::lock(&tx).await?;
        // One that this request saved before is the one.
        if reports::fetch(&tx, id, None).await?.is_none() && reports::count(&tx).await? >= MOST_REPORTS {
            return Err(Problem::new(ProblemKind::LimitReached));
        }
        reports::insert(&tx, id, &terms, app.clock.now()).await?;
        let report = reports::fetch(&tx, id, None).await?.ok_or_else(NOT_FOUND)?;
        tx.commit().await?;
        report
    };
    let location = [(header::LOCATION, format!("/v1/reports/{id}"))];
    let tag = ETag::of(report.revision);
    Ok((StatusCode::CREATED, location, tag, Json(told(&app, scope, report).await)).into_response())
}

/// A saved report.
#[utoipa::path(
    get,
    path = "/v1/reports/{id}",
    operation_id = "reports_fetch",
    tag = "reports",
    params(("id" = Uuid, Path, description = "The report")),
    responses(
        (status = 200, description = "The report", body = SavedReport, headers(("ETag" = String, description = "Its state"))),
        Reading,
    ),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
    ApiPath(id): ApiPath<ReportId>,
) -> Result<Response, Problem> {
    let report = readable(&app, &office.0, id).await?;
    let tasks = tasks(&app, &office.0, std::slice::from_ref(&report)).await?;
    let (tag, task) = (ETag::of(report.revision), tasks.get(&schedule::task(id)).copied());
    Ok((tag, Json(SavedReport::of(report, task))).into_response())
}

/// Changes a report as it was when it was seen. With another question, recipients or times the operator has to approve it anew.
#[utoipa::path(
    patch,
    path = "/v1/reports/{id}",
    operation_id = "reports_update",
    tag = "reports",
    params(
        ("id" = Uuid, Path, description = "The report"),
        ("If-Match" = String, Header, description = "The `ETag` of the report as it was read"),
    ),
    request_body = ReportChange,
    responses(
        (status = 200, description = "The report", body = SavedReport, headers(("ETag" = String, description = "Its state"))),
        Changing,
        Conditional,
    ),
)]
pub(super) async fn update(
    State(app): State<App>,
    office: BackOffice<needs::ReportsWrite>,
    ApiPath(id): ApiPath<ReportId>,
    seen: IfMatch,
    ApiJson(body): ApiJson<ReportChange>,
) -> Result<Response, Problem> {
    let scope = &office.0;
    scope.require(Permission::ReportsRead)?;
    let before = readable(&app, scope, id).await?;
    seen.check(&ETag::of(before.revision))?;
    let terms = body.on(&before.terms, &asked::zone(&app, scope).await?)?;
    require_known(&app, scope, &terms, Some(&before.terms)).await?;
    let report = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        if !reports::update(&tx, id, before.revision, &terms, app.clock.now()).await? {
            return Err(Problem::new(ProblemKind::PreconditionFailed));
        }
        let report = reports::fetch(&tx, id, None).await?.ok_or_else(NOT_FOUND)?;
        tx.commit().await?;
        report
    };
    Ok((ETag::of(report.revision), Json(told(&app, scope, report).await)).into_response())
}

/// Removes a report, its schedule and its files.
#[utoipa::path(
    delete,
    path = "/v1/reports/{id}",
    operation_id = "reports_delete",
    tag = "reports",
    params(("id" = Uuid, Path, description = "The report")),
    responses((status = 204, description = "It is gone"), Reading),
)]
pub(super) async fn delete(
    State(app): State<App>,
    office: BackOffice<needs::ReportsWrite>,
    ApiPath(id): ApiPath<ReportId>,
) -> Result<StatusCode, Problem> {
    readable(&app, &office.0, id).await?;
    let mut session = app.tenancy.silo(&office.0).await?;
    let tx = session.begin().await?;
    let deleted = reports::delete(&tx, id, app.clock.now()).await?;
    tx.commit().await?;
    drop(session);
    if !deleted {
        return Err(NOT_FOUND());
    }
    schedule::forget(&app, &office.0, id).await;
    // What cannot be removed now, the schedule removes.
    if let Err(error) = tick::sweep(&app, &office.0).await {
        tracing::warn!(report = %id, error = telemetry::chain(&error), "a report's files are removed later");
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A report that is there and that the caller may read.
async fn readable(app: &App, scope: &TenantScope, id: ReportId) -> Result<Report, Problem> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let report = reports::fetch(&tx, id, None).await?.ok_or_else(NOT_FOUND)?;
    rights::require(scope, report.terms.question.kind)?;
    Ok(report)
}

/// 400 unless the project and the recipients are the tenant's.
async fn require_known(
    app: &App,
    scope: &TenantScope,
    terms: &ReportTerms,
    before: Option<&ReportTerms>,
) -> Result<(), Problem> {
    if let Some(project) = terms.question.project
        && before.is_none_or(|before| before.question.project != Some(project))
        && let Err(problem) = named::known(app, scope, project).await
    {
        let unknown = problem.status == StatusCode::NOT_FOUND.as_u16();
        let refused = Problem::new(ProblemKind::InvalidBody).field("filters.project", "unknown");
        return Err(if unknown { refused } else { problem });
    }
    let keys: Vec<_> = terms.recipients.iter().map(|member| RecordKey::member(&member.to_string())).collect();
    let sorts: Vec<&str> = keys.iter().map(RecordKey::sort).collect();
    let found = app.tenancy.records(scope)?.batch(&sorts).await?;
    let mut problem = Problem::new(ProblemKind::InvalidBody);
    for (at, key) in keys.iter().enumerate() {
        // One that was there stays, and is mailed nothing.
        let kept = before.is_some_and(|before| before.recipients.contains(&terms.recipients[at]));
        if !kept && found.get(key)?.is_none() {
            problem = problem.field(format!("recipients[{at}]"), "unknown");
        }
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
}

/// What the table of tasks says of these reports.
async fn tasks(app: &App, scope: &TenantScope, found: &[Report]) -> Result<Tasks, Problem> {
    if found.iter().all(|report| report.terms.timing.is_none()) {
        return Ok(Tasks::new());
    }
    let tasks = app.tenancy.own_tasks(scope)?.list().await?;
    let reports = tasks.into_iter().filter(|task| task.kind == TaskKind::Report);
    Ok(reports.map(|task| (task.id, (task.approval, task.next_at))).collect())
}

/// A report as it is shown after its change, of which the table of tasks is told.
async fn told(app: &App, scope: &TenantScope, report: Report) -> SavedReport {
    let approval = schedule::tell_now(app, scope, &report).await;
    let task = match tasks(app, scope, std::slice::from_ref(&report)).await {
        Ok(tasks) => tasks.get(&schedule::task(report.id)).copied(),
        Err(_) => approval.map(|approval| (approval, None)),
    };
    SavedReport::of(report, task)
}
