//! Events: however often and in whatever company they arrive, they count once.

use jiff::civil::date;
use vivier_domain::{
    event::{Event, EventKind},
    ids::{OfferId, ProjectId, TenantId},
};
use vivier_store::{
    events,
    statistics::{self, Dimension, Filter, Grain, Span},
};
use vivier_tenancy::names::PoolRole;
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
async fn any_split_counts_each_once_by_days_of_the_tenants_zone() {
    let house = House::open().await;
    let mut viewed = search(&house.own, days_ago(1));
    viewed.kind = EventKind::OfferViewed { offer_id: OfferId::generate(), context: None, position: None };
    // Midnight of Paris is ten in the evening in UTC.
    let own = [
        search(&house.own, "2026-03-30T22:00:00Z".parse().unwrap()),
        search(&house.own, "2026-03-30T21:59:59.999999Z".parse().unwrap()),
        search(&house.own, days_ago(1)),
        viewed,
        search(&house.own, now()),
    ];
    for size in [2, 1, 3, 5] {
        for split in own.chunks(size).rev() {
            house.store(&house.own, split).await;
        }
    }
    house.store(&house.other, &[search(&house.other, days_ago(1))]).await;
    let day = date(2026, 3, 31);
    let span = Span { from: day, to: day, before: date(2026, 3, 30) };
    let counts = in_tx!(house, &house.own, |tx| {
        statistics::list_totals(&tx, span, &Filter::default()).await.unwrap()
    });
    let found: Vec<_> = counts
        .iter()
        .map(|one| (one.kind.as_str(), one.outcome.as_str(), one.count, one.count_before, one.amount))
        .collect();
    assert_eq!(found, [("offer_viewed", "direct", 1, 0, 0), ("search", "found", 2, 1, 6)]);
}

/// How often this transaction has looked into events, as PostgreSQL counts it.
const LOOKED: &str = "SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::bigint AS looked FROM pg_stat_xact_user_tables\n\
    WHERE relname LIKE 'events%'";

#[tokio::test]
async fn no_view_looks_at_events() {
    let house = House::open().await;
    house.store(&house.own, &[search(&house.own, days_ago(1)), search(&house.own, now())]).await;
    let span = Span { from: date(2025, 6, 1), to: date(2026, 5, 31), before: date(2024, 6, 1) };
    let (everything, begins) = (Filter::default(), days_ago(30));
    in_tx!(house, &house.own, |tx| {
        statistics::list_totals(&tx, span, &everything).await.unwrap();
        for grain in [Grain::Day, Grain::Week, Grain::Month] {
            statistics::list_series(&tx, span, grain, &everything).await.unwrap();
        }
        statistics::list_hours(&tx, begins, now(), &everything).await.unwrap();
        for dimension in [Dimension::Project, Dimension::Channel, Dimension::Language] {
            statistics::list_breakdown(&tx, span, dimension, &everything).await.unwrap();
        }
        statistics::list_subjects(&tx, span, "offer_viewed", None, 20).await.unwrap();
        let looked = |row: tokio_postgres::Row| row.get::<_, i64>("looked");
        assert_eq!(looked(tx.query_one(LOOKED, &[]).await.unwrap()), 0);
        tx.query("SELECT FROM events", &[]).await.unwrap();
        assert_ne!(looked(tx.query_one(LOOKED, &[]).await.unwrap()), 0, "looking is noticed");
    });
}

#[tokio::test]
async fn what_cannot_be_held_is_told_apart() {
    let house = House::open().await;
    let envelope = serde_json::json!({
        "version": 1, "event_id": uuid::Uuid::now_v7(), "tenant_id": house.own.tenant(), "occurred_at": now(), "kind": "telepathy",
    });
    let mut body = envelope.clone();
    body["thought"] = "\u{0}".into();
    let aside = [(serde_json::from_value(envelope).unwrap(), body)];
    {
        let mut session = house.counting(&house.own).await;
        let tx = session.begin().await.unwrap();
        let error = events::keep_aside(&tx, &aside).await.unwrap_err();
        assert!(
            error.is_of_the_data() && !error.is_transient() && !error.is_unknown_reference(),
            "{error:?}"
        );
    }
    // One event, however large the number that it tells, leaves room in a sum for millions more.
    let mut large = search(&house.own, now());
    let EventKind::Search { results, .. } = &mut large.kind else { unreachable!() };
    *results = u64::MAX;
    let mut another = large.clone();
    another.event_id = vivier_domain::ids::EventId::generate();
    assert_eq!(house.store(&house.own, &[large]).await + house.store(&house.own, &[another]).await, 2);
}

#[tokio::test]
async fn offers_are_told_with_both_of_their_counts() {
    let house = House::open().await;
    let offers: Vec<OfferId> = (0..3).map(|_| OfferId::generate()).collect();
    let viewed = |offer_id| EventKind::OfferViewed { offer_id, context: None, position: None };
    let applied = |offer_id| EventKind::ApplyClicked { offer_id };
    let kinds = [
        vec![viewed(offers[0]); 3],
        vec![viewed(offers[1]); 2],
        vec![applied(offers[1])],
        vec![applied(offers[2]); 5],
    ];
    let mut events = Vec::new();
    for (n, kind) in kinds.concat().into_iter().enumerate() {
        // In a whole month, and in days before and behind it.
        let mut event = search(&house.own, days_ago([0, 20, 40][n % 3]));
        event.kind = kind;
        events.push(event);
    }
    house.store(&house.own, &events).await;
    let span = Span { from: date(2026, 2, 10), to: date(2026, 4, 2), before: date(2026, 1, 1) };
    let told =
        in_tx!(house, &house.own, |tx| { statistics::list_performance(&tx, span, None, 2).await.unwrap() });
    let found: Vec<_> = told.0.iter().map(|one| (one.offer, one.viewed, one.applied)).collect();
    assert_eq!(found, [(offers[0].as_uuid(), 3, 0), (offers[1].as_uuid(), 2, 1)]);
    assert_eq!(told.1, 3, "one more is known");
    let theirs =
        in_tx!(house, &house.other, |tx| { statistics::list_performance(&tx, span, None, 2).await.unwrap() });
    assert_eq!(theirs, (vec![], 0));
}

/// How many rows of this grain the tenant's packed figures have.
async fn packs(house: &House, grain: &str) -> i64 {
    const SQL: &str = "-- test::packs\nSELECT count(*) AS packs FROM usage_subject_packs WHERE grain = $1";
    in_tx!(house, &house.own, |tx| tx.query_one(SQL, &[&grain]).await.unwrap().get("packs"))
}

fn viewed(house: &House, days: i64, offer_id: OfferId) -> Event {
    let mut event = search(&house.own, days_ago(days));
    event.kind = EventKind::OfferViewed { offer_id, context: None, position: None };
    event
}

/// The lists of several periods: within a month, whole months, parts of some.
async fn lists(house: &House) -> Vec<Vec<(uuid::Uuid, u64)>> {
    let mut lists = Vec::new();
    for (from, to) in [
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 3, 3), date(2026, 4, 2)),
        (date(2026, 1, 1), date(2026, 4, 30)),
        (date(2026, 1, 10), date(2026, 3, 20)),
        (date(2026, 2, 2), date(2026, 2, 27)),
    ] {
        let span = Span { from, to, before: from };
        lists.push(in_tx!(house, &house.own, |tx| {
            statistics::list_subjects(&tx, span, "offer_viewed", None, 50).await.unwrap()
        }));
    }
    lists
}

#[tokio::test]
async fn batches_days_and_months_tell_the_same() {
    let house = House::open().await;
    let offers: Vec<OfferId> = (0..3).map(|_| OfferId::generate()).collect();
    let events: Vec<Event> =
        (0..60).map(|n| viewed(&house, [0, 1, 20, 29, 31, 45, 58, 75][n % 8], offers[n % 3])).collect();
    // The first event of a tenant lets months begin.
    house.store(&house.own, &[search(&house.own, now())]).await;
    house.store(&house.own, &events[..40]).await;
    house.store(&house.own, &events[40..]).await;
    let told = lists(&house).await;
    assert!(told.iter().all(|list| !list.is_empty()));
    assert_eq!((packs(&house, "batch").await > 0, packs(&house, "month").await), (true, 0));
    assert_eq!(packs(&house, "quarter").await, 0);
    for through in ["2026-01-05", "2026-02-20", "2026-03-31"] {
        let sql = format!("UPDATE usage_months SET through = '{through}'");
        assert_eq!(house.execute_as(PoolRole::Metrics, &house.own, &sql).await.unwrap(), 1);
        house.store(&house.own, &[search(&house.own, now())]).await;
        assert_eq!((packs(&house, "batch").await, packs(&house, "month").await > 0), (0, true), "{through}");
        assert!(packs(&house, "quarter").await > 0, "{through}");
        assert_eq!(lists(&house).await, told, "{through}");
    }
}

#[tokio::test]
async fn what_many_batches_counted_is_added_to_days_and_to_months_that_hold_them() {
    let house = House::open().await;
    house.store(&house.own, &[search(&house.own, now())]).await;
    // The month and the quarter hold an event already.
    let (offer, other) = (OfferId::generate(), OfferId::generate());
    house.store(&house.own, &[viewed(&house, 45, other)]).await;
    let sql = "UPDATE usage_months SET through = '2026-01-05'";
    assert_eq!(house.execute_as(PoolRole::Metrics, &house.own, sql).await.unwrap(), 1);
    house.store(&house.own, &[search(&house.own, now())]).await;
    assert_eq!((packs(&house, "month").await, packs(&house, "quarter").await), (1, 1));
    // Each of a front office of its own, so that each is a row; and more than one statement stores.
    let mut events: Vec<Event> = (0..2_000).map(|_| viewed(&house, 45, offer)).collect();
    for event in &mut events {
        event.source.project = Some(ProjectId::generate());
    }
    assert_eq!(house.store(&house.own, &events[1_300..1_301]).await, 1);
    assert_eq!(house.store(&house.own, &events).await, 1_999, "one of them was there");
    assert_eq!(packs(&house, "batch").await, 2_000);
    let told = lists(&house).await;
    assert_eq!(told[3], [(offer.as_uuid(), 2_000), (other.as_uuid(), 1)]);
    house.store(&house.own, &[viewed(&house, 45, offer)]).await;
    assert_eq!((packs(&house, "batch").await, packs(&house, "month").await), (1, 2_001));
    assert_eq!(packs(&house, "quarter").await, 2_001);
    assert_eq!(lists(&house).await[3], [(offer.as_uuid(), 2_001), (other.as_uuid(), 1)]);
}

#[tokio::test]
async fn what_several_batches_counted_of_the_same_is_put_together() {
    let house = House::open().await;
    house.store(&house.own, &[search(&house.own, now())]).await;
    let offers: Vec<OfferId> = (0..1_600).map(|_| OfferId::generate()).collect();
    let batch = || offers.iter().map(|offer| viewed(&house, 0, *offer)).collect::<Vec<_>>();
    let rest = viewed(&house, 20, offers[0]);
    house.store(&house.own, &[rest]).await;
    for stored in 1..=8 {
        house.store(&house.own, &batch()).await;
        assert_eq!(packs(&house, "batch").await, 1 + stored);
    }
    // What waits is looked at before more is stored.
    house.store(&house.own, &batch()).await;
    assert_eq!(
        (packs(&house, "batch").await, packs(&house, "month").await),
        (3, 0),
        "of each day one, and the last"
    );
    let span = Span { from: date(2026, 3, 1), to: date(2026, 4, 30), before: date(2026, 1, 1) };
    let list = in_tx!(house, &house.own, |tx| {
        statistics::list_subjects(&tx, span, "offer_viewed", None, 2_000).await.unwrap()
    });
    assert_eq!((list.len(), list[0], list[1].1, list[1_599].1), (1_600, (offers[0].as_uuid(), 10), 9, 9));
    house.store(&house.own, &batch()).await;
    assert_eq!(packs(&house, "batch").await, 4, "half would not be gone");
}

#[tokio::test]
async fn a_quarter_goes_with_its_first_month_and_its_others_tell_the_same() {
    let house = House::open().await;
    house.store(&house.own, &[search(&house.own, now())]).await;
    let offer = OfferId::generate();
    // One in January, two in February, one in March.
    let events: Vec<Event> = [75, 45, 46, 20].map(|days| viewed(&house, days, offer)).into();
    house.store(&house.own, &events).await;
    let sql = "UPDATE usage_months SET through = '2026-01-05'";
    assert_eq!(house.execute_as(PoolRole::Metrics, &house.own, sql).await.unwrap(), 1);
    house.store(&house.own, &[search(&house.own, now())]).await;
    assert_eq!((packs(&house, "month").await, packs(&house, "quarter").await), (3, 1));
    let mut session = house.purging(&house.own).await;
    let tx = session.begin().await.unwrap();
    assert!(statistics::purge_days(&tx, date(2026, 2, 1), 1_000).await.unwrap() > 0);
    tx.commit().await.unwrap();
    assert_eq!((packs(&house, "month").await, packs(&house, "quarter").await), (2, 0));
    let span = Span { from: date(2026, 1, 1), to: date(2026, 3, 31), before: date(2026, 1, 1) };
    let list = in_tx!(house, &house.own, |tx| {
        statistics::list_subjects(&tx, span, "offer_viewed", None, 50).await.unwrap()
    });
    assert_eq!(list, [(offer.as_uuid(), 3)]);
}
