//! What recording an event costs the request that it is of. Prints a line that `infra/bench/events.py` reads.
//!
//! Nothing is sent: that happens after the answer. Once the outbox is full, what is recorded is dropped, which costs no more.

#![expect(clippy::print_stdout, reason = "a command's result belongs on standard output")]

use std::time::Instant;

use aws_config::{BehaviorVersion, Region};
use jiff::Timestamp;
use vivier_domain::{event::EventKind, ids::TenantId};
use vivier_tenancy::{Cloud, Tenancy, config::Config};
use vivier_testkit::scope;

const EVENTS: usize = 5_000;

fn main() {
    let config = Config {
        stage: "bench".to_owned(),
        events_stream: Some("vivier-bench-events".to_owned()),
        ..Config::default()
    };
    let sdk = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .build();
    let tenancy = Tenancy::new(config, &Cloud::new(sdk));
    tenancy.promise_to_send_events();
    let scope = scope::front(TenantId::generate());
    let events = tenancy.events(&scope).expect("they are counted");
    let mut took: Vec<u128> = (0..EVENTS)
        .map(|n| {
            let started = Instant::now();
            events.record(
                Timestamp::now(),
                [EventKind::Search {
                    results: n as u64,
                    filters: 1,
                    further: false,
                    context: None,
                    share: None,
                }],
            );
            started.elapsed().as_nanos()
        })
        .collect();
    took.sort_unstable();
    println!(
        "{{\"p50_ns\": {}, \"p99_ns\": {}, \"most_ns\": {}}}",
        took[EVENTS / 2],
        took[EVENTS * 99 / 100],
        took[EVENTS - 1]
    );
}
