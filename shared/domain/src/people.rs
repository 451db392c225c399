//! Who may change whose rights (K6.3). Nobody gives or takes what they do not hold themselves, and a tenant always
//! keeps somebody who can administer its people.
//!
//! The rules are one pure step from a roster to the next. Whoever stores it makes sure that it is still the roster the
//! step began with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{
    member::{GrantScope, Member, MemberState},
    permission::Permission,
    role::{MOST_ROLES, Role, RoleId, Roles},
};

/// A tenant has at most so many members.
pub const MOST_MEMBERS: usize = 1_000;

/// `invited_at` of a member whose invitation has not been mailed yet.
pub const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

/// Whether the member's invitation was mailed. One that stopped before can be taken up again.
pub fn was_mailed(member: &Member) -> bool {
    member.invited_at > NEVER
}

/// Everybody's rights in one tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// What roles there are.
    pub roles: Roles,
    /// The members by the user pool's subject.
    pub members: BTreeMap<String, Member>,
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// The operator, who may do everything but leave a tenant without a manager.
    Operator,
    /// A member, by subject.
    Member(&'a str),
}

/// A change of people or roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes a new member in, with its grants.
    Add(String, Member),
    /// Takes a member of the tenant into a place where it has no role yet.
    Join(String, GrantScope, RoleId),
    /// Grants a role in a place, instead of the one that the member has there.
    Grant(String, GrantScope, RoleId),
    /// Withdraws the member's role in a place.
    Withdraw(String, GrantScope),
    /// Keeps the member out from this moment on.
    Suspend(String, Timestamp),
    /// Lets a suspended member in again, to the state it was in before.
    Resume(String, MemberState, Timestamp),
    /// Ends all that was opened before this moment.
    EndSessions(String, Timestamp),
    /// Removes the member.
    Remove(String),
    /// Makes a role, or changes one.
    PutRole(Role),
    /// Removes a role that nobody has.
    DeleteRole(RoleId),
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor does not hold what the step gives or takes.
    #[error("this needs permissions that are not held")]
    Forbidden,
    /// There is no such member, or it has no role in that place.
    #[error("there is no such member")]
    UnknownMember,
    /// There is no such role.
    #[error("there is no such role")]
    UnknownRole,
    /// Nobody would be left who can administer people.
    #[error("a tenant keeps one manager")]
    LastManager,
    /// The person is a member already.
    #[error("this person is a member already")]
    AlreadyMember,
    /// Somebody has the role.
    #[error("the role is granted to somebody")]
    RoleInUse,
    /// The tenant has as many as it may.
    #[error("there are too many")]
    TooMany,
    /// The member is not in a state for this.
    #[error("the member is not in a state for this")]
    WrongState,
}

impl Roster {
    /// What the actor may do in a place.
    pub fn held(&self, actor: Actor<'_>, at: GrantScope) -> BTreeSet<Permission> {
        let project = match at {
            GrantScope::Tenant => None,
            GrantScope::Project(project) => Some(project),
        };
        match actor {
            Actor::Operator => Permission::ALL.iter().copied().collect(),
            Actor::Member(subject) => self
                .members
                .get(subject)
                .map(|member| member.permissions(&self.roles, project))
                .unwrap_or_default(),
        }
    }

    /// Takes a step; a step that is refused changes nothing.
    pub fn take(&mut self, actor: Actor<'_>, step: Step) -> Result<(), Refusal> {
        let mut next = self.clone();
        next.apply(self, actor, step)?;
        if !next.keeps_managed(self) {
            return Err(Refusal::LastManager);
        }
        *self = next;
        Ok(())
    }

    fn apply(&mut self, before: &Self, actor: Actor<'_>, step: Step) -> Result<(), Refusal> {
        use Permission::{MembersInvite, MembersWrite};
        match step {
            Step::Add(subject, member) => {
                for (at, role) in &member.grants {
                    before.may(actor, MembersInvite, *at, &[before.role(role)?])?;
                }
                if self.members.len() >= MOST_MEMBERS {
                    return Err(Refusal::TooMany);
                }
                if self.members.insert(subject, member).is_some() {
                    return Err(Refusal::AlreadyMember);
                }
            }
            Step::Join(subject, at, role) => {
                before.may(actor, MembersInvite, at, &[before.role(&role)?])?;
                if self.member(&subject)?.grants.insert(at, role).is_some() {
                    return Err(Refusal::AlreadyMember);
                }
            }
            Step::Grant(subject, at, role) => {
                let replaced = self.member(&subject)?.grants.insert(at, role.clone());
                let replaced = replaced.map(|role| before.roles.permissions(&role)).unwrap_or_default();
                before.may(actor, MembersWrite, at, &[before.role(&role)?, replaced])?;
            }
            Step::Withdraw(subject, at) => {
                let withdrawn = self.member(&subject)?.grants.remove(&at).ok_or(Refusal::UnknownMember)?;
                before.may(actor, MembersWrite, at, &[before.roles.permissions(&withdrawn)])?;
            }
            Step::Suspend(subject, now) => {
                before.may_touch(actor, self.member(&subject)?)?;
                let member = self.member(&subject)?;
                member.state = MemberState::Suspended;
                member.sessions_from = now;
            }
            Step::Resume(subject, state, now) => {
                before.may_touch(actor, self.member(&subject)?)?;
                let member = self.member(&subject)?;
                if member.state == MemberState::Suspended {
                    member.state = state;
                    member.sessions_from = now;
                }
            }
            Step::EndSessions(subject, now) => {
                before.may_touch(actor, self.member(&subject)?)?;
                self.member(&subject)?.sessions_from = now;
            }
            Step::Remove(subject) => {
                before.may_touch(actor, self.member(&subject)?)?;
                self.members.remove(&subject);
            }
            Step::PutRole(role) => {
                let replaced = before.roles.permissions(&role.id);
                before.may_change_role(actor, &[role.permissions.clone(), replaced])?;
                let known = self.roles.roles.iter().position(|known| known.id == role.id);
                match known {
                    Some(place) => self.roles.roles[place] = role,
                    None if self.roles.roles.len() >= MOST_ROLES => return Err(Refusal::TooMany),
                    None => self.roles.roles.push(role),
                }
            }
            Step::DeleteRole(id) => {
                before.may_change_role(actor, &[before.role(&id)?])?;
                if before.members.values().any(|member| member.grants.values().any(|role| *role == id)) {
                    return Err(Refusal::RoleInUse);
                }
                self.roles.roles.retain(|role| role.id != id);
            }
        }
        Ok(())
    }

    fn member(&mut self, subject: &str) -> Result<&mut Member, Refusal> {
        self.members.get_mut(subject).ok_or(Refusal::UnknownMember)
    }

    fn role(&self, id: &RoleId) -> Result<BTreeSet<Permission>, Refusal> {
        self.roles.find(id).map(|role| role.permissions.clone()).ok_or(Refusal::UnknownRole)
    }

    /// The actor needs the permission in the place, and whatever is given or taken there.
    fn may(
        &self,
        actor: Actor<'_>,
        needed: Permission,
        at: GrantScope,
        moved: &[BTreeSet<Permission>],
    ) -> Result<(), Refusal> {
        let held = self.held(actor, at);
        let all =
            held.contains(&needed) && moved.iter().flatten().all(|permission| held.contains(permission));
        if all { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    fn may_change_role(&self, actor: Actor<'_>, moved: &[BTreeSet<Permission>]) -> Result<(), Refusal> {
        self.may(actor, Permission::RolesWrite, GrantScope::Tenant, moved)
    }

    /// What concerns a member as a whole needs what the member was granted, in each place.
    fn may_touch(&self, actor: Actor<'_>, member: &Member) -> Result<(), Refusal> {
        self.may(actor, Permission::MembersWrite, GrantScope::Tenant, &[])?;
        let mut grants = member.grants.iter();
        grants.try_for_each(|(at, role)| {
            self.may(actor, Permission::MembersWrite, *at, &[self.roles.permissions(role)])
        })
    }

    /// One who can administer people stays: an active one where there was one, else at least an invited one.
    fn keeps_managed(&self, before: &Self) -> bool {
        let (had_active, had_invited) = before.managed();
        let (has_active, has_invited) = self.managed();
        if had_active { has_active } else { !had_invited || has_active || has_invited }
    }

    /// Whether an active member manages, and whether an invited one does.
    pub fn managed(&self) -> (bool, bool) {
        let any =
            |state| self.members.values().any(|member| member.state == state && member.manages(&self.roles));
        (any(MemberState::Active), any(MemberState::Invited))
    }
}

#[cfg(test)]
mod tests;
