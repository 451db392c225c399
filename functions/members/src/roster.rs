//! Steps that members of the back office take on the roster.

use uuid::Uuid;
use vivier_domain::{
    ids::ProjectId,
    member::Member,
    people::{Actor, Step},
    role::Roles,
};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_tenancy::{
    TenantScope,
    rooms::{people, records::RecordKey},
};

use crate::{App, error};

/// The subject as the user pool writes it, whatever way the path wrote the id.
pub(crate) fn subject(id: Uuid) -> String {
    id.hyphenated().to_string()
}

/// The member who acts.
pub(crate) fn actor(scope: &TenantScope) -> Result<Actor<'_>, Problem> {
    let member = scope.member().ok_or_else(|| Problem::new(ProblemKind::Forbidden))?;
    Ok(Actor::Member(member.subject()))
}

/// Takes a step; the answer is everybody after it.
pub(crate) async fn take(app: &App, scope: &TenantScope, step: &Step) -> Result<people::Read, Problem> {
    people::change(&app.tenancy.records(scope)?, actor(scope)?, step, None).await.map_err(error::changed)
}

/// Takes a step about a member; the answer is that member after it.
pub(crate) async fn take_on(
    app: &App,
    scope: &TenantScope,
    subject: &str,
    step: &Step,
) -> Result<Member, Problem> {
    let mut after = take(app, scope, step).await?.roster.members;
    after.remove(subject).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Makes, changes or removes a role, on the version of the roles that `accepts` takes.
pub(crate) async fn take_on_roles(
    app: &App,
    scope: &TenantScope,
    step: &Step,
    accepts: impl Fn(u64) -> Result<(), Problem>,
) -> Result<(Roles, u64), Problem> {
    let records = app.tenancy.records(scope)?;
    let version = people::read(&records).await?.roles_version();
    accepts(version)?;
    let after = people::change(&records, actor(scope)?, step, Some(version)).await.map_err(error::changed)?;
    let version = after.roles_version();
    Ok((after.roster.roles, version))
}

/// The member of this subject.
pub(crate) async fn fetch(app: &App, scope: &TenantScope, subject: &str) -> Result<Member, Problem> {
    let found = app.tenancy.records(scope)?.fetch(&RecordKey::member(subject)).await?;
    found.map(|found| found.value).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Refuses where the tenant has no such project.
pub(crate) async fn project_exists(
    app: &App,
    scope: &TenantScope,
    project: ProjectId,
) -> Result<(), Problem> {
    let found = app.tenancy.records(scope)?.fetch(&RecordKey::project(project)).await?;
    found.map(|_| ()).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
