//! Projects: each is one front office of the tenant.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    ids::ProjectId,
    permission::needs,
    project::{Project, ProjectStatus},
    settings::{project::LONGEST_NAME, tenant::is_printable},
};
use vivier_runtime::http::{
    ApiJson, ApiQuery, BackOffice, ETag, IfMatch, IfNoneMatch, InProject, NewId, PageQuery, Problem,
    ProblemKind, page,
    refusals::{Changing, Conditional, Listing, Reading},
};
use vivier_tenancy::{
    TenancyError,
    rooms::records::{Change, RecordKey, Records, Versioned},
};

use crate::{App, body::refuse, products::ProductView, schema};

/// The most projects of a tenant.
pub const MOST_PROJECTS: usize = 100;

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    /// Its id.
    project_id: Uuid,
    /// Its name.
    name: String,
    /// Whether it is in use.
    #[schema(value_type = schema::ProjectStatus)]
    status: ProjectStatus,
    /// Its products.
    products: Vec<ProductView>,
    /// When it was made.
    created_at: Timestamp,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            project_id: project.id.as_uuid(),
            name: project.name,
            status: project.status,
            products: project.products.into_iter().map(ProductView::from).collect(),
            created_at: project.created_at,
        }
    }
}

/// A page of projects, in the order they were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectPage {
    /// The projects.
    projects: Vec<ProjectView>,
    /// The next page's cursor; null on the last.
    next_cursor: Option<String>,
}

/// The body that makes a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Its name: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
}

/// The body that changes a project; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectChange {
    /// Its name: 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    name: Option<String>,
    /// Whether it is in use.
    #[schema(value_type = Option<schema::ProjectStatus>)]
    status: Option<ProjectStatus>,
}

/// 400 unless it is a name.
pub fn check_name(name: &str) -> Result<(), Problem> {
    refuse(if is_printable(name, LONGEST_NAME) { vec![] } else { vec![("name", "invalid")] })
}

/// The project, or 404.
pub async fn require(records: &Records<'_>, id: ProjectId) -> Result<Versioned<Project>, Problem> {
    let found = records.fetch(&RecordKey::project(id)).await?;
    found.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

fn answer(found: Versioned<Project>) -> (ETag, Json<ProjectView>) {
    (ETag::of(found.version), Json(found.value.into()))
}

/// The tenant's projects.
#[utoipa::path(
    get,
    path = "/v1/projects",
    operation_id = "projects_list",
    tag = "projects",
    params(PageQuery),
    responses((status = 200, description = "A page of projects", body = ProjectPage), Listing),
)]
pub async fn list(
    State(app): State<App>,
    office: BackOffice<needs::ProjectsRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<ProjectPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let after = after.map(|id| ProjectId::from(id).to_string());
    let records = app.tenancy.records(&office.0)?;
    let mut found = records.list(&RecordKey::projects(), after.as_deref(), Some(limit + 1)).await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |(_, last)| last.value.id.as_uuid());
    let projects = found.into_iter().map(|(_, found)| found.value.into()).collect();
    Ok(Json(ProjectPage { projects, next_cursor }))
}

/// Makes a project. It has no products yet.
#[utoipa::path(
    post,
    path = "/v1/projects",
    operation_id = "projects_create",
    tag = "projects",
    request_body = NewProject,
    responses(
        (status = 201, description = "The project", body = ProjectView,
            headers(("ETag" = String, description = "Names this state of it"),
                ("Location" = String, description = "Where it is"))),
        Changing,
    ),
)]
pub async fn create(
    State(app): State<App>,
    office: BackOffice<needs::ProjectsWrite>,
    NewId(id): NewId<ProjectId>,
    ApiJson(body): ApiJson<NewProject>,
) -> Result<Response, Problem> {
    check_name(&body.name)?;
    let records = app.tenancy.records(&office.0)?;
    let key = RecordKey::project(id);
    let location = [(header::LOCATION, format!("/v1/projects/{id}"))];
    // Found when the request was begun before and not answered.
    if let Some(found) = records.fetch(&key).await? {
        return Ok((StatusCode::CREATED, location, answer(found)).into_response());
    }
    // Two that come at once may both be the last one; the limit is there so that lists stay short.
    if records.list(&RecordKey::projects(), None, Some(MOST_PROJECTS)).await?.len() >= MOST_PROJECTS {
        return Err(Problem::new(ProblemKind::LimitReached));
    }
    let (status, created_at) = (ProjectStatus::Active, app.clock.now());
    let project = Project { id, name: body.name, status, products: Vec::new(), created_at };
    records.change(&[Change::put(&key, None, &project)?]).await?;
    Ok((StatusCode::CREATED, location, answer(Versioned { version: 1, value: project })).into_response())
}

/// One project with its products.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}",
    operation_id = "projects_fetch",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project")),
    responses(
        (status = 200, description = "The project", body = ProjectView,
            headers(("ETag" = String, description = "Names this state of it"))),
        (status = 304, description = "It is as the asker knows it"),
        Reading,
    ),
)]
pub async fn fetch(
    State(app): State<App>,
    office: InProject<needs::ProjectsRead>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = require(&app.tenancy.records(&office.0)?, office.1).await?;
    let (tag, body) = answer(found);
    Ok(known.answer(tag, (), body))
}

/// Renames a project, puts it away or takes it into use again.
#[utoipa::path(
    patch,
    path = "/v1/projects/{project}",
    operation_id = "projects_update",
    tag = "projects",
    params(("project" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag of the project as it was seen")),
    request_body = ProjectChange,
    responses(
        (status = 200, description = "The project", body = ProjectView,
            headers(("ETag" = String, description = "Names this state of it"))),
        Changing,
        Conditional,
    ),
)]
pub async fn update(
    State(app): State<App>,
    office: InProject<needs::ProjectsWrite>,
    seen: IfMatch,
    ApiJson(body): ApiJson<ProjectChange>,
) -> Result<(ETag, Json<ProjectView>), Problem> {
    if let Some(name) = &body.name {
        check_name(name)?;
    }
    let records = app.tenancy.records(&office.0)?;
    let Versioned { version, value: mut project } = require(&records, office.1).await?;
    seen.check(&ETag::of(version))?;
    project.name = body.name.unwrap_or(project.name);
    project.status = body.status.unwrap_or(project.status);
    save(&records, version, &project).await.map_err(unseen)?;
    Ok(answer(Versioned { version: version + 1, value: project }))
}

/// Writes a project that was read at `version`.
pub async fn save(records: &Records<'_>, version: u64, project: &Project) -> Result<(), TenancyError> {
    records.change(&[Change::put(&RecordKey::project(project.id), Some(version), project)?]).await
}

/// Of a change that named the state it is made on: what came in between is a state that was not seen.
pub fn unseen(error: TenancyError) -> Problem {
    match error {
        TenancyError::Conflict(_) => Problem::new(ProblemKind::PreconditionFailed),
        error => error.into(),
    }
}
