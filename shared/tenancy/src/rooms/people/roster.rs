//! The tenant's roster as the records keep it, and changing it.
//!
//! Whether a change is allowed depends on everybody: the last manager stays. So every change of people or roles also
//! changes one guard record, in one transaction, and is decided on what was read after the guard. Two changes at the
//! same moment cannot both be stored; the second is decided anew.

use std::collections::BTreeMap;

use vivier_domain::{
    people::{Actor, Refusal, Roster, Step},
    role::Roles,
};

use crate::{
    rooms::records::{Change, RecordKey, Records},
    tenancy::TenancyError,
};

/// How often a change is decided anew before the caller is asked to come back.
const TRIES: usize = 8;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The roles are not at the version that the change was meant for.
    #[error("the roles were changed in between")]
    Outdated,
    /// A store failed, or others were quicker every time.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
}

/// A roster with the versions of what it was read from.
#[derive(Debug)]
pub struct Read {
    guard: Option<u64>,
    roles: Option<u64>,
    members: BTreeMap<String, u64>,
    /// What was read.
    pub roster: Roster,
}

impl Read {
    /// The version of the roles: 0 while the tenant has the given ones.
    pub fn roles_version(&self) -> u64 {
        self.roles.unwrap_or(0)
    }
}

/// Reads the whole roster, the guard first: what is read after it is at least as new.
pub async fn read(records: &Records<'_>) -> Result<Read, TenancyError> {
    let guard = records.fetch(&RecordKey::people()).await?.map(|guard| guard.version);
    let stored = records.fetch(&RecordKey::roles()).await?;
    let (roles, known) = match stored {
        Some(stored) => (Some(stored.version), stored.value),
        None => (None, Roles::default()),
    };
    let mut read =
        Read { guard, roles, members: BTreeMap::new(), roster: Roster { roles: known, ..Roster::default() } };
    for (subject, member) in records.list(&RecordKey::members(), None, None).await? {
        read.members.insert(subject.clone(), member.version);
        read.roster.members.insert(subject, member.value);
    }
    Ok(read)
}

/// Takes one step on the roster as it is now. `roles` is the version of the roles that the step was meant for, where
/// that matters. The answer is the roster after the step.
pub async fn change(
    records: &Records<'_>,
    actor: Actor<'_>,
    step: &Step,
    roles: Option<u64>,
) -> Result<Read, ChangeError> {
    for _ in 0..TRIES {
        let mut before = read(records).await?;
        if roles.is_some_and(|version| version != before.roles_version()) {
            return Err(ChangeError::Outdated);
        }
        let mut after = before.roster.clone();
        after.take(actor, step.clone())?;
        let changes = changes(&before, &after)?;
        if changes.len() > 1 {
            match records.change(&changes).await {
                Ok(()) => {}
                Err(TenancyError::Conflict(_)) => continue,
                Err(error) => return Err(error.into()),
            }
            if before.roster.roles != after.roles {
                before.roles = Some(before.roles_version() + 1);
            }
        }
        before.roster = after;
        return Ok(before);
    }
    Err(TenancyError::Busy("list of members").into())
}

/// What differs, behind the change of the guard.
fn changes(before: &Read, after: &Roster) -> Result<Vec<Change>, TenancyError> {
    let mut changes = vec![Change::put(&RecordKey::people(), before.guard, &())?];
    if before.roster.roles != after.roles {
        changes.push(Change::put(&RecordKey::roles(), before.roles, &after.roles)?);
    }
    for (subject, member) in &after.members {
        if before.roster.members.get(subject) != Some(member) {
            let version = before.members.get(subject).copied();
            changes.push(Change::put(&RecordKey::member(subject), version, member)?);
        }
    }
    for (subject, version) in &before.members {
        if !after.members.contains_key(subject) {
            changes.push(Change::delete(&RecordKey::member(subject), *version));
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::{
        member::{GrantScope, Language, Member, MemberState},
        role::RoleId,
    };

    fn member() -> Member {
        let at = jiff::Timestamp::UNIX_EPOCH;
        Member {
            state: MemberState::Active,
            grants: [(GrantScope::Tenant, RoleId::manager())].into(),
            language: Language::Fr,
            created_at: at,
            invited_at: at,
            sessions_from: at,
        }
    }

    fn stored() -> Read {
        let names = ["one", "two"].map(str::to_owned);
        Read {
            guard: Some(4),
            roles: None,
            members: names.iter().map(|name| (name.clone(), 7)).collect(),
            roster: Roster {
                members: names.into_iter().map(|name| (name, member())).collect(),
                ..Roster::default()
            },
        }
    }

    #[test]
    fn only_what_differs_is_written_and_always_behind_the_guard() {
        type Row = (fn(&mut Roster), &'static [&'static str]);
        let steps: [Row; 5] = [
            (|_| {}, &[]),
            (|after| after.members.get_mut("one").unwrap().state = MemberState::Suspended, &["member#one"]),
            (|after| drop(after.members.remove("two")), &["member#two"]),
            (|after| drop(after.members.insert("new".into(), member())), &["member#new"]),
            (|after| after.roles.roles.truncate(3), &["roles"]),
        ];
        for (step, expected) in steps {
            let before = stored();
            let mut after = before.roster.clone();
            step(&mut after);
            let written = format!("{:?}", changes(&before, &after).unwrap());
            assert!(written.contains("\"people\", expected: Some(4)"), "{written}");
            for sort in ["member#one", "member#two", "member#new", "roles"] {
                assert_eq!(
                    written.contains(&format!("\"{sort}\"")),
                    expected.contains(&sort),
                    "{sort}: {written}"
                );
            }
        }
    }
}
