//! Members of one project: whoever has a role there. A manager of the project sees and changes that role alone.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use uuid::Uuid;
use vivier_domain::{
    ids::ProjectId,
    member::{GrantScope, Member},
    people::Step,
    permission::{Permission, needs},
};
use vivier_runtime::http::{ApiJson, ApiPath, ApiQuery, InProject, PageQuery, Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::{people, records::RecordKey},
};

use crate::{
    App, invitation, page,
    roster::{self, subject},
    view::{GrantRequest, InvitationRequest, MemberPage, MemberView},
};

/// The members who have a role in the project, in the order of their ids.
#[utoipa::path(
    get,
    path = "/v1/projects/{project}/members",
    operation_id = "project_members_list",
    tag = "members",
    params(("project" = Uuid, Path, description = "The project"), PageQuery),
    responses(
        (status = 200, description = "A page of members", body = MemberPage),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `members.read` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such project, or the cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: InProject<needs::MembersRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let (scope, project) = (&office.0, office.1);
    let (after, limit) = query.read(scope)?;
    roster::project_exists(&app, scope, project).await?;
    let after = after.map(subject);
    let all = app.tenancy.records(scope)?.list(&RecordKey::members(), after.as_deref(), None).await?;
    let here = all
        .into_iter()
        .map(|(subject, member)| (subject, member.value))
        .filter(|(_, member)| is_in(member, project))
        .take(limit + 1)
        .collect();
    Ok(Json(page::of(&app, scope, Some(project), here, limit).await?))
}

/// Invites a person into the project. One who is a member of the tenant already is granted the role, and not mailed.
#[utoipa::path(
    post,
    path = "/v1/projects/{project}/members",
    operation_id = "project_members_invite",
    tag = "members",
    params(("project" = Uuid, Path, description = "The project")),
    request_body = InvitationRequest,
    responses(
        (status = 201, description = "The member", body = MemberView),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `members.invite` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such project", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "A member of the project already (`already-member`), an address that cannot be invited (`address-taken`), a mail that is refused (`mail-refused`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn invite(
    State(app): State<App>,
    office: InProject<needs::MembersInvite>,
    ApiJson(request): ApiJson<InvitationRequest>,
) -> Result<Response, Problem> {
    let (scope, project) = (&office.0, office.1);
    roster::project_exists(&app, scope, project).await?;
    let welcomed = invitation::invite(&app, scope, GrantScope::Project(project), request).await?;
    let member = roster::fetch(&app, scope, &welcomed.subject).await?;
    let view = page::one(&app, scope, Some(project), &welcomed.subject, member).await?;
    let location = [(header::LOCATION, format!("/v1/projects/{project}/members/{}", welcomed.subject))];
    Ok((StatusCode::CREATED, location, Json(view)).into_response())
}

/// Grants a role in the project, in place of the one that the member had there.
#[utoipa::path(
    put,
    path = "/v1/projects/{project}/members/{id}",
    operation_id = "project_members_grant",
    tag = "members",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The member")),
    request_body = GrantRequest,
    responses(
        (status = 200, description = "The member after it", body = MemberView),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `members.write` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such project or no such member of it", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn grant(
    State(app): State<App>,
    office: InProject<needs::MembersWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, Uuid)>,
    ApiJson(request): ApiJson<GrantRequest>,
) -> Result<Json<MemberView>, Problem> {
    let (scope, project) = (&office.0, office.1);
    let subject = subject(id);
    roster::project_exists(&app, scope, project).await?;
    is_seen(&app, scope, project, &subject).await?;
    let step = Step::Grant(subject.clone(), GrantScope::Project(project), request.role);
    let member = roster::take_on(&app, scope, &subject, &step).await?;
    Ok(Json(page::one(&app, scope, Some(project), &subject, member).await?))
}

/// Withdraws the member's role in the project; what was granted in the whole tenant stays.
#[utoipa::path(
    delete,
    path = "/v1/projects/{project}/members/{id}",
    operation_id = "project_members_withdraw",
    tag = "members",
    params(("project" = Uuid, Path, description = "The project"), ("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "The member has no role in the project"),
        (status = 403, description = "The permission `members.write` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such project or no such member of it", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    office: InProject<needs::MembersWrite>,
    ApiPath((_, id)): ApiPath<(ProjectId, Uuid)>,
) -> Result<StatusCode, Problem> {
    let (scope, project) = (&office.0, office.1);
    roster::take(&app, scope, &Step::Withdraw(subject(id), GrantScope::Project(project))).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn is_in(member: &Member, project: ProjectId) -> bool {
    member.grants.contains_key(&GrantScope::Project(project))
}

/// Who has no role in the project is there only for those who may read all members of the tenant.
async fn is_seen(app: &App, scope: &TenantScope, project: ProjectId, subject: &str) -> Result<(), Problem> {
    let roster = people::read(&app.tenancy.records(scope)?).await?.roster;
    let reads_all = roster.held(roster::actor(scope)?, GrantScope::Tenant).contains(&Permission::MembersRead);
    match roster.members.get(subject) {
        Some(member) if reads_all || is_in(member, project) => Ok(()),
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}
