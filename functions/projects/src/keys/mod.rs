//! The publishable keys of a project.

pub mod view;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vivier_domain::{
    ids::{KeyId, ProjectId},
    permission::needs,
};
use vivier_runtime::http::{
    ApiJson, ApiPath, ApiQuery, InProject, NewId, OptionalJson, PageQuery, Problem, ProblemKind, page,
    refusals::{Changing, Listing, Reading},
};
use vivier_store::keys::{self, Cabinet, KeyError, LONGEST_OVERLAP};

use self::view::{KeyChange, KeyPage, KeyView, MadeKey, NewKey, Rotation};
use crate::{App, body::refuse, projects::require};

fn problem(error: KeyError) -> Problem {
    match error {
        KeyError::NotFound => Problem::new(ProblemKind::NotFound),
        KeyError::LimitReached => Problem::new(ProblemKind::LimitReached),
        KeyError::Store(error) => error.into(),
    }
}

/// A project's keys. Their texts are not among what is known of them.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/keys",
    operation_id = "keys_list",
    tag = "keys",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses((status = 200, description = "A page of keys", body = KeyPage), Listing),
)]
pub async fn list(
    State(app): State<App>,
    office: InProject<needs::KeysRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<KeyPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let (records, registry) = (app.tenancy.records(&office.0)?, app.tenancy.registry()?);
    require(&records, office.1).await?;
    let cabinet = Cabinet { registry: &registry, records: &records, project: office.1 };
    let mut found = keys::list(&cabinet, after.map(KeyId::from), limit + 1).await?;
    let next_cursor = page::cut(&office.0, &mut found, limit, |last| last.id.as_uuid());
    let now = app.clock.now();
    Ok(Json(KeyPage { keys: found.into_iter().map(|key| KeyView::of(key, now)).collect(), next_cursor }))
}

/// Makes a key. Its text is in this answer and never again.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/keys",
    operation_id = "keys_create",
    tag = "keys",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = NewKey,
    responses(
        (status = 201, description = "The key with its text", body = MadeKey,
            headers(("Location" = String, description = "Where it is"))),
        Changing,
    ),
)]
pub async fn create(
    State(app): State<App>,
    office: InProject<needs::KeysWrite>,
    NewId(id): NewId<KeyId>,
    ApiJson(body): ApiJson<NewKey>,
) -> Result<Response, Problem> {
    let terms = body.terms();
    refuse(terms.broken())?;
    let (records, registry) = (app.tenancy.records(&office.0)?, app.tenancy.registry()?);
    require(&records, office.1).await?;
    let cabinet = Cabinet { registry: &registry, records: &records, project: office.1 };
    let now = app.clock.now();
    let made = keys::create(&cabinet, id, terms, now).await.map_err(problem)?;
    let location = [(header::LOCATION, format!("/v1/projects/{}/keys/{id}", office.1))];
    Ok((StatusCode::CREATED, location, Json(MadeKey::of(made, now))).into_response())
}

/// Renames a key, or restricts it otherwise; its text stays. It holds within a minute.
#[utoipa::path(
    patch,
    path = "/v1/projects/{project}/keys/{id}",
    operation_id = "keys_update",
    tag = "keys",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The key")),
    request_body = KeyChange,
    responses((status = 200, description = "The key", body = KeyView), Changing),
)]
pub async fn update(
    State(app): State<App>,
    office: InProject<needs::KeysWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, KeyId)>,
    ApiJson(body): ApiJson<KeyChange>,
) -> Result<Json<KeyView>, Problem> {
    refuse(body.broken())?;
    let (records, registry) = (app.tenancy.records(&office.0)?, app.tenancy.registry()?);
    let cabinet = Cabinet { registry: &registry, records: &records, project: office.1 };
    let now = app.clock.now();
    let key = keys::update(&cabinet, id, |terms| body.on(terms), now).await.map_err(problem)?;
    Ok(Json(KeyView::of(key, now)))
}

/// Gives a key a new text, which is in this answer and never again. The old one works on for a while beside it.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/keys/{id}/rotation",
    operation_id = "keys_rotate",
    tag = "keys",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The key")),
    request_body = Option<Rotation>,
    responses((status = 200, description = "The key with its new text", body = MadeKey), Changing),
)]
pub async fn rotate(
    State(app): State<App>,
    office: InProject<needs::KeysWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, KeyId)>,
    OptionalJson(body): OptionalJson<Rotation>,
) -> Result<Json<MadeKey>, Problem> {
    if body.overlap_minutes > LONGEST_OVERLAP {
        return Err(Problem::new(ProblemKind::InvalidBody).field("overlap_minutes", "out-of-range"));
    }
    let (records, registry) = (app.tenancy.records(&office.0)?, app.tenancy.registry()?);
    let cabinet = Cabinet { registry: &registry, records: &records, project: office.1 };
    let now = app.clock.now();
    let made = keys::rotate(&cabinet, id, body.overlap_minutes, now).await.map_err(problem)?;
    Ok(Json(MadeKey::of(made, now)))
}

/// Takes a key away. Within a minute none of its texts opens anything, anywhere.
#[utoipa::path(
    delete,
    path = "/v1/projects/{project}/keys/{id}",
    operation_id = "keys_revoke",
    tag = "keys",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The key")),
    responses((status = 204, description = "It is gone"), Reading),
)]
pub async fn revoke(
    State(app): State<App>,
    office: InProject<needs::KeysWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, KeyId)>,
) -> Result<StatusCode, Problem> {
    let (records, registry) = (app.tenancy.records(&office.0)?, app.tenancy.registry()?);
    let cabinet = Cabinet { registry: &registry, records: &records, project: office.1 };
    if keys::revoke(&cabinet, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(ProblemKind::NotFound))
    }
}
