//! Who may read a report: of a request the member behind it, of a mail its recipient, as things are at this moment.

use uuid::Uuid;
use vivier_domain::{
    ids::ProjectId,
    member::{Member, MemberState},
    permission::Permission,
    redacted::Redacted,
    report::ReportKind,
    role::Roles,
};
use vivier_runtime::http::Problem;
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::RecordKey};

use crate::App;

/// Refuses whoever lacks what a kind needs beside the reading of figures.
pub(crate) fn require(scope: &TenantScope, kind: ReportKind) -> Result<(), Problem> {
    match kind.also_needs() {
        Some(permission) => scope.require(permission).map(|_| ()).map_err(Problem::from),
        None => Ok(()),
    }
}

/// Whether the member behind a request may read reports of a kind.
pub(crate) fn may(scope: &TenantScope, kind: ReportKind) -> bool {
    kind.also_needs().is_none_or(|permission| scope.require(permission).is_ok())
}

/// Where a member is mailed a report, if they may read it now: they are there, have chosen a password, are not suspended, and hold what it
/// needs in the whole tenant or in the project that it is of.
pub(crate) async fn address_of(
    app: &App,
    scope: &TenantScope,
    member: Uuid,
    kind: ReportKind,
    project: Option<ProjectId>,
) -> Result<Option<Redacted>, TenancyError> {
    let subject = member.to_string();
    let records = app.tenancy.records(scope)?;
    let Some(found) = records.fetch(&RecordKey::member(&subject)).await? else { return Ok(None) };
    let roles = records.fetch(&RecordKey::roles()).await?.map(|found| found.value).unwrap_or_default();
    if !holds(&found.value, &roles, kind, project) {
        return Ok(None);
    }
    let account = app.tenancy.people(scope)?.fetch(&subject).await?;
    Ok(account
        .filter(|account| account.confirmed() && account.enabled())
        .map(|account| account.address().clone()))
}

fn holds(member: &Member, roles: &Roles, kind: ReportKind, project: Option<ProjectId>) -> bool {
    let held = member.permissions(roles, project);
    member.state != MemberState::Suspended
        && held.contains(&Permission::ReportsRead)
        && kind.also_needs().is_none_or(|permission| held.contains(&permission))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use vivier_domain::{
        member::{GrantScope, Language},
        role::RoleId,
    };

    use super::*;

    fn member(state: MemberState, place: GrantScope, role: &str) -> Member {
        let at = Timestamp::UNIX_EPOCH;
        Member {
            state,
            grants: [(place, RoleId::try_from(role.to_owned()).unwrap())].into(),
            language: Language::Fr,
            created_at: at,
            invited_at: at,
            sessions_from: at,
        }
    }

    #[test]
    fn what_a_recipient_must_hold() {
        use GrantScope::{Project, Tenant};
        use MemberState::{Active, Suspended};
        use ReportKind::{Activity, MembersActivity};
        let (own, other) = (ProjectId::generate(), ProjectId::generate());
        for (state, place, role, kind, project, may) in [
            (Active, Tenant, "analyst", Activity, None, true),
            (Active, Tenant, "analyst", Activity, Some(own), true),
            (Active, Tenant, "analyst", MembersActivity, None, false),
            (Active, Tenant, "manager", MembersActivity, None, true),
            (Active, Tenant, "reader", Activity, None, false),
            (Suspended, Tenant, "manager", Activity, None, false),
            (Active, Project(own), "analyst", Activity, Some(own), true),
            (Active, Project(own), "analyst", Activity, Some(other), false),
            (Active, Project(own), "analyst", Activity, None, false),
        ] {
            let member = member(state, place, role);
            assert_eq!(holds(&member, &Roles::default(), kind, project), may, "{role} {kind:?} {project:?}");
        }
    }
}
