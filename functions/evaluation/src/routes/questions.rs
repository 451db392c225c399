//! A front office's test questions.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use uuid::Uuid;
use vivier_domain::{
    ids::{DocumentId, ProjectId, TestQuestionId},
    permission::needs,
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, InProject, NewId, PageQuery, Problem, ProblemKind, nth, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::{
    sources,
    test_sets::{self, NewQuestion},
};
use vivier_tenancy::rooms::database::PoolTx;

use super::require;
use crate::{
    App,
    view::{AddedQuestions, Asked, NewQuestions, TestQuestion, TestQuestionPage},
};

/// The questions of a front office's test set, in the order they were added.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/test-questions",
    operation_id = "test_questions_list",
    tag = "evaluation",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses((status = 200, description = "A page of questions", body = TestQuestionPage), Listing),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: InProject<needs::SettingsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<TestQuestionPage>, Problem> {
    let (scope, project) = (office.0, office.1);
    let (after, limit) = query.read(&scope)?;
    require(&app, &scope, project).await?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let mut found = test_sets::list(&tx, project, after.map(TestQuestionId::from), limit as u32 + 1).await?;
    tx.commit().await?;
    let next_cursor = page::cut(&scope, &mut found, limit, |last| last.id.as_uuid());
    Ok(Json(TestQuestionPage { questions: found.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Adds questions to a front office's test set: all of the request or none. A set has at most 500.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/test-questions",
    operation_id = "test_questions_create",
    tag = "evaluation",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = NewQuestions,
    responses((status = 201, description = "What was added", body = AddedQuestions), Changing),
)]
pub(super) async fn create(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    NewId(request): NewId<Uuid>,
    ApiJson(body): ApiJson<NewQuestions>,
) -> Result<Response, Problem> {
    let (scope, project) = (office.0, office.1);
    body.check()?;
    require(&app, &scope, project).await?;
    let now = app.clock.now();
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    require_answering(&tx, project, &body.questions, |position| format!("questions[{position}].document_id"))
        .await?;
    let new: Vec<NewQuestion<'_>> = (0..)
        .zip(&body.questions)
        .map(|(position, asked)| NewQuestion {
            id: nth(request, position),
            question: asked.question.trim(),
            document: asked.document(),
        })
        .collect();
    let questions = test_sets::insert(&tx, project, &new, now).await?;
    // Counted behind the insertions: what two requests add at once may exceed the limit, by as much as one adds.
    if test_sets::count(&tx, project).await? > test_sets::MOST {
        return Err(Problem::new(ProblemKind::LimitReached));
    }
    tx.commit().await?;
    Ok((
        StatusCode::CREATED,
        Json(AddedQuestions { questions: questions.into_iter().map(Into::into).collect() }),
    )
        .into_response())
}

/// Changes what a test question asks and what answers it.
#[utoipa::path(
    put,
    path = "/v1/projects/{project}/test-questions/{id}",
    operation_id = "test_questions_update",
    tag = "evaluation",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = Uuid, Path, description = "The question"),
    ),
    request_body = Asked,
    responses((status = 200, description = "The question", body = TestQuestion), Changing),
)]
pub(super) async fn update(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    ApiPath((_, id)): ApiPath<(Uuid, TestQuestionId)>,
    ApiJson(asked): ApiJson<Asked>,
) -> Result<Json<TestQuestion>, Problem> {
    let (scope, project) = (office.0, office.1);
    let text =
        asked.check().map_err(|code| Problem::new(ProblemKind::InvalidBody).field("question", code))?;
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    require_answering(&tx, project, std::slice::from_ref(&asked), |_| "document_id".to_owned()).await?;
    let updated = test_sets::update(&tx, project, id, text, asked.document()).await?;
    let found = if updated { test_sets::fetch(&tx, project, id).await? } else { None };
    tx.commit().await?;
    found.map(|found| Json(found.into())).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Removes a test question. Runs that asked it keep it.
#[utoipa::path(
    delete,
    path = "/v1/projects/{project}/test-questions/{id}",
    operation_id = "test_questions_delete",
    tag = "evaluation",
    params(
        ("project" = Uuid, Path, description = "The project"),
        ("id" = Uuid, Path, description = "The question"),
    ),
    responses((status = 204, description = "It is gone"), Reading),
)]
pub(super) async fn delete(
    State(app): State<App>,
    office: InProject<needs::SettingsWrite>,
    ApiPath((_, id)): ApiPath<(Uuid, TestQuestionId)>,
) -> Result<StatusCode, Problem> {
    let (scope, project) = (office.0, office.1);
    let mut session = app.tenancy.pool(&scope).await?;
    let tx = session.begin().await?;
    let deleted = test_sets::delete(&tx, project, id).await?;
    tx.commit().await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::new(ProblemKind::NotFound)) }
}

/// 400 unless the documents that are named answer questions in the front office; `field` names a question's.
async fn require_answering(
    tx: &PoolTx<'_>,
    project: ProjectId,
    asked: &[Asked],
    field: impl Fn(usize) -> String,
) -> Result<(), Problem> {
    let named: Vec<DocumentId> = asked.iter().filter_map(Asked::document).collect();
    let answering = sources::answering(tx, &named, project).await?;
    let unknown = |(_, asked): &(usize, &Asked)| asked.document().is_some_and(|id| !answering.contains(&id));
    let mut unknown = asked.iter().enumerate().filter(unknown).peekable();
    if unknown.peek().is_none() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::InvalidBody);
    Err(unknown.fold(problem, |problem, (position, _)| problem.field(field(position), "unknown")))
}
