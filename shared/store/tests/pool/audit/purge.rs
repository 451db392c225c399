//! Old entries go from the chain's beginning; what is left is a chain all the same.

use std::time::Duration;

use vivier_store::audit::{self, Entry, Outcome};
use vivier_tenancy::names::PoolRole;
use vivier_testkit::stack::Stack;

use super::{add, all, verify};
use crate::house::{House, days_ago, in_purge, now};

#[tokio::test]
async fn bounded_repeatable_and_whole_after_each() {
    let house = House::open().await;
    let moments = [400, 300, 200, 31, 30, 10, 0].map(days_ago);
    add(&house, &house.own, &moments).await;
    add(&house, &house.other, &moments).await;
    let cutoff = days_ago(30);
    for (limit, counted) in [(100, 4), (3, 3)] {
        let found = in_purge!(house, &house.own, |tx| audit::count_before(&tx, cutoff, limit).await.unwrap());
        assert_eq!(found, counted, "counted up to {limit}");
    }
    for (removed, first) in [(3, 4), (1, 5), (0, 5)] {
        let gone = in_purge!(house, &house.own, |tx| audit::purge(&tx, cutoff, 3).await.unwrap());
        let found = verify(&house, &house.own).await;
        assert_eq!((gone, found.first, found.last, found.broken_at), (removed, Some(first), Some(7), None));
    }
    assert_eq!(verify(&house, &house.other).await.entries, 7, "the other tenant's stay, old as they are");
    add(&house, &house.own, &[now()]).await;
    let found = verify(&house, &house.own).await;
    assert_eq!((found.entries, found.last, found.broken_at), (4, Some(8), None));
}

#[tokio::test]
async fn an_entry_that_is_not_old_keeps_those_behind_it() {
    let house = House::open().await;
    add(&house, &house.own, &[400, 5, 400].map(days_ago)).await;
    for expected in [1, 0] {
        let counted =
            in_purge!(house, &house.own, |tx| audit::count_before(&tx, days_ago(30), 100).await.unwrap());
        let gone = in_purge!(house, &house.own, |tx| audit::purge(&tx, days_ago(30), 100).await.unwrap());
        assert_eq!((counted, gone), (expected, expected));
    }
    let gone = in_purge!(house, &house.own, |tx| audit::purge(&tx, days_ago(4), 100).await.unwrap());
    assert_eq!((gone, all(&house, &house.own).await.len()), (2, 0));
}

#[tokio::test]
async fn all_of_it_and_then_it_goes_on() {
    let house = House::open().await;
    add(&house, &house.own, &[400, 300].map(days_ago)).await;
    let gone = in_purge!(house, &house.own, |tx| audit::purge(&tx, now(), 100).await.unwrap());
    let found = verify(&house, &house.own).await;
    assert_eq!((gone, found.entries, found.head.ordinal, found.broken_at), (2, 0, 2, None));
    add(&house, &house.own, &[now()]).await;
    let found = verify(&house, &house.own).await;
    assert_eq!((found.entries, found.first, found.broken_at), (1, Some(3), None));
}

#[tokio::test]
async fn a_purge_waits_for_an_entry_and_the_chain_stays_whole() {
    let house = House::open().await;
    add(&house, &house.own, &[400, 300].map(days_ago)).await;
    let other_run = Stack::from_env().tenancy_as(PoolRole::Retention).await;
    let mut session = house.session(&house.own).await;
    let tx = session.begin().await.unwrap();
    audit::append(&tx, &Entry::of(&house.own, now(), "things_create", "thing", Outcome::Done)).await.unwrap();
    let scope = vivier_testkit::scope::front(house.own.tenant());
    let purge = tokio::spawn(async move {
        let mut session = other_run.pool(&scope).await.unwrap();
        let tx = session.begin().await.unwrap();
        let gone = audit::purge(&tx, days_ago(30), 100).await.unwrap();
        tx.commit().await.unwrap();
        gone
    });
    tx.commit().await.unwrap();
    drop(session);
    let gone = tokio::time::timeout(Duration::from_secs(20), purge).await.expect("the entry let go").unwrap();
    let found = verify(&house, &house.own).await;
    assert_eq!((gone, found.entries, found.first, found.broken_at), (2, 1, Some(3), None));
}
