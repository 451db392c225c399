//! Finding entries, page by page, from either end.

use vivier_store::audit::{self, Actor, Entry, Filter, Outcome};

use crate::house::{House, days_ago, in_tx};

const MEMBER: &str = "018f0000-0000-7000-8000-0000000000c1";

async fn furnished() -> House {
    let house = House::open().await;
    for scope in [&house.own, &house.other] {
        in_tx!(house, scope, |tx| {
            for (days, actor, action, subject, outcome) in [
                (5, Actor::Member(MEMBER), "keys_create", "project-a", Outcome::Begun),
                (5, Actor::Member(MEMBER), "keys_create", "project-a/key-b", Outcome::Done),
                (4, Actor::Member("another"), "keys_create", "project-a", Outcome::Refused),
                (3, Actor::Operator, "tenants.disable", "tenant", Outcome::Done),
                (2, Actor::System, "retention.run", "tenant", Outcome::Failed),
            ] {
                let entry = Entry::of(scope, days_ago(days), action, subject, outcome).by(actor);
                audit::append(&tx, &entry).await.unwrap();
            }
        });
    }
    house
}

#[tokio::test]
async fn by_each_field_and_by_several() {
    let house = furnished().await;
    let some = |text: &str| Some(text.to_owned());
    let none = Filter::default;
    for (what, filter, expected) in [
        ("nothing", none(), &[5, 4, 3, 2, 1][..]),
        ("from", Filter { from: Some(days_ago(4)), ..none() }, &[5, 4, 3]),
        ("to", Filter { to: Some(days_ago(4)), ..none() }, &[2, 1]),
        ("from to", Filter { from: Some(days_ago(4)), to: Some(days_ago(3)), ..none() }, &[3]),
        ("a member", Filter { actor: some(MEMBER), ..none() }, &[2, 1]),
        ("operators", Filter { actor: some("operator"), ..none() }, &[4]),
        ("action", Filter { action: some("keys_create"), ..none() }, &[3, 2, 1]),
        ("subject", Filter { subject: some("tenant"), ..none() }, &[5, 4]),
        ("one of two subjects", Filter { subject: some("key-b"), ..none() }, &[2]),
        ("a subject alone or with others", Filter { subject: some("project-a"), ..none() }, &[3, 2, 1]),
        ("a whole subject", Filter { subject: some("project-a/key-b"), ..none() }, &[2]),
        ("a part of an id", Filter { subject: some("project"), ..none() }, &[]),
        ("outcome", Filter { outcome: Some(Outcome::Done), ..none() }, &[4, 2]),
        ("two fields", Filter { outcome: Some(Outcome::Done), actor: some(MEMBER), ..none() }, &[2]),
        ("text that is none", Filter { actor: some("' OR true --"), ..none() }, &[]),
    ] {
        let newest = in_tx!(house, &house.own, |tx| audit::list(&tx, &filter, None, 100).await.unwrap());
        let oldest = in_tx!(house, &house.own, |tx| audit::export(&tx, &filter, None, 100).await.unwrap());
        assert!(newest.iter().eq(oldest.iter().rev()), "{what}: the same from the other end");
        assert!(newest.iter().all(|entry| entry.tenant == house.own.tenant().as_uuid()), "{what}");
        assert_eq!(newest.iter().map(|entry| entry.link.ordinal).collect::<Vec<_>>(), expected, "{what}");
    }
}

#[tokio::test]
async fn page_by_page() {
    let house = furnished().await;
    let filter = Filter::default();
    for (place, expected) in [(None, &[5, 4][..]), (Some(4), &[3, 2]), (Some(2), &[1]), (Some(1), &[])] {
        let found = in_tx!(house, &house.own, |tx| audit::list(&tx, &filter, place, 2).await.unwrap());
        assert_eq!(
            found.iter().map(|entry| entry.link.ordinal).collect::<Vec<_>>(),
            expected,
            "before {place:?}"
        );
    }
    for (place, expected) in [(None, &[1, 2][..]), (Some(2), &[3, 4]), (Some(4), &[5]), (Some(5), &[])] {
        let found = in_tx!(house, &house.own, |tx| audit::export(&tx, &filter, place, 2).await.unwrap());
        assert_eq!(
            found.iter().map(|entry| entry.link.ordinal).collect::<Vec<_>>(),
            expected,
            "after {place:?}"
        );
    }
}
