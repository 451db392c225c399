//! Purges: bounded, repeatable, each tenant for itself.

use std::time::Duration;

use vivier_store::events;
use vivier_tenancy::names::PoolRole;
use vivier_testkit::stack::Stack;

use crate::house::{House, days_ago, in_purge, in_tx, search};

async fn with_old_and_new() -> House {
    let house = House::open().await;
    for scope in [&house.own, &house.other] {
        let old = (91..103).map(|days| search(scope, days_ago(days)));
        let new = (0..3).map(|days| search(scope, days_ago(days)));
        let events: Vec<_> = old.chain(new).chain([search(scope, days_ago(90))]).collect();
        assert_eq!(house.store(scope, &events).await, 16);
    }
    house
}

async fn left(house: &House, tenant: &vivier_tenancy::TenantScope) -> i64 {
    in_tx!(house, tenant, |tx| tx.query_one("SELECT count(*) FROM events", &[]).await.unwrap().get(0))
}

#[tokio::test]
async fn bounded_and_then_nothing() {
    let house = with_old_and_new().await;
    let cutoff = days_ago(90);
    for (limit, counted) in [(100, 12), (5, 5)] {
        let found =
            in_purge!(house, &house.own, |tx| events::count_before(&tx, cutoff, limit).await.unwrap());
        assert_eq!(found, counted, "a dry run with {limit}");
    }
    assert_eq!(left(&house, &house.own).await, 16, "counting removes nothing");
    for expected in [5, 5, 2, 0, 0] {
        let removed = in_purge!(house, &house.own, |tx| events::purge(&tx, cutoff, 5).await.unwrap());
        assert_eq!(removed, expected);
    }
    assert_eq!(left(&house, &house.own).await, 4, "what is exactly as old as allowed stays");
    assert_eq!(left(&house, &house.other).await, 16, "the other tenant's stay, old as they are");
}

#[tokio::test]
async fn the_oldest_go_first() {
    let house = with_old_and_new().await;
    in_purge!(house, &house.own, |tx| events::purge(&tx, days_ago(90), 5).await.unwrap());
    let oldest =
        in_purge!(house, &house.own, |tx| events::count_before(&tx, days_ago(97), 100).await.unwrap());
    assert_eq!(oldest, 0, "those of 98 to 102 days are gone");
}

#[tokio::test]
async fn overlapping_runs_pass_each_other() {
    let house = with_old_and_new().await;
    let other_run = Stack::from_env().tenancy_as(PoolRole::Retention).await;
    let (mut first, mut second) =
        (house.purging(&house.own).await, other_run.pool(&house.own).await.unwrap());
    let first = first.begin().await.unwrap();
    assert_eq!(events::purge(&first, days_ago(90), 7).await.unwrap(), 7);
    let second = second.begin().await.unwrap();
    let purge = events::purge(&second, days_ago(90), 100);
    let removed =
        tokio::time::timeout(Duration::from_secs(20), purge).await.expect("it waits for no lock").unwrap();
    assert_eq!(removed, 5, "what the first does not hold");
    second.commit().await.unwrap();
    first.commit().await.unwrap();
}
