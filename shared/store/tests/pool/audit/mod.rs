//! The audit log: it names its tenant, its actor and its subject by id, and each tenant's entries are one chain.

mod administrator;
mod purge;
mod search;
mod tampering;

use jiff::Timestamp;
use vivier_domain::ids::DocumentId;
use vivier_store::audit::{self, Actor, Entry, Linked, Outcome, Verified};
use vivier_tenancy::{Office, TenantScope};
use vivier_testkit::{scope, stack::Stack};

use crate::house::{House, in_tx, now};

/// Adds entries at these moments.
async fn add(house: &House, scope: &TenantScope, moments: &[Timestamp]) {
    in_tx!(house, scope, |tx| {
        for (number, at) in moments.iter().enumerate() {
            let subject = format!("thing-{number}");
            let entry = Entry::of(scope, *at, "things_delete", &subject, Outcome::Done).by(Actor::Operator);
            audit::append(&tx, &entry).await.unwrap();
        }
    });
}

async fn all(house: &House, scope: &TenantScope) -> Vec<Linked> {
    in_tx!(house, scope, |tx| audit::export(&tx, &audit::Filter::default(), None, 1000).await.unwrap())
}

async fn verify(house: &House, scope: &TenantScope) -> Verified {
    in_tx!(house, scope, |tx| audit::verify(&tx, None).await.unwrap())
}

#[tokio::test]
async fn an_entry_names_who_did_what_from_where() {
    let house = House::open().await;
    let tenant = house.own.tenant();
    let member = scope::back(tenant, "018f0000-0000-7000-8000-0000000000c1", &[]);
    let subject = DocumentId::generate().to_string();
    let entry = |scope, outcome| Entry::of(scope, now(), "documents_delete", &subject, outcome);
    let address = Some("2001:db8::7".parse().unwrap());
    let table = [
        (
            entry(&member, Outcome::Begun).in_request(Some("request-1")),
            ("back", "018f0000-0000-7000-8000-0000000000c1", "begun", None, Some("request-1")),
        ),
        (entry(&house.own, Outcome::Done), ("front", "system", "done", None, None)),
        (
            entry(&house.own, Outcome::Refused).by(Actor::Operator).in_office(Office::Platform),
            ("platform", "operator", "refused", None, None),
        ),
        (
            entry(&house.own, Outcome::Failed)
                .by(Actor::Member("m"))
                .in_office(Office::Back)
                .from_address(address),
            ("back", "m", "failed", Some("2001:db8::7"), None),
        ),
    ];
    for (entry, _) in &table {
        audit::enter(&house.tenancy, &house.own, entry).await.unwrap();
    }
    let found = all(&house, &house.own).await;
    assert_eq!(found.len(), table.len());
    for ((_, (office, actor, outcome, address, request)), found) in table.iter().zip(&found) {
        assert_eq!(
            (found.office.as_str(), found.actor.as_str(), found.outcome.as_str()),
            (*office, *actor, *outcome)
        );
        assert_eq!((found.from_address.as_deref(), found.request_id.as_deref()), (*address, *request));
        assert_eq!((found.action.as_str(), found.subject.as_str()), ("documents_delete", subject.as_str()));
        assert_eq!((found.tenant, found.happened_at), (tenant.as_uuid(), now()));
        assert_eq!(found.compute(), found.link.hash, "both hands come to the same hash");
    }
}

#[tokio::test]
async fn entries_follow_each_other_and_other_tenants_have_chains_of_their_own() {
    let house = House::open().await;
    for _ in 0..3 {
        add(&house, &house.own, &[now()]).await;
        add(&house, &house.other, &[now(), now()]).await;
    }
    for (scope, count) in [(&house.own, 3_u64), (&house.other, 6)] {
        let found = verify(&house, scope).await;
        assert_eq!((found.entries, found.first, found.last), (count, Some(1), Some(count.cast_signed())));
        assert_eq!(found.broken_at, None);
        let entries = all(&house, scope).await;
        assert_eq!(entries.last().unwrap().link, found.head);
        assert!(entries.iter().all(|entry| entry.tenant == scope.tenant().as_uuid()));
    }
}

#[tokio::test]
async fn what_does_not_commit_leaves_no_gap() {
    let house = House::open().await;
    add(&house, &house.own, &[now()]).await;
    {
        let mut session = house.session(&house.own).await;
        let tx = session.begin().await.unwrap();
        let entry = Entry::of(&house.own, now(), "things_delete", "thing", Outcome::Done);
        assert_eq!(audit::append(&tx, &entry).await.unwrap().ordinal, 2);
    }
    add(&house, &house.own, &[now()]).await;
    let found = verify(&house, &house.own).await;
    assert_eq!((found.entries, found.broken_at), (2, None));
}

#[tokio::test]
async fn entries_from_several_connections_make_one_chain() {
    const EACH: usize = 25;
    const CONNECTIONS: usize = 4;
    let house = House::open().await;
    let mut writers = Vec::new();
    for _ in 0..CONNECTIONS {
        let (stack, tenant) = (Stack::from_env(), house.own.tenant());
        writers.push(tokio::spawn(async move {
            // A house of its own has a connection of its own.
            let (tenancy, scope) = (stack.tenancy().await, scope::front(tenant));
            for _ in 0..EACH {
                let entry = Entry::of(&scope, now(), "things_create", "thing", Outcome::Done);
                audit::enter(&tenancy, &scope, &entry).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let found = verify(&house, &house.own).await;
    assert_eq!((found.entries, found.broken_at), ((EACH * CONNECTIONS) as u64, None));
}

#[tokio::test]
async fn an_unknown_tenant_has_no_log() {
    let house = House::open().await;
    let stranger = scope::front(vivier_domain::ids::TenantId::generate());
    let entry = Entry::of(&stranger, now(), "things_create", "thing", Outcome::Done);
    let error = audit::enter(&house.tenancy, &stranger, &entry).await.unwrap_err();
    let vivier_tenancy::TenancyError::Database(error) = error else { panic!("{error}") };
    assert!(error.is_unknown_reference(), "{error:?}");
    let found = verify(&house, &stranger).await;
    assert_eq!((found.entries, found.broken_at), (0, None));
}
