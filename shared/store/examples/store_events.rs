//! How many events a second one connection stores and counts, beside plain `COPY` of the same rows into the same table: no program
//! that ends in that table can be faster. Prints lines that `infra/bench/events.py` reads.
//!
//! `store_events EVENTS BATCH`, with the stack that `VIVIER_TEST_STACK_JSON` names.

#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::{env, time::Instant};

use jiff::{SignedDuration, Timestamp};
use vivier_domain::{
    event::{Channel, Event, EventKind, SCHEMA_VERSION, Source, Spoken},
    ids::{EventId, OfferId, ProjectId},
    opaque::Opaque,
};
use vivier_store::events;
use vivier_testkit::stack::Stack;

/// What candidates do, in about the shares in which they do it.
fn kind(n: usize, offers: &[OfferId]) -> EventKind {
    match n % 10 {
        0..4 => EventKind::Search {
            results: (n % 7) as u64,
            filters: 1,
            further: false,
            context: None,
            share: None,
        },
        4..7 => EventKind::OfferViewed {
            offer_id: offers[n * 31 % offers.len()],
            context: None,
            position: Some(3),
        },
        7 => EventKind::Suggested { results: 5 },
        8 => EventKind::ChatAnswered { citations: 2 },
        _ => EventKind::ChatUnknown {},
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse::<usize>().expect("a number"));
    let (count, batch) = (arguments.next().unwrap_or(200_000), arguments.next().unwrap_or(5_000));
    let stack = Stack::from_env();
    let tenancy = stack.tenancy_as(vivier_tenancy::names::PoolRole::Metrics).await;
    let scope = stack.pool_tenant(&tenancy).await;
    let offers: Vec<OfferId> = (0..2_000).map(|_| OfferId::generate()).collect();
    let projects: Vec<ProjectId> = (0..3).map(|_| ProjectId::generate()).collect();
    let begin = Timestamp::now() - SignedDuration::from_hours(3);
    let all: Vec<Event> = (0..count)
        .map(|n| Event {
            version: SCHEMA_VERSION,
            event_id: EventId::generate(),
            tenant_id: scope.tenant(),
            occurred_at: begin + SignedDuration::from_secs_f64(7_200.0 * n as f64 / count as f64),
            source: Source {
                project: Some(projects[n % 3]),
                channel: Channel::Web,
                language: Some(if n % 4 == 0 { Spoken::English } else { Spoken::French }),
                visitor: Some(Opaque(((n % 5_000) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes())),
            },
            kind: kind(n, &offers),
        })
        .collect();
    let mut session = tenancy.pool(&scope).await.expect("the shared database opens");
    let started = Instant::now();
    let mut stored = 0;
    for events in all.chunks(batch) {
        let tx = session.begin().await.expect("a transaction");
        stored += events::insert(&tx, events).await.expect("they are stored");
        tx.commit().await.expect("it holds");
    }
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(stored, count as u64, "each is new");
    println!(
        "{{\"tenant\": \"{}\", \"events\": {count}, \"batch\": {batch}, \"seconds\": {seconds}}}",
        scope.tenant()
    );
}
