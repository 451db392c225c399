//! The rules as a table, and as properties over random histories.

use proptest::prelude::*;

use super::*;
use crate::{ids::ProjectId, member::Language};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const P: &str = "00000000-0000-7000-8000-000000000001";
const Q: &str = "00000000-0000-7000-8000-000000000002";

fn id(text: &str) -> RoleId {
    RoleId::try_from(text.to_owned()).unwrap()
}

fn at(place: &str) -> GrantScope {
    place.parse().unwrap()
}

fn member(state: MemberState, grants: &[(&str, &str)]) -> Member {
    let grants = grants.iter().map(|(place, role)| (at(place), id(role))).collect();
    Member { state, grants, language: Language::Fr, created_at: NOW, invited_at: NOW, sessions_from: NOW }
}

fn role(name: &str, permissions: &[Permission]) -> Role {
    Role { id: id(name), name: name.to_owned(), permissions: permissions.iter().copied().collect() }
}

/// A chief and a deputy over everything; a clerk who may only administer people and read; a lead of one project.
fn roster() -> Roster {
    use MemberState::{Active, Invited};
    use Permission as R;
    let mut roles = Roles::default();
    roles.roles.push(role(
        "clerk",
        &[
            R::MembersWrite,
            R::MembersInvite,
            R::OffersRead,
            R::DocumentsRead,
            R::ProjectsRead,
            R::SettingsRead,
        ],
    ));
    let members = [
        ("chief", member(Active, &[("*", "manager")])),
        ("clerk", member(Active, &[("*", "clerk")])),
        ("lead", member(Active, &[("*", "reader"), (P, "manager")])),
        ("editor", member(Active, &[("*", "editor")])),
        ("reader", member(Active, &[("*", "reader"), (P, "editor")])),
        ("newcomer", member(Invited, &[("*", "manager")])),
    ];
    Roster { roles, members: members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect() }
}

#[test]
fn who_may_do_what() {
    use MemberState::{Active, Invited};
    use Refusal as X;
    let new = |place, role| Step::Add("new".into(), member(Invited, &[(place, role)]));
    let grant = |name: &str, place, role| Step::Grant(name.into(), at(place), id(role));
    let withdraw = |name: &str, place| Step::Withdraw(name.into(), at(place));
    let join = |name: &str, place, role| Step::Join(name.into(), at(place), id(role));
    let suspend = |name: &str| Step::Suspend(name.into(), NOW);
    let remove = |name: &str| Step::Remove(name.into());
    let manager = role("manager", Permission::ALL);
    let powerless = role("manager", &[Permission::OffersRead]);
    for (actor, step, expected) in [
        // Inviting: what one holds, where one holds it.
        ("chief", new("*", "manager"), Ok(())),
        ("clerk", new("*", "reader"), Ok(())),
        ("clerk", new("*", "manager"), Err(X::Forbidden)),
        ("clerk", new("*", "editor"), Err(X::Forbidden)),
        ("lead", new(P, "manager"), Ok(())),
        ("lead", new("*", "reader"), Err(X::Forbidden)),
        ("lead", new(Q, "reader"), Err(X::Forbidden)),
        ("editor", new("*", "reader"), Err(X::Forbidden)),
        ("nobody", new("*", "reader"), Err(X::Forbidden)),
        ("chief", new("*", "gone"), Err(X::UnknownRole)),
        ("chief", Step::Add("lead".into(), member(Invited, &[])), Err(X::AlreadyMember)),
        ("lead", join("editor", P, "editor"), Ok(())),
        ("lead", join("reader", P, "reader"), Err(X::AlreadyMember)),
        ("lead", join("editor", Q, "editor"), Err(X::Forbidden)),
        ("lead", join("nobody", P, "editor"), Err(X::UnknownMember)),
        // Granting and withdrawing: the role that was there counts as well.
        ("chief", grant("editor", "*", "manager"), Ok(())),
        ("clerk", grant("reader", "*", "clerk"), Ok(())),
        ("clerk", grant("clerk", "*", "manager"), Err(X::Forbidden)),
        ("clerk", grant("chief", "*", "reader"), Err(X::Forbidden)),
        ("lead", grant("reader", P, "manager"), Ok(())),
        ("lead", grant("reader", "*", "editor"), Err(X::Forbidden)),
        ("lead", withdraw("reader", P), Ok(())),
        ("lead", withdraw("reader", "*"), Err(X::Forbidden)),
        ("clerk", withdraw("reader", P), Err(X::Forbidden)),
        ("chief", withdraw("reader", Q), Err(X::UnknownMember)),
        // A member as a whole.
        ("clerk", remove("chief"), Err(X::Forbidden)),
        ("clerk", suspend("lead"), Err(X::Forbidden)),
        ("clerk", suspend("clerk"), Ok(())),
        ("lead", remove("reader"), Err(X::Forbidden)),
        ("chief", remove("lead"), Ok(())),
        ("chief", remove("newcomer"), Ok(())),
        ("chief", remove("nobody"), Err(X::UnknownMember)),
        ("clerk", Step::EndSessions("chief".into(), NOW), Err(X::Forbidden)),
        ("chief", Step::EndSessions("chief".into(), NOW), Ok(())),
        ("chief", Step::Resume("lead".into(), Active, NOW), Ok(())),
        // The one active manager stays; one who was only invited is none yet.
        ("chief", suspend("chief"), Err(X::LastManager)),
        ("chief", remove("chief"), Err(X::LastManager)),
        ("chief", withdraw("chief", "*"), Err(X::LastManager)),
        ("chief", grant("chief", "*", "editor"), Err(X::LastManager)),
        ("chief", Step::PutRole(powerless.clone()), Err(X::LastManager)),
        // Roles.
        ("chief", Step::PutRole(manager.clone()), Ok(())),
        ("chief", Step::PutRole(role("jury", &[Permission::OffersRead])), Ok(())),
        ("clerk", Step::PutRole(role("jury", &[])), Err(X::Forbidden)),
        ("lead", Step::PutRole(manager), Err(X::Forbidden)),
        ("chief", Step::DeleteRole(id("reader")), Err(X::RoleInUse)),
        ("chief", Step::DeleteRole(id("analyst")), Ok(())),
        ("chief", Step::DeleteRole(id("gone")), Err(X::UnknownRole)),
        ("clerk", Step::DeleteRole(id("analyst")), Err(X::Forbidden)),
    ] {
        let (before, mut roster) = (roster(), roster());
        assert_eq!(roster.take(Actor::Member(actor), step.clone()), expected, "{actor}: {step:?}");
        assert!(expected.is_ok() || roster == before, "{actor}: {step:?} was refused and changed something");
    }
}

#[test]
fn a_suspended_member_does_nothing_and_comes_back_as_it_was() {
    let mut roster = roster();
    let chief = Actor::Member("chief");
    roster.take(chief, Step::Suspend("clerk".into(), NOW)).unwrap();
    let invitation = Step::Add("new".into(), member(MemberState::Invited, &[("*", "reader")]));
    assert_eq!(roster.take(Actor::Member("clerk"), invitation.clone()), Err(Refusal::Forbidden));
    assert_eq!(
        roster.take(Actor::Member("clerk"), Step::Resume("clerk".into(), MemberState::Active, NOW)),
        Err(Refusal::Forbidden)
    );
    roster.take(chief, Step::Resume("clerk".into(), MemberState::Active, NOW)).unwrap();
    assert_eq!(roster.take(Actor::Member("clerk"), invitation), Ok(()));
}

#[test]
fn where_nobody_is_active_yet_one_invited_manager_stays() {
    let mut roster = Roster::default();
    for name in ["one", "two"] {
        roster.members.insert(name.into(), member(MemberState::Invited, &[("*", "manager")]));
    }
    assert_eq!(roster.take(Actor::Operator, Step::Remove("one".into())), Ok(()));
    assert_eq!(roster.take(Actor::Operator, Step::Remove("two".into())), Err(Refusal::LastManager));
}

#[test]
fn there_is_a_most() {
    let mut roster = roster();
    for number in roster.members.len()..MOST_MEMBERS {
        roster.members.insert(number.to_string(), member(MemberState::Invited, &[]));
    }
    let step = Step::Add("new".into(), member(MemberState::Invited, &[("*", "reader")]));
    assert_eq!(roster.take(Actor::Operator, step), Err(Refusal::TooMany));
    for number in roster.roles.roles.len()..MOST_ROLES {
        roster.roles.roles.push(role(&format!("r{number}"), &[]));
    }
    assert_eq!(roster.take(Actor::Operator, Step::PutRole(role("more", &[]))), Err(Refusal::TooMany));
    assert_eq!(roster.take(Actor::Operator, Step::PutRole(role("clerk", &[]))), Ok(()));
}

const NAMES: &[&str] = &["chief", "clerk", "lead", "editor", "reader", "newcomer", "other"];
const ROLES: &[&str] = &["manager", "editor", "analyst", "reader", "clerk", "jury"];

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(NAMES).prop_map(str::to_owned)
}

fn place() -> impl Strategy<Value = GrantScope> {
    proptest::sample::select(&["*", "*", P, Q][..]).prop_map(at)
}

fn role_id() -> impl Strategy<Value = RoleId> {
    proptest::sample::select(ROLES).prop_map(id)
}

fn step() -> impl Strategy<Value = Step> {
    use MemberState::{Active, Invited};
    prop_oneof![
        (name(), place(), role_id()).prop_map(|(name, at, role)| {
            Step::Add(name, Member { grants: [(at, role)].into(), ..member(Invited, &[]) })
        }),
        (name(), place(), role_id()).prop_map(|(name, at, role)| Step::Join(name, at, role)),
        (name(), place(), role_id()).prop_map(|(name, at, role)| Step::Grant(name, at, role)),
        (name(), place()).prop_map(|(name, at)| Step::Withdraw(name, at)),
        name().prop_map(|name| Step::Suspend(name, NOW)),
        (name(), any::<bool>())
            .prop_map(|(name, active)| { Step::Resume(name, if active { Active } else { Invited }, NOW) }),
        name().prop_map(Step::Remove),
        (role_id(), proptest::sample::subsequence(Permission::ALL, 0..=Permission::ALL.len()))
            .prop_map(|(id, held)| Step::PutRole(role(id.as_str(), &held))),
        role_id().prop_map(Step::DeleteRole),
    ]
}

/// Managers first, so that most histories get somewhere.
fn actor() -> impl Strategy<Value = String> {
    prop_oneof![2 => Just("chief".to_owned()), 1 => name()]
}

fn everything(roster: &Roster, subject: &str, at: GrantScope) -> BTreeSet<Permission> {
    // As if nobody were suspended: what is granted there counts, not whether it can be used now.
    let granted = roster.members.get(subject).and_then(|member| member.grants.get(&at));
    granted.map(|role| roster.roles.permissions(role)).unwrap_or_default()
}

proptest! {
    #[test]
    fn an_active_manager_stays_whatever_is_done(history in proptest::collection::vec((actor(), step()), 1..60)) {
        let mut roster = roster();
        for (actor, step) in history {
            let _ = roster.take(Actor::Member(&actor), step);
            prop_assert!(roster.managed().0);
        }
    }

    #[test]
    fn nobody_gives_or_takes_what_they_do_not_hold(history in proptest::collection::vec((name(), step()), 1..60)) {
        let mut roster = roster();
        for (actor, step) in history {
            let before = roster.clone();
            let _ = roster.take(Actor::Member(&actor), step.clone());
            for subject in NAMES {
                for at in [at("*"), at(P), at(Q)] {
                    let held = before.held(Actor::Member(&actor), at);
                    let (had, has) = (everything(&before, subject, at), everything(&roster, subject, at));
                    let moved: BTreeSet<_> = had.symmetric_difference(&has).copied().collect();
                    // A changed role is changed by one who holds it in the whole tenant, and so in every place.
                    prop_assert!(moved.is_subset(&held), "{actor} {step:?} moved {moved:?} of {subject} at {at}");
                }
            }
        }
    }

    /// Two people work at the same time: each step is stored only on the roster that it was decided on.
    #[test]
    fn two_at_once_leave_a_manager(
        history in proptest::collection::vec((0..2_usize, any::<bool>(), actor(), step()), 1..120)
    ) {
        let (mut stored, mut version) = (roster(), 0);
        let mut read = [(stored.clone(), version), (stored.clone(), version)];
        for (client, reads, actor, step) in history {
            if reads {
                read[client] = (stored.clone(), version);
                continue;
            }
            let (seen, at) = &mut read[client];
            if seen.take(Actor::Member(&actor), step).is_ok() && *at == version {
                version += 1;
                (stored, *at) = (seen.clone(), version);
            } else {
                *seen = stored.clone();
                *at = version;
            }
            prop_assert!(stored.managed().0);
        }
    }
}

#[test]
fn a_place_of_one_project_is_no_place_of_another() {
    let own: ProjectId = P.parse().unwrap();
    let roster = roster();
    assert!(
        roster.held(Actor::Member("lead"), GrantScope::Project(own)).contains(&Permission::MembersInvite)
    );
    assert!(!roster.held(Actor::Member("lead"), at(Q)).contains(&Permission::MembersInvite));
}
