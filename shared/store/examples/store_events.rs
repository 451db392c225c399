//! How many events a second one connection stores and counts, beside plain `COPY` of the same rows into the same table: no program
//! that ends in that table can be faster. Prints lines that `infra/bench/events.py` reads.
//!
//! `store_events EVENTS BATCH even|zipf`, with the stack that `VIVIER_TEST_STACK_JSON` names.

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

/// How often offers are looked at.
#[derive(Clone, Copy)]
enum Popularity {
    /// One after the other: with three front offices, no two of thousands of events move the same count.
    Even,
    /// The r-th as often as 1 / r^0.8: what was measured of pages of web sites (Breslau and others, Web Caching and Zipf-like
    /// Distributions, 1999: exponents of 0.64 to 0.83).
    Zipf,
}

impl Popularity {
    fn pick(self, n: usize, among: usize) -> usize {
        match self {
            Self::Even => n * 31 % among,
            Self::Zipf => {
                const REST: f64 = 1.0 - 0.8;
                let even = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) as f64 / u64::MAX as f64;
                let rank = (1.0 + even * ((among as f64).powf(REST) - 1.0)).powf(1.0 / REST);
                (rank as usize).clamp(1, among) - 1
            }
        }
    }
}

/// What candidates do, in about the shares in which they do it.
fn kind(n: usize, offers: &[OfferId], popularity: Popularity) -> EventKind {
    match n % 10 {
        0..4 => EventKind::Search {
            results: (n % 7) as u64,
            filters: 1,
            further: false,
            context: None,
            share: None,
        },
        4..7 => EventKind::OfferViewed {
            offer_id: offers[popularity.pick(n, offers.len())],
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
    let mut arguments = env::args().skip(1);
    let mut number = || arguments.next().expect("EVENTS BATCH even|zipf").parse::<usize>().expect("a number");
    let (count, batch) = (number(), number());
    let popularity = match arguments.next().as_deref() {
        Some("even") => Popularity::Even,
        Some("zipf") => Popularity::Zipf,
        other => panic!("even or zipf, not {other:?}"),
    };
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
            kind: kind(n, &offers, popularity),
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
