//! The tenant's roles. All of them are one record with one version: a change says on which state of it it is made.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use vivier_domain::{
    people::Step,
    permission::needs,
    role::{RoleId, Roles},
};
use vivier_runtime::http::{
    ApiJson, ApiPath, BackOffice, Problem, ProblemKind,
    etag::{ETag, IfMatch},
};
use vivier_tenancy::rooms::people;

use crate::{
    App, roster,
    view::{RoleRequest, RolesView},
};

/// The tenant's roles, and every permission there is.
#[utoipa::path(
    get,
    path = "/v1/roles",
    operation_id = "roles_list",
    tag = "roles",
    responses(
        (status = 200, description = "The roles", body = RolesView,
            headers(("ETag" = String, description = "What a change names in `If-Match`"))),
        (status = 403, description = "The permission `roles.read` is not held", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::RolesRead>,
) -> Result<Response, Problem> {
    let read = people::read(&app.tenancy.records(&office.0)?).await?;
    let version = read.roles_version();
    Ok(answer(read.roster.roles, version))
}

/// Makes a role, or changes one. Everybody who has it holds what it says from the next request on.
#[utoipa::path(
    put,
    path = "/v1/roles/{id}",
    operation_id = "roles_put",
    tag = "roles",
    params(("id" = String, Path, description = "The role: 2 to 40 characters a-z, 0-9 and dashes, a letter first"), ("If-Match" = String, Header, description = "The `ETag` of the roles as they were read")),
    request_body = RoleRequest,
    responses(
        (status = 200, description = "The roles after it", body = RolesView,
            headers(("ETag" = String, description = "What the next change names in `If-Match`"))),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `roles.write` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "That can be no role's id", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Nobody would administer people any more (`last-manager`), or there are too many (`too-many`)", body = Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The roles were changed in between", body = Problem,
            content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn change(
    State(app): State<App>,
    office: BackOffice<needs::RolesWrite>,
    ApiPath(id): ApiPath<RoleId>,
    seen: IfMatch,
    ApiJson(request): ApiJson<RoleRequest>,
) -> Result<Response, Problem> {
    let step = Step::PutRole(request.check(id)?);
    let (roles, version) =
        roster::take_on_roles(&app, &office.0, &step, |version| seen.check(&ETag::of(version))).await?;
    Ok(answer(roles, version))
}

/// Removes a role that nobody has.
#[utoipa::path(
    delete,
    path = "/v1/roles/{id}",
    operation_id = "roles_delete",
    tag = "roles",
    params(("id" = String, Path, description = "The role: 2 to 40 characters a-z, 0-9 and dashes, a letter first"), ("If-Match" = String, Header, description = "The `ETag` of the roles as they were read")),
    responses(
        (status = 204, description = "The role is gone"),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `roles.write` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such role", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "Somebody has it (`role-in-use`)", body = Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The roles were changed in between", body = Problem,
            content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(app): State<App>,
    office: BackOffice<needs::RolesWrite>,
    ApiPath(id): ApiPath<RoleId>,
    seen: IfMatch,
) -> Result<StatusCode, Problem> {
    let known = people::read(&app.tenancy.records(&office.0)?).await?.roster.roles;
    if known.find(&id).is_none() {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    let step = Step::DeleteRole(id);
    roster::take_on_roles(&app, &office.0, &step, |version| seen.check(&ETag::of(version))).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(roles: Roles, version: u64) -> Response {
    (ETag::of(version), Json(RolesView::from(roles))).into_response()
}
