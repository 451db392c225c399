//! A member of the back office: what the tenant's records say at this moment decides, and nothing of it is remembered.
//! A right that was withdrawn is gone at the next request.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vivier_domain::{
    ids::{ProjectId, TenantId},
    member::{Member, MemberState},
    network,
    origin::Origin,
    role::Roles,
    settings::{Published, TenantSettings, tenant::SessionSettings},
};
use vivier_tenancy::{
    doors::http::{MEMBER, PERMISSIONS, PROJECT, SESSION},
    rooms::records::{Place, RecordKey, Records},
};

use crate::{
    answer::{Refusal, context},
    csrf,
};

/// What the member came with.
pub(crate) enum Proof<'a> {
    /// An access token of a login in this second.
    Token { logged_in_at: i64 },
    /// A session.
    Session {
        name: &'a str,
        created_at: Timestamp,
        last_seen: Timestamp,
        repeats: &'a (dyn Fn(&str) -> bool + Sync),
    },
}

/// What the tenant's records say.
pub(crate) struct Facts {
    pub(crate) member: Option<Member>,
    pub(crate) roles: Roles,
    pub(crate) settings: TenantSettings,
    /// Whether the project that the path names is the tenant's.
    pub(crate) project_exists: bool,
}

/// Reads them in one request.
pub(crate) async fn facts(
    records: &Records<'_>,
    subject: &str,
    project: Option<ProjectId>,
) -> Result<Facts, Refusal> {
    let (member, roles) = (RecordKey::member(subject), RecordKey::roles());
    let settings: RecordKey<Published<TenantSettings>> = RecordKey::published(Place::Tenant);
    let project = project.map(RecordKey::project);
    let mut sorts = vec![member.sort(), roles.sort(), settings.sort()];
    sorts.extend(project.as_ref().map(RecordKey::sort));
    let read = records.batch(&sorts).await?;
    let found = project.as_ref().map(|project| read.get(project)).transpose()?;
    Ok(Facts {
        member: read.get(&member)?.map(|found| found.value),
        roles: read.get(&roles)?.map(|found| found.value).unwrap_or_default(),
        settings: read.get(&settings)?.map(|found| found.value.settings).unwrap_or_default(),
        project_exists: found.flatten().is_some(),
    })
}

/// A member's request.
pub(crate) struct Asked<'a> {
    pub(crate) event: &'a Value,
    pub(crate) tenant: TenantId,
    pub(crate) subject: &'a str,
    pub(crate) proof: Proof<'a>,
    pub(crate) project: Option<ProjectId>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) back_office: Option<&'a Origin>,
}

/// The context of a request that is let in.
pub(crate) fn decide(asked: &Asked<'_>, facts: &Facts, now: Timestamp) -> Result<Value, Refusal> {
    let member = facts.member.as_ref().filter(|member| member.state != MemberState::Suspended);
    let member = member.filter(|member| is_alive(&asked.proof, member, facts.settings.sessions, now));
    let member = member.ok_or(Refusal::Unknown)?;
    if !network::admits(&facts.settings.ip_ranges, asked.address) {
        return Err(Refusal::Forbidden("network"));
    }
    let mut answer = context(asked.tenant, "back", asked.address);
    if let Proof::Session { name, repeats, .. } = &asked.proof {
        if !csrf::admits(asked.event, asked.back_office, repeats) {
            return Err(Refusal::Forbidden("csrf"));
        }
        answer[SESSION] = json!(name);
    }
    // A grant in a project that is gone, or another tenant's, holds nowhere.
    let place = asked.project.filter(|_| facts.project_exists);
    let permissions = member.permissions(&facts.roles, place);
    let names: Vec<_> = permissions.iter().map(|permission| permission.as_str()).collect();
    answer[MEMBER] = json!(asked.subject);
    answer[PERMISSIONS] = json!(names.join(" "));
    if let Some(project) = asked.project {
        answer[PROJECT] = json!(project);
    }
    Ok(answer)
}

/// Whether the session or token still counts: members log out everywhere, and tenants shorten their sessions.
fn is_alive(proof: &Proof<'_>, member: &Member, settings: SessionSettings, now: Timestamp) -> bool {
    match proof {
        // A token knows its whole second only: one of the second in which sessions began anew may be the new one's.
        Proof::Token { logged_in_at } => Timestamp::from_second(logged_in_at.saturating_add(1))
            .is_ok_and(|end_of_second| end_of_second > member.sessions_from),
        Proof::Session { created_at, last_seen, .. } => {
            let ends_at = created_at.saturating_add(SignedDuration::from_hours(settings.hours.into()));
            let idle_until =
                last_seen.saturating_add(SignedDuration::from_mins(settings.idle_minutes.into()));
            *created_at >= member.sessions_from
                && ends_at.is_ok_and(|end| now < end)
                && idle_until.is_ok_and(|end| now < end)
        }
    }
}

#[cfg(test)]
mod tests;
