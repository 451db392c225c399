//! A member of a tenant: what was granted to whom, and nothing that names the person. Addresses live in the user pool.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{InvalidId, ProjectId},
    permission::Permission,
    role::{RoleId, Roles},
};

/// Where a grant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum GrantScope {
    /// In the whole tenant, and so in each of its projects. Written `*`.
    Tenant,
    /// In one project.
    Project(ProjectId),
}

impl FromStr for GrantScope {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == "*" { Ok(Self::Tenant) } else { text.parse().map(Self::Project) }
    }
}

impl fmt::Display for GrantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("*"),
            Self::Project(id) => id.fmt(f),
        }
    }
}

impl TryFrom<String> for GrantScope {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<GrantScope> for String {
    fn from(scope: GrantScope) -> Self {
        scope.to_string()
    }
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Was mailed a temporary password and has not logged in yet.
    Invited,
    /// Has chosen a password.
    Active,
    /// Keeps the grants and cannot come in.
    Suspended,
}

/// The language a member is written to in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// A member as the projects table keeps it, under the user pool's subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where it stands.
    pub state: MemberState,
    /// One role for each place.
    pub grants: BTreeMap<GrantScope, RoleId>,
    /// What mails are written in.
    pub language: Language,
    /// When the member was first invited.
    pub created_at: Timestamp,
    /// When the last invitation was mailed: its temporary password dies with it.
    pub invited_at: Timestamp,
    /// Sessions and tokens from before this moment are dead: logging out everywhere moves it.
    pub sessions_from: Timestamp,
}

/// How long an invitation's temporary password works, in days. The user pool's own limit is the same.
pub const INVITATION_DAYS: i64 = 7;

/// Whoever holds all of these in the whole tenant can administer people: a tenant always keeps one such member.
pub const MANAGING: &[Permission] =
    &[Permission::MembersInvite, Permission::MembersWrite, Permission::RolesWrite];

impl Member {
    /// What the member may do: in the whole tenant, or in one project, where what was granted in the whole tenant holds
    /// as well. A suspended member may do nothing.
    pub fn permissions(&self, roles: &Roles, project: Option<ProjectId>) -> BTreeSet<Permission> {
        if self.state == MemberState::Suspended {
            return BTreeSet::new();
        }
        let places = [Some(GrantScope::Tenant), project.map(GrantScope::Project)];
        let granted = places.into_iter().flatten().filter_map(|place| self.grants.get(&place));
        granted.flat_map(|role| roles.permissions(role)).collect()
    }

    /// Whether the member can administer people in the whole tenant.
    pub fn manages(&self, roles: &Roles) -> bool {
        let held = self.permissions(roles, None);
        MANAGING.iter().all(|permission| held.contains(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(grants: &[(GrantScope, &str)]) -> Member {
        let grants =
            grants.iter().map(|(at, id)| (*at, RoleId::try_from((*id).to_owned()).unwrap())).collect();
        let at = Timestamp::UNIX_EPOCH;
        Member {
            state: MemberState::Active,
            grants,
            language: Language::Fr,
            created_at: at,
            invited_at: at,
            sessions_from: at,
        }
    }

    #[test]
    fn a_grant_in_one_project_holds_there_alone() {
        let (own, other) = (ProjectId::generate(), ProjectId::generate());
        let roles = Roles::default();
        let member = member(&[(GrantScope::Tenant, "reader"), (GrantScope::Project(own), "manager")]);
        assert!(member.permissions(&roles, Some(own)).contains(&Permission::MembersInvite));
        for place in [None, Some(other)] {
            let held = member.permissions(&roles, place);
            assert!(held.contains(&Permission::OffersRead) && !held.contains(&Permission::MembersInvite));
        }
        assert!(!member.manages(&roles));
    }

    #[test]
    fn a_suspended_member_and_an_unknown_role_hold_nothing() {
        let roles = Roles::default();
        let mut suspended = member(&[(GrantScope::Tenant, "manager")]);
        assert!(suspended.manages(&roles));
        suspended.state = MemberState::Suspended;
        assert!(suspended.permissions(&roles, None).is_empty());
        assert!(member(&[(GrantScope::Tenant, "gone")]).permissions(&roles, None).is_empty());
    }

    #[test]
    fn a_member_reads_back_as_it_was_written() {
        let member =
            member(&[(GrantScope::Tenant, "reader"), (GrantScope::Project(ProjectId::generate()), "editor")]);
        let text = serde_json::to_string(&member).unwrap();
        assert_eq!(serde_json::from_str::<Member>(&text).unwrap(), member);
    }
}
