//! Shares of texts: one of each visitor, together when there are enough, and gone with their days.

use jiff::Timestamp;
use vivier_domain::{
    event::{Event, EventKind, QueryShare, SearchContext, Trial, Variant},
    ids::{OfferId, ProjectId},
    opaque::Opaque,
};
use vivier_store::{
    queries,
    query_figures::{self, Figures, Order, Span},
};
use vivier_tenancy::{TenantScope, names::PoolRole};

use crate::house::{House, days_ago, in_count, in_purge, in_tx, now, search};

const TAG: Opaque<16> = Opaque([1; 16]);

/// A search for the text of a tag, by a visitor.
fn searched(scope: &TenantScope, project: ProjectId, tag: Opaque<16>, visitor: u8, at: Timestamp) -> Event {
    let mut event = search(scope, at);
    let context = SearchContext { project, search: Opaque([visitor; 12]), tag: Some(tag), trial: None };
    let (x, y, sealed) = (Opaque([visitor; 32]), Opaque([7; 32]), Opaque([9; 144]));
    let share = Some(Box::new(QueryShare { visitors: 3, x, y, sealed }));
    event.kind = EventKind::Search { results: 0, filters: 0, context: Some(context), share, further: false };
    event
}

async fn keep(house: &House, events: &[Event]) -> Vec<String> {
    in_count!(house, &house.own, |tx| queries::keep(&tx, events).await.unwrap())
}

async fn left(house: &House, table: &str) -> u64 {
    house.execute_as(PoolRole::Metrics, &house.own, &format!("SELECT FROM {table}")).await.unwrap()
}

#[tokio::test]
async fn shares_gather_until_there_are_enough() {
    let house = House::open().await;
    let project = ProjectId::generate();
    let by = |visitor| searched(&house.own, project, TAG, visitor, now());
    assert_eq!(keep(&house, &[]).await, [""; 0]);
    assert_eq!(keep(&house, &[by(1), by(2), by(1)]).await, [""; 0]);
    assert_eq!(keep(&house, &[by(2)]).await, [""; 0]);
    assert_eq!(left(&house, "query_shares").await, 2);
    let tag = TAG.to_string();
    assert_eq!(keep(&house, &[by(3), by(4)]).await, std::slice::from_ref(&tag));
    let ripe =
        in_count!(house, &house.own, |tx| queries::fetch_ripe(&tx, &tag).await.unwrap()).expect("enough");
    assert_eq!((ripe.project, ripe.shares.len(), ripe.sealed), (project, 3, Opaque([9; 144])));
    assert_eq!(in_count!(house, &house.other, |tx| queries::fetch_ripe(&tx, &tag).await.unwrap()), None);
    for _ in 0..2 {
        in_count!(house, &house.own, |tx| queries::set_opened(&tx, &ripe, "zingueur").await.unwrap());
        assert_eq!((left(&house, "query_shares").await, left(&house, "query_texts").await), (0, 1));
        // What comes later, or again, is kept no more.
        assert_eq!(keep(&house, &[by(1), by(9)]).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_not_seen_any_more_goes() {
    let house = House::open().await;
    let project = ProjectId::generate();
    let (old, new) = (Opaque([2; 16]), Opaque([3; 16]));
    let by = |tag, visitor, days| searched(&house.own, project, tag, visitor, days_ago(days));
    for (tag, text) in [(old, "vieux"), (new, "neuf")] {
        keep(&house, &[by(tag, 1, 100), by(tag, 2, 100), by(tag, 3, 100)]).await;
        let tag = tag.to_string();
        let ripe = in_count!(house, &house.own, |tx| queries::fetch_ripe(&tx, &tag).await.unwrap()).unwrap();
        in_count!(house, &house.own, |tx| queries::set_opened(&tx, &ripe, text).await.unwrap());
    }
    keep(&house, &[by(new, 4, 1), by(TAG, 1, 100), by(TAG, 2, 100), by(TAG, 3, 10)]).await;
    let cutoff = days_ago(90);
    let counted = in_purge!(house, &house.own, |tx| queries::count_before(&tx, cutoff, 100).await.unwrap());
    assert_eq!(counted, 3);
    for expected in [2, 1, 0] {
        let removed = in_purge!(house, &house.own, |tx| queries::purge(&tx, cutoff, 2).await.unwrap());
        assert_eq!(removed, expected);
    }
    assert_eq!((left(&house, "query_shares").await, left(&house, "query_texts").await), (1, 1));
}

#[tokio::test]
async fn figures_are_of_one_front_office_and_period() {
    let house = House::open().await;
    let (project, other) = (ProjectId::generate(), ProjectId::generate());
    let experiment = Opaque([5; 8]);
    let mut events = Vec::new();
    for visitor in 1..=3 {
        events.push(searched(&house.own, project, TAG, visitor, now()));
    }
    events.push(searched(&house.own, other, Opaque([8; 16]), 1, now()));
    events.push(searched(&house.own, project, Opaque([6; 16]), 1, days_ago(30)));
    let mut tried = searched(&house.own, project, Opaque([4; 16]), 9, now());
    if let EventKind::Search { results, context: Some(context), .. } = &mut tried.kind {
        *results = 4;
        context.trial = Some(Trial { experiment, variant: Variant::B });
        let offers = [OfferId::generate(), OfferId::generate()];
        // The second one twice.
        for (offer_id, position) in [(offers[0], 4), (offers[1], 2), (offers[1], 2)] {
            let mut opened = search(&house.own, now());
            opened.kind =
                EventKind::OfferViewed { offer_id, context: Some(*context), position: Some(position) };
            events.push(opened);
        }
    }
    events.push(tried);
    house.store(&house.own, &events).await;
    keep(&house, &events).await;
    let tag = TAG.to_string();
    let ripe = in_count!(house, &house.own, |tx| queries::fetch_ripe(&tx, &tag).await.unwrap()).unwrap();
    in_count!(house, &house.own, |tx| queries::set_opened(&tx, &ripe, "zingueur").await.unwrap());

    let span = Span { project, from: days_ago(1), to: days_ago(-1) };
    let texts =
        in_tx!(house, &house.own, |tx| query_figures::list_texts(&tx, &span, Order::Searches).await.unwrap());
    let known = Figures { searches: 3, without_results: 3, ..Figures::default() };
    let clicked = Figures { searches: 1, without_results: 0, clicked: 1, clicks: 2, reciprocal: 0.5 };
    assert_eq!(texts, [(Some("zingueur".to_owned()), known), (None, clicked)]);
    let variants = in_tx!(house, &house.own, |tx| query_figures::list_variants(&tx, &span).await.unwrap());
    assert_eq!(variants, [(experiment, Variant::B, clicked)]);
    let positions = in_tx!(house, &house.own, |tx| query_figures::list_positions(&tx, &span).await.unwrap());
    assert_eq!(positions, [(2, 1), (4, 1)]);
    let none = in_tx!(house, &house.other, |tx| query_figures::list_texts(&tx, &span, Order::Searches)
        .await
        .unwrap());
    assert!(none.is_empty());
}
