//! Events: however often and in whatever company they arrive, they count once.

use jiff::civil::date;
use vivier_domain::{
    event::EventKind,
    ids::{OfferId, TenantId},
};
use vivier_store::events;
use vivier_testkit::scope;

use crate::house::{House, days_ago, in_tx, now, search};

#[tokio::test]
async fn repeated_deliveries_count_once() {
    let house = House::open().await;
    let batch: Vec<_> = (0..50).map(|_| search(&house.own, now())).collect();
    assert_eq!(house.store(&house.own, &batch[..30]).await, 30);
    assert_eq!(house.store(&house.own, &batch).await, 20, "only what is new");
    assert_eq!(house.store(&house.own, &batch).await, 0);
    let twice = search(&house.own, now());
    assert_eq!(house.store(&house.own, &[twice.clone(), twice]).await, 1, "twice in one batch");
    assert_eq!(house.store(&house.own, &[]).await, 0);
}

#[tokio::test]
async fn an_unknown_tenant_is_told_apart() {
    let house = House::open().await;
    let nobody = scope::front(TenantId::generate());
    let mut session = house.counting(&nobody).await;
    let tx = session.begin().await.unwrap();
    let error = events::insert(&tx, &[search(&nobody, now())]).await.unwrap_err();
    assert!(error.is_unknown_reference() && !error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn counts_by_day_and_kind() {
    let house = House::open().await;
    let mut viewed = search(&house.own, days_ago(1));
    viewed.kind = EventKind::OfferViewed { offer_id: OfferId::generate(), context: None, position: None };
    let midnight = "2026-03-31T00:00:00Z".parse().unwrap();
    let own = [
        search(&house.own, midnight),
        search(&house.own, "2026-03-30T23:59:59.999999Z".parse().unwrap()),
        search(&house.own, days_ago(1)),
        viewed,
        search(&house.own, now()),
    ];
    house.store(&house.own, &own).await;
    house.store(&house.other, &[search(&house.other, days_ago(1))]).await;
    let counts = in_tx!(house, &house.own, |tx| events::count_by_day(&tx, midnight, now()).await.unwrap());
    let found: Vec<_> = counts.iter().map(|count| (count.day, count.kind.as_str(), count.count)).collect();
    let day = date(2026, 3, 31);
    assert_eq!(found, [(day, "offer_viewed", 1), (day, "search", 2)], "from is counted, to is not");
}
