use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::subsequence};
use vivier_domain::{
    member::{GrantScope, Language},
    network::IpRange,
    permission::Permission,
    role::{Role, RoleId},
};

use super::*;

const TENANT: &str = "018f0000-0000-7000-8000-000000000001";
const PROJECT_ID: &str = "018f0000-0000-7000-8000-0000000000a1";
const OTHER_PROJECT: &str = "018f0000-0000-7000-8000-0000000000a2";

fn at(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_700_000_000_000_000 + microseconds).unwrap()
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn role(text: &str) -> RoleId {
    RoleId::try_from(text.to_owned()).unwrap()
}

fn facts(grants: &[(&str, &str)]) -> Facts {
    let grants = grants.iter().map(|(place, id)| (place.parse().unwrap(), role(id))).collect();
    let member = Member {
        state: MemberState::Active,
        grants,
        language: Language::Fr,
        created_at: at(0),
        invited_at: at(0),
        sessions_from: at(0),
    };
    Facts {
        member: Some(member),
        roles: Roles::default(),
        settings: TenantSettings::default(),
        project_exists: true,
    }
}

fn ask<'a>(event: &'a Value, proof: Proof<'a>) -> Asked<'a> {
    let address = Some("192.0.2.1".parse().unwrap());
    let tenant = TENANT.parse().unwrap();
    Asked { event, tenant, subject: "subject", proof, project: None, address, back_office: None }
}

fn token() -> Proof<'static> {
    Proof::Token { logged_in_at: at(SECOND).as_second() }
}

fn outcome(decided: &Result<Value, Refusal>) -> &'static str {
    match decided {
        Ok(_) => "in",
        Err(Refusal::Unknown) => "unknown",
        Err(Refusal::Forbidden(why)) => why,
        Err(Refusal::Failed(_)) => "failed",
    }
}

#[test]
fn who_is_a_member() {
    let event = json!({"httpMethod": "GET"});
    for (what, change, expected) in [
        ("active", (|_| {}) as fn(&mut Facts), "in"),
        ("invited", |facts| facts.member.as_mut().unwrap().state = MemberState::Invited, "in"),
        ("suspended", |facts| facts.member.as_mut().unwrap().state = MemberState::Suspended, "unknown"),
        ("removed", |facts| facts.member = None, "unknown"),
        ("with no right", |facts| facts.member.as_mut().unwrap().grants.clear(), "in"),
    ] {
        let mut facts = facts(&[("*", "reader")]);
        change(&mut facts);
        assert_eq!(outcome(&decide(&ask(&event, token()), &facts, at(MINUTE))), expected, "{what}");
    }
}

#[test]
fn sessions_and_tokens_end() {
    let event = json!({"httpMethod": "GET"});
    let mut facts = facts(&[("*", "reader")]);
    facts.settings.sessions = SessionSettings { hours: 2, idle_minutes: 30 };
    let session = |created: i64, seen: i64| Proof::Session {
        name: "s",
        created_at: at(created),
        last_seen: at(seen),
        repeats: &|_| true,
    };
    let issued = |microseconds: i64| Proof::Token { logged_in_at: at(microseconds).as_second() };
    let half = SECOND / 2;
    for (what, sessions_from, proof, now, expected) in [
        ("a session in use", 0, session(0, HOUR), HOUR + MINUTE, "in"),
        ("its last moment", 0, session(0, HOUR + 45 * MINUTE), 2 * HOUR - 1, "in"),
        ("its absolute end", 0, session(0, HOUR + 45 * MINUTE), 2 * HOUR, "unknown"),
        ("not yet idle", 0, session(0, 0), 30 * MINUTE - 1, "in"),
        ("idle", 0, session(0, 0), 30 * MINUTE, "unknown"),
        ("from before a logout everywhere", 10, session(9, 20), 30, "unknown"),
        ("from the same moment", 10, session(10, 20), 30, "in"),
        ("from after it", 10, session(11, 20), 30, "in"),
        ("a token from the second before", SECOND + half, issued(0), 2 * SECOND, "unknown"),
        ("a token from the same second", SECOND + half, issued(SECOND), 2 * SECOND, "in"),
        ("a token from the second after", SECOND + half, issued(2 * SECOND), 2 * SECOND, "in"),
        ("a token from before a whole second", SECOND, issued(0), 2 * SECOND, "unknown"),
        ("a token without a time", 0, Proof::Token { logged_in_at: i64::MAX }, 0, "unknown"),
    ] {
        facts.member.as_mut().unwrap().sessions_from = at(sessions_from);
        assert_eq!(outcome(&decide(&ask(&event, proof), &facts, at(now))), expected, "{what}");
    }
}

#[test]
fn the_back_office_opens_in_its_ranges_only() {
    let event = json!({"httpMethod": "GET"});
    let mut facts = facts(&[("*", "manager")]);
    for (ranges, address, expected) in [
        (&[][..], Some("203.0.113.9"), "in"),
        (&[], None, "in"),
        (&["192.0.2.0/24"], Some("192.0.2.77"), "in"),
        (&["192.0.2.0/24"], Some("192.0.3.1"), "network"),
        (&["192.0.2.0/24"], None, "network"),
        (&["192.0.2.0/24", "2001:db8::/32"], Some("2001:db8::1"), "in"),
        (&["192.0.2.0/24", "2001:db8::/32"], Some("2001:db9::1"), "network"),
    ] {
        facts.settings.ip_ranges =
            ranges.iter().map(|range| IpRange::try_from((*range).to_owned()).unwrap()).collect();
        let mut asked = ask(&event, token());
        asked.address = address.map(|address| address.parse().unwrap());
        assert_eq!(outcome(&decide(&asked, &facts, at(MINUTE))), expected, "{ranges:?} {address:?}");
    }
}

#[test]
fn only_a_session_is_asked_for_its_token() {
    let write = json!({"httpMethod": "POST", "multiValueHeaders": {"x-vivier-csrf": ["good"]}});
    let bare = json!({"httpMethod": "POST"});
    for (event, good, expected) in
        [(&write, "good", "in"), (&write, "other", "csrf"), (&bare, "good", "csrf")]
    {
        let repeats = |token: &str| token == good;
        let proof = Proof::Session { name: "s", created_at: at(0), last_seen: at(0), repeats: &repeats };
        assert_eq!(outcome(&decide(&ask(event, proof), &facts(&[]), at(1))), expected, "{event} {good}");
    }
    assert_eq!(outcome(&decide(&ask(&bare, token()), &facts(&[]), at(1))), "in");
}

#[test]
fn the_context_says_what_was_decided() {
    let event = json!({"httpMethod": "GET"});
    let facts = facts(&[("*", "analyst"), (PROJECT_ID, "reader")]);
    let proof = Proof::Session { name: "s", created_at: at(0), last_seen: at(0), repeats: &|_| true };
    let mut asked = ask(&event, proof);
    asked.project = Some(PROJECT_ID.parse().unwrap());
    let context = decide(&asked, &facts, at(1)).unwrap();
    assert_eq!(
        context,
        json!({
            "tenant": TENANT, "office": "back", "member": "subject", "project": PROJECT_ID, "session": "s",
            "address": "192.0.2.1",
            "permissions":
                "offers.read documents.read reports.read reports.write retention.read projects.read settings.read",
        })
    );
}

#[test]
fn a_grant_in_a_project_that_is_not_there_holds_nowhere() {
    let event = json!({"httpMethod": "GET"});
    let mut facts = facts(&[("*", "analyst"), (PROJECT_ID, "manager")]);
    let inviting = |facts: &Facts, project: Option<&str>| {
        let mut asked = ask(&event, token());
        asked.project = project.map(|project| project.parse().unwrap());
        let context = decide(&asked, facts, at(1)).unwrap();
        context[PERMISSIONS].as_str().unwrap().split(' ').any(|name| name == "members.invite")
    };
    assert!(inviting(&facts, Some(PROJECT_ID)));
    assert!(!inviting(&facts, Some(OTHER_PROJECT)) && !inviting(&facts, None));
    facts.project_exists = false;
    assert!(!inviting(&facts, Some(PROJECT_ID)));
}

/// Any roles, and any grants of them (or of roles that are not there) in the tenant and in two projects.
fn roles_and_grants() -> impl Strategy<Value = (Roles, BTreeMap<GrantScope, RoleId>)> {
    let sets = prop::collection::vec(subsequence(Permission::ALL, 0..=Permission::ALL.len()), 1..5);
    let roles = sets.prop_map(|sets| {
        let role = |(number, set): (usize, Vec<Permission>)| Role {
            id: role(&format!("role-{number}")),
            name: "Role".into(),
            permissions: BTreeSet::from_iter(set),
        };
        Roles { roles: sets.into_iter().enumerate().map(role).collect() }
    });
    let places = ["*", PROJECT_ID, OTHER_PROJECT];
    let grants = prop::collection::vec((0..3_usize, 0..6_u8), 0..4).prop_map(move |grants| {
        let grant = |(place, id): (usize, u8)| (places[place].parse().unwrap(), role(&format!("role-{id}")));
        grants.into_iter().map(grant).collect()
    });
    (roles, grants)
}

proptest! {
    #[test]
    fn the_context_holds_the_members_permissions(
        (roles, grants) in roles_and_grants(),
        named in prop::option::of(prop::sample::select(vec![PROJECT_ID, OTHER_PROJECT])),
        exists: bool,
    ) {
        let event = json!({"httpMethod": "GET"});
        let mut facts = facts(&[]);
        (facts.roles, facts.project_exists) = (roles, exists);
        facts.member.as_mut().unwrap().grants = grants;
        let mut asked = ask(&event, token());
        asked.project = named.map(|project| project.parse().unwrap());

        let context = decide(&asked, &facts, at(MINUTE)).unwrap();
        let names = context[PERMISSIONS].as_str().unwrap().split(' ').filter(|name| !name.is_empty());
        let held: BTreeSet<Permission> = names.map(|name| name.parse().unwrap()).collect();
        let place = asked.project.filter(|_| exists);
        prop_assert_eq!(held, facts.member.as_ref().unwrap().permissions(&facts.roles, place));
    }
}
