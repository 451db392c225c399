//! Changes of people at the same moment, against the test stack's projects table.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use jiff::Timestamp;
use vivier_domain::{
    ids::TenantId,
    member::{GrantScope, Language, Member, MemberState},
    people::{Actor, Refusal, Step},
    role::RoleId,
};
use vivier_tenancy::{
    TenantScope,
    rooms::{
        people::{ChangeError, change, read},
        records::Records,
    },
};
use vivier_testkit::{scope, stack::Stack};

fn member(role: &str) -> Member {
    let at = Timestamp::UNIX_EPOCH;
    Member {
        state: MemberState::Active,
        grants: [(GrantScope::Tenant, RoleId::try_from(role.to_owned()).unwrap())].into(),
        language: Language::Fr,
        created_at: at,
        invited_at: at,
        sessions_from: at,
    }
}

/// Two managers in a tenant of their own.
async fn two_managers(records: &Records<'_>) {
    for name in ["one", "two"] {
        let step = Step::Add(name.into(), member("manager"));
        change(records, Actor::Operator, &step, None).await.unwrap();
    }
}

fn own() -> TenantScope {
    scope::front(TenantId::generate())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_managers_who_remove_each_other_leave_one() {
    let tenancy = Stack::from_env().tenancy().await;
    for _ in 0..8 {
        let scope = own();
        let records = tenancy.records(&scope).unwrap();
        two_managers(&records).await;
        let (first, second) = (Step::Remove("two".into()), Step::Remove("one".into()));
        let (first, second) = tokio::join!(
            change(&records, Actor::Member("one"), &first, None),
            change(&records, Actor::Member("two"), &second, None),
        );
        let left = read(&records).await.unwrap().roster;
        assert_eq!(left.members.len(), 1);
        assert!(left.managed().0);
        // Whoever was slower was not there any more when it was decided anew.
        assert!(first.is_ok() != second.is_ok());
        let refused = first.err().or(second.err()).unwrap();
        assert!(matches!(refused, ChangeError::Refused(Refusal::Forbidden)), "{refused}");
        records.clear().await.unwrap();
    }
}

#[tokio::test]
async fn roles_change_on_the_version_that_was_seen_and_hold_at_once() {
    let tenancy = Stack::from_env().tenancy().await;
    let scope = own();
    let records = tenancy.records(&scope).unwrap();
    two_managers(&records).await;
    let seen = read(&records).await.unwrap().roles_version();
    let mut jury = read(&records).await.unwrap().roster.roles.roles.remove(3);
    jury.id = RoleId::try_from("jury".to_owned()).unwrap();
    let put = Step::PutRole(jury);
    let after = change(&records, Actor::Member("one"), &put, Some(seen)).await.unwrap();
    assert_eq!(after.roles_version(), seen + 1);
    assert_eq!(read(&records).await.unwrap().roles_version(), seen + 1);
    let outdated =
        change(&records, Actor::Member("one"), &Step::DeleteRole(RoleId::manager()), Some(seen)).await;
    assert!(matches!(outdated, Err(ChangeError::Outdated)));
    let grant = Step::Grant("two".into(), GrantScope::Tenant, RoleId::try_from("jury".to_owned()).unwrap());
    change(&records, Actor::Member("one"), &grant, None).await.unwrap();
    let by_two = change(&records, Actor::Member("two"), &Step::Remove("one".into()), None).await;
    assert!(matches!(by_two, Err(ChangeError::Refused(Refusal::Forbidden))));
    records.clear().await.unwrap();
}
