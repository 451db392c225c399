//! Roles are a tenant's own sets of permissions (K6.3); every tenant starts with four.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// A tenant keeps at most so many roles.
pub const MOST_ROLES: usize = 50;

/// The name by which grants refer to a role: it never changes, so that renaming a role changes no grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleId(String);

/// A text that cannot be a role's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role's id has 2 to 40 characters a-z, 0-9 and dashes, and begins with a letter")]
pub struct InvalidRoleId;

impl RoleId {
    /// The given role that holds every permission.
    pub fn manager() -> Self {
        Self("manager".into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoleId {
    type Error = InvalidRoleId;

    fn try_from(text: String) -> Result<Self, InvalidRoleId> {
        let shape = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if shape { Ok(Self(text)) } else { Err(InvalidRoleId) }
    }
}

impl From<RoleId> for String {
    fn from(id: RoleId) -> Self {
        id.0
    }
}

/// A role: a name for people and what its holder may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// What grants refer to.
    pub id: RoleId,
    /// The name for people, 1 to 80 characters.
    pub name: String,
    /// What its holder may do. A permission this version does not know is left out when it is read.
    #[serde(deserialize_with = "known_permissions")]
    pub permissions: BTreeSet<Permission>,
}

/// A role written by a newer version may name what this version cannot check: it grants what it can.
fn known_permissions<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<Permission>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// The roles of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// Each with an id of its own.
    pub roles: Vec<Role>,
}

impl Roles {
    /// The role of this id.
    pub fn find(&self, id: &RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == *id)
    }

    /// What a holder of `id` may do; nothing where there is no such role.
    pub fn permissions(&self, id: &RoleId) -> BTreeSet<Permission> {
        self.find(id).map(|role| role.permissions.clone()).unwrap_or_default()
    }
}

/// The four roles every tenant starts with, all of them editable.
impl Default for Roles {
    fn default() -> Self {
        use Permission as P;
        let role = |id: &str, name: &str, permissions: &[P]| Role {
            id: RoleId(id.into()),
            name: name.into(),
            permissions: permissions.iter().copied().collect(),
        };
        Self {
            roles: vec![
                role("manager", "Manager", P::ALL),
                role(
                    "editor",
                    "Editor",
                    &[
                        P::OffersWrite,
                        P::OffersRead,
                        P::DocumentsWrite,
                        P::DocumentsRead,
                        P::ReportsRead,
                        P::ReportsWrite,
                        P::TasksRead,
                        P::ProjectsRead,
                        P::SettingsRead,
                        P::SettingsWrite,
                    ],
                ),
                role(
                    "analyst",
                    "Analyst",
                    &[P::OffersRead, P::ReportsRead, P::ReportsWrite, P::RetentionRead, P::ProjectsRead],
                ),
                role(
                    "reader",
                    "Reader",
                    &[P::OffersRead, P::DocumentsRead, P::ProjectsRead, P::SettingsRead],
                ),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_holds_everything_and_nobody_else_invites() {
        let roles = Roles::default();
        assert_eq!(roles.permissions(&RoleId::manager()).len(), Permission::ALL.len());
        let inviting: Vec<_> =
            roles.roles.iter().filter(|role| role.permissions.contains(&Permission::MembersInvite)).collect();
        assert_eq!(inviting.len(), 1);
    }

    #[test]
    fn what_a_newer_version_granted_is_left_out() {
        let text = r#"{"id":"reader","name":"R","permissions":["offers.read","moons.write"]}"#;
        let role: Role = serde_json::from_str(text).unwrap();
        assert_eq!(role.permissions, BTreeSet::from([Permission::OffersRead]));
    }

    #[test]
    fn ids() {
        for (text, accepted) in [
            ("manager", true),
            ("chef-de-projet", true),
            ("a", false),
            ("*", false),
            ("Chef", false),
            ("é", false),
        ] {
            assert_eq!(RoleId::try_from(text.to_owned()).is_ok(), accepted, "{text}");
        }
    }
}
