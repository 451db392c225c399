//! Members of the whole tenant.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use uuid::Uuid;
use vivier_domain::{
    member::GrantScope,
    people::Step,
    permission::{Right, needs},
};
use vivier_runtime::http::{ApiJson, ApiPath, ApiQuery, BackOffice, PageQuery, Problem};
use vivier_tenancy::rooms::records::RecordKey;

use super::refusals::OfMember;
use crate::{
    App, invitation, page, removal,
    roster::{self, subject},
    suspension,
    view::{GrantRequest, InvitationRequest, MemberPage, MemberView},
};

/// The tenant's members, in the order of their ids.
#[utoipa::path(
    get,
    path = "/v1/members",
    operation_id = "members_list",
    tag = "members",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of members", body = MemberPage),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `members.read` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The cursor is none that was given out", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    office: BackOffice<needs::MembersRead>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let (after, limit) = query.read(&office.0)?;
    let after = after.map(subject);
    let found = app
        .tenancy
        .records(&office.0)?
        .list(&RecordKey::members(), after.as_deref(), Some(limit + 1))
        .await?;
    let found = found.into_iter().map(|(subject, member)| (subject, member.value)).collect();
    Ok(Json(page::of(&app, &office.0, None, found, limit).await?))
}

/// Invites a person into the whole tenant and mails a temporary password.
#[utoipa::path(
    post,
    path = "/v1/members",
    operation_id = "members_invite",
    tag = "members",
    request_body = InvitationRequest,
    responses(
        (status = 201, description = "The member, who was mailed", body = MemberView),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        (status = 403, description = "The permission `members.invite` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "A member already (`already-member`), an address that cannot be invited (`address-taken`), a mail that is refused (`mail-refused`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn invite(
    State(app): State<App>,
    office: BackOffice<needs::MembersInvite>,
    ApiJson(request): ApiJson<InvitationRequest>,
) -> Result<Response, Problem> {
    let welcomed = invitation::invite(&app, &office.0, GrantScope::Tenant, request).await?;
    let view = view(&app, &office, &welcomed.subject).await?;
    let location = [(header::LOCATION, format!("/v1/members/{}", welcomed.subject))];
    Ok((StatusCode::CREATED, location, Json(view)).into_response())
}

/// One member.
#[utoipa::path(
    get,
    path = "/v1/members/{id}",
    operation_id = "members_fetch",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 200, description = "The member", body = MemberView),
        (status = 403, description = "The permission `members.read` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such member", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::MembersRead>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<MemberView>, Problem> {
    Ok(Json(view(&app, &office, &subject(id)).await?))
}

/// Removes a member with address and account. Every session and token of the member is dead from then on.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}",
    operation_id = "members_remove",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "The member is gone"),
        OfMember,
        (status = 409, description = "The last one who administers people (`last-manager`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    removal::remove(&app, &office.0, &subject(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails a member who has not logged in yet a new temporary password; the one before stops working.
#[utoipa::path(
    post,
    path = "/v1/members/{id}/invitation",
    operation_id = "members_reinvite",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 200, description = "The member, who was mailed", body = MemberView),
        (status = 403, description = "The permission `members.invite` is not held", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such member", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The member has logged in or is suspended (`wrong-state`), or the mail is refused (`mail-refused`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn reinvite(
    State(app): State<App>,
    office: BackOffice<needs::MembersInvite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<MemberView>, Problem> {
    let welcomed = invitation::renew(&app, &office.0, &subject(id)).await?;
    Ok(Json(view(&app, &office, &welcomed.subject).await?))
}

/// Keeps a member out, with all grants kept, and ends every session at once.
#[utoipa::path(
    put,
    path = "/v1/members/{id}/suspension",
    operation_id = "members_suspend",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "The member is suspended"),
        OfMember,
        (status = 409, description = "The last one who administers people (`last-manager`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn suspend(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    suspension::suspend(&app, &office.0, &subject(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a suspended member in again.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}/suspension",
    operation_id = "members_resume",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "The member is not suspended"),
        OfMember,
        (status = 409, description = "The member has no account any more (`wrong-state`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn resume(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    suspension::resume(&app, &office.0, &subject(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Grants a role in the whole tenant, in place of the one that the member had there.
#[utoipa::path(
    put,
    path = "/v1/members/{id}/role",
    operation_id = "members_role_grant",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    request_body = GrantRequest,
    responses(
        (status = 200, description = "The member after it", body = MemberView),
        (status = 400, description = "The request is not what this route takes", body = Problem,
            content_type = "application/problem+json"),
        OfMember,
        (status = 409, description = "The last one who administers people (`last-manager`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn grant(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(request): ApiJson<GrantRequest>,
) -> Result<Json<MemberView>, Problem> {
    let subject = subject(id);
    let step = Step::Grant(subject.clone(), GrantScope::Tenant, request.role);
    let member = roster::take_on(&app, &office.0, &subject, &step).await?;
    Ok(Json(page::one(&app, &office.0, None, &subject, member).await?))
}

/// Withdraws the member's role in the whole tenant; roles in projects stay.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}/role",
    operation_id = "members_role_withdraw",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "The member has no role in the whole tenant"),
        (status = 403, description = "The permission `members.write` is not held, or less than what is given or taken", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such member, or it has no such role", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The last one who administers people (`last-manager`)", body = Problem,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    roster::take(&app, &office.0, &Step::Withdraw(subject(id), GrantScope::Tenant)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session and token of a member; the member may log in again.
#[utoipa::path(
    delete,
    path = "/v1/members/{id}/sessions",
    operation_id = "members_sessions_end",
    tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses(
        (status = 204, description = "Nothing of before opens any more"),
        OfMember,
    ),
)]
pub(super) async fn end_sessions(
    State(app): State<App>,
    office: BackOffice<needs::MembersWrite>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    suspension::end_sessions(&app, &office.0, &subject(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn view<P: Right>(app: &App, office: &BackOffice<P>, subject: &str) -> Result<MemberView, Problem> {
    let member = roster::fetch(app, &office.0, subject).await?;
    Ok(page::one(app, &office.0, None, subject, member).await?)
}
