//! Proof that a door was passed. Everything here is private to the crate on purpose.

use std::net::IpAddr;

use vivier_domain::{
    event::Visitor,
    ids::{KeyId, ProjectId, TenantId},
    permission::Permission,
    purpose::{Grounds, Purpose},
};

/// Which way a tenant came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Office {
    /// A candidate, by publishable key or host name.
    Front,
    /// A member, by access token.
    Back,
    /// An event that names its tenant: a stream record, a file, a schedule, an operator's command.
    Platform,
}

/// The member behind a back-office request.
#[derive(Debug)]
pub struct Member {
    pub(crate) subject: String,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) session: Option<String>,
}

impl Member {
    /// The user pool's `sub`: an opaque id, no personal text.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// What the member may do in this request: in the project that its path names, or in the whole tenant.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// The session's name, when the member came with its cookie; none with a token.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }
}

/// A member lacks a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the permission {0} is not held")]
pub struct Forbidden(pub Permission);

/// One tenant, proved by a door. Rooms open only with a reference to it.
#[derive(Debug)]
pub struct TenantScope {
    pub(crate) tenant: TenantId,
    pub(crate) office: Office,
    pub(crate) member: Option<Member>,
    pub(crate) project: Option<ProjectId>,
    pub(crate) key: Option<KeyId>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) grounds: Option<Grounds>,
}

impl TenantScope {
    pub(crate) const fn platform(tenant: TenantId) -> Self {
        Self {
            tenant,
            office: Office::Platform,
            member: None,
            project: None,
            key: None,
            address: None,
            visitor: None,
            grounds: None,
        }
    }

    /// The project: of a candidate the one whose front office was entered, of a member the one that the path names.
    pub const fn project(&self) -> Option<ProjectId> {
        self.project
    }

    /// The publishable key that a candidate came in by; none by a host name.
    pub const fn key(&self) -> Option<KeyId> {
        self.key
    }

    /// The caller's address, as far as nobody can forge it. Personal: for the audit log and for limits, never for logs.
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// What stands for the candidate on this day, in events of use; none where it is not known.
    pub const fn visitor(&self) -> Option<Visitor> {
        self.visitor
    }

    /// What the front office that a candidate entered may do with personal data; `None` where nothing of it is published.
    pub const fn grounds(&self) -> Option<&Grounds> {
        self.grounds.as_ref()
    }

    /// Whether what happens may be counted: of candidates only where their front office has a legal basis for it.
    pub(crate) fn counts(&self) -> bool {
        self.office != Office::Front
            || self.grounds.as_ref().is_some_and(|grounds| grounds.opens(Purpose::Statistics))
    }

    /// Which tenant. For names and log lines; an id opens nothing.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which way the tenant came in.
    pub const fn office(&self) -> Office {
        self.office
    }

    /// The member, when a person of the back office is behind it.
    pub const fn member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// Refuses unless the member behind this scope holds `permission`. Candidates and events hold none.
    pub fn require(&self, permission: Permission) -> Result<&Member, Forbidden> {
        self.member
            .as_ref()
            .filter(|member| member.permissions.contains(&permission))
            .ok_or(Forbidden(permission))
    }
}

/// What a schedule or an operator holds: it lists tenants and tasks, lends one scope at a time, and opens no tenant's room itself.
#[derive(Debug)]
pub struct PlatformScope {
    pub(crate) _private: (),
}

impl PlatformScope {
    /// Lends the scope of a tenant that the registry listed: a task over all tenants is a loop, never one statement.
    pub fn lend(&self, tenant: &crate::registry::Tenant) -> TenantScope {
        TenantScope::platform(tenant.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(permissions: &[Permission]) -> TenantScope {
        TenantScope {
            tenant: TenantId::generate(),
            office: Office::Back,
            member: Some(Member { subject: "s".into(), permissions: permissions.to_vec(), session: None }),
            project: None,
            key: None,
            address: None,
            visitor: None,
            grounds: None,
        }
    }

    #[test]
    fn a_permission_held_is_granted_and_no_other() {
        let scope = member(&[Permission::OffersRead]);
        assert!(scope.require(Permission::OffersRead).is_ok());
        assert_eq!(scope.require(Permission::OffersWrite).unwrap_err(), Forbidden(Permission::OffersWrite));
    }

    #[test]
    fn an_event_holds_no_permission() {
        assert!(TenantScope::platform(TenantId::generate()).require(Permission::OffersRead).is_err());
    }
}
