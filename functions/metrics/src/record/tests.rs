use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::json;
use vivier_domain::{
    event::{Event, EventKind, SCHEMA_VERSION, Source},
    ids::{EventId, TenantId},
};
use vivier_tenancy::TenancyError;

use super::*;
use crate::batch::Group;

/// A store in memory, whose tenants and queue can be made to fail.
#[derive(Default)]
struct Memory {
    events: Mutex<HashMap<TenantId, HashSet<EventId>>>,
    aside: Mutex<Vec<(String, Poison)>>,
    asked: Mutex<usize>,
    failing: Option<TenantId>,
    unknown: Option<TenantId>,
    away: bool,
    /// The queue takes nothing from this place on.
    refuses_from: Option<usize>,
}

const REFUSED: TenancyError = TenancyError::NotFurnished("test");

impl Store for Memory {
    async fn insert(&self, group: &Group) -> Stored {
        let scope = &group.scope;
        *self.asked.lock().unwrap() += 1;
        let tenant = Some(scope.tenant());
        if self.away {
            return Stored::Away(REFUSED);
        } else if self.failing == tenant {
            return Stored::Failed(REFUSED);
        } else if self.unknown == tenant {
            return Stored::UnknownTenant;
        }
        let aside = group.aside.iter().map(|(envelope, _)| envelope.event_id);
        let refused =
            |id: EventId| id.as_uuid().as_u128() & 0xffff_ffff >= UNHOLDABLE.into() && id != event_id(999);
        if group.events.iter().map(|event| event.event_id).chain(aside).any(refused) {
            return Stored::Refused(REFUSED);
        }
        let mut all = self.events.lock().unwrap();
        let own = all.entry(scope.tenant()).or_default();
        let aside = group.aside.iter().map(|(envelope, _)| envelope.event_id);
        let ids = group.events.iter().map(|event| event.event_id).chain(aside);
        Stored::Inserted(ids.filter(|id| own.insert(*id)).count() as u64)
    }

    async fn set_aside(&self, poison: &[(&KinesisEventRecord, Poison)]) -> Result<(), NotTaken> {
        assert!(!poison.is_empty(), "a queue is asked for something alone");
        let taken = self.refuses_from.map_or(poison.len(), |place| place.min(poison.len()));
        let letters = poison[..taken].iter();
        let letters = letters.map(|(record, reason)| (record.kinesis.sequence_number.clone(), *reason));
        self.aside.lock().unwrap().extend(letters);
        if taken < poison.len() { Err(NotTaken { place: taken, error: REFUSED }) } else { Ok(()) }
    }
}

impl Memory {
    fn count(&self, tenant: u8) -> usize {
        self.events.lock().unwrap().get(&tenant_id(tenant)).map_or(0, HashSet::len)
    }

    fn aside(&self) -> Vec<(String, String)> {
        let aside = self.aside.lock().unwrap();
        aside.iter().map(|(sequence, reason)| (sequence.clone(), reason.to_string())).collect()
    }
}

fn now() -> Timestamp {
    "2026-03-15T12:00:00Z".parse().unwrap()
}

fn tenant_id(tenant: u8) -> TenantId {
    format!("018f0000-0000-7000-8000-0000000000{tenant:02x}").parse().unwrap()
}

fn event_id(id: u32) -> EventId {
    format!("018f0000-0000-7000-8000-00ff{id:08x}").parse().unwrap()
}

fn event(tenant: u8, id: u32) -> serde_json::Value {
    let event_id = event_id(id);
    let event = Event {
        version: SCHEMA_VERSION,
        event_id,
        tenant_id: tenant_id(tenant),
        occurred_at: now(),
        source: Source::SYSTEM,
        kind: EventKind::Search { results: 1, filters: 0, further: false, context: None, share: None },
    };
    serde_json::to_value(event).unwrap()
}

/// Numbers of different lengths: as text, 9 comes after 10.
fn record(sequence: usize, data: &str) -> KinesisEventRecord {
    serde_json::from_value(json!({
        "kinesis": {"data": STANDARD.encode(data), "sequenceNumber": sequence.to_string(), "partitionKey": "p",
                    "approximateArrivalTimestamp": 0.0, "kinesisSchemaVersion": "1.0", "encryptionType": "NONE"}
    }))
    .unwrap()
}

/// From this number on, events are such as the database cannot hold.
const UNHOLDABLE: u32 = 500;

/// A batch from a word: a and b are events of two tenants, r is one of the first that the database refuses, u one of a kind that is not
/// known, and U the same refused; x is no JSON, v is of a newer schema, f of the future, o old.
fn batch(word: &str) -> Vec<KinesisEventRecord> {
    let at = |time: &str| {
        let mut event = event(1, 999);
        event["occurred_at"] = json!(time);
        event.to_string()
    };
    let data = |place: usize, letter: char| match letter {
        'a' => event(1, place as u32).to_string(),
        'b' => event(2, place as u32).to_string(),
        'r' => event(1, UNHOLDABLE + place as u32).to_string(),
        'u' | 'U' => {
            let refused = if letter == 'U' { UNHOLDABLE } else { 0 };
            let mut event = event(1, refused + place as u32);
            event["kind"] = json!("telepathy");
            event.to_string()
        }
        'x' => "{".to_owned(),
        'v' => r#"{"version": 9, "kind": "telepathy"}"#.to_owned(),
        'f' => at("2026-03-16T12:00:01Z"),
        'o' => at("2025-12-15T11:59:59Z"),
        other => unreachable!("{other}"),
    };
    word.chars().enumerate().map(|(place, letter)| record(place + 9, &data(place, letter))).collect()
}

fn run(store: &Memory, records: &[KinesisEventRecord]) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(consume(store, now(), records)).again
}

#[test]
fn failure_semantics() {
    let fails = |tenant| Memory { failing: Some(tenant_id(tenant)), ..Memory::default() };
    let unknown = |tenant| Memory { unknown: Some(tenant_id(tenant)), ..Memory::default() };
    let refuses = |place| Memory { refuses_from: Some(place), ..Memory::default() };
    let away = || Memory { away: true, ..Memory::default() };
    let (x, v, t) = ("malformed", "version", "time");
    // batch, store, delivered again from, stored of a and b, put aside
    for (word, store, again, counts, aside) in [
        ("", Memory::default(), None, (0, 0), vec![]),
        ("aab", Memory::default(), None, (2, 1), vec![]),
        ("axbvab", Memory::default(), None, (2, 2), vec![("10", x), ("12", v)]),
        ("afo", Memory::default(), None, (1, 0), vec![("10", t), ("11", t)]),
        // One tenant's failure: the other is stored, the shard comes again from the failed one's first record.
        ("abab", fails(2), Some("10"), (2, 0), vec![]),
        ("abab", fails(1), Some("9"), (0, 2), vec![]),
        // Poison before the failure is put aside, poison behind it comes again.
        ("xabxa", fails(2), Some("11"), (2, 0), vec![("9", x)]),
        // A queue that refuses: what is good is stored, the first record that it refused comes again.
        ("axbxa", refuses(0), Some("10"), (2, 1), vec![]),
        ("axbxa", refuses(1), Some("12"), (2, 1), vec![("10", x)]),
        ("xabxa", Memory { refuses_from: Some(0), ..fails(2) }, Some("9"), (2, 0), vec![]),
        ("aab", unknown(2), None, (2, 0), vec![("11", "tenant")]),
        ("bxb", unknown(2), None, (0, 0), vec![("9", "tenant"), ("10", x), ("11", "tenant")]),
        ("ab", away(), Some("9"), (0, 0), vec![]),
        // What the database refuses for what it holds goes aside alone, and holds nobody up.
        ("r", Memory::default(), None, (0, 0), vec![("9", "refused")]),
        ("aaarabaaa", Memory::default(), None, (7, 1), vec![("12", "refused")]),
        (
            "rarxubU",
            Memory::default(),
            None,
            (2, 1),
            vec![("9", "refused"), ("11", "refused"), ("12", x), ("15", "refused")],
        ),
        ("ruUr", fails(2), None, (1, 0), vec![("9", "refused"), ("11", "refused"), ("12", "refused")]),
    ] {
        assert_eq!(run(&store, &batch(word)).as_deref(), again, "{word}");
        assert_eq!((store.count(1), store.count(2)), counts, "{word}");
        let expected: Vec<_> = aside.into_iter().map(|(s, r)| (s.to_owned(), r.to_owned())).collect();
        assert_eq!(store.aside(), expected, "{word}");
    }
}

#[test]
fn a_database_that_is_away_is_asked_once() {
    let store = Memory { away: true, ..Memory::default() };
    run(&store, &batch("abab"));
    assert_eq!(*store.asked.lock().unwrap(), 1);
}

#[test]
fn the_answer_is_lambdas() {
    assert_eq!(answer(None), json!({"batchItemFailures": []}));
    assert_eq!(answer(Some("7")), json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
}

#[test]
fn the_example_event_is_read() {
    let text = include_str!("../../../../events/metrics/stream.json");
    let event: aws_lambda_events::kinesis::KinesisEvent = serde_json::from_str(text).unwrap();
    let sorted = batch::sort(&event.records, "2026-01-15T10:00:00Z".parse().unwrap());
    assert_eq!(sorted.groups.iter().map(|group| group.events.len()).sum::<usize>(), 3);
    assert_eq!(sorted.poison, [(2, Poison::Malformed)]);
}

proptest! {
    /// However a shard's records are cut into batches, repeated and interrupted, each event counts once.
    #[test]
    fn counts_do_not_depend_on_delivery(
        word in "[abxru]{1,30}",
        cuts in prop::collection::vec(1usize..6, 1..12),
        repeats in prop::collection::vec(any::<bool>(), 1..12),
        failures in prop::collection::vec(0u8..5, 0..12),
    ) {
        let records = batch(&word);
        let mut store = Memory::default();
        let (mut place, mut step) = (0, 0);
        while place < records.len() {
            let end = (place + cuts[step % cuts.len()]).min(records.len());
            // The first deliveries may fail in one way or another; later ones succeed, as a mended database does.
            let failure = failures.get(step).copied().unwrap_or(0);
            store.failing = [1, 2].contains(&failure).then(|| tenant_id(failure));
            store.refuses_from = (failure == 3).then_some(step % 2);
            store.away = failure == 4;
            let again = run(&store, &records[place..end]);
            let repeat = repeats[step % repeats.len()] && step < repeats.len();
            step += 1;
            match again {
                Some(sequence) => place = sequence.parse::<usize>().unwrap() - 9,
                None if repeat => {}
                None => place = end,
            }
        }
        let letters = |letter| word.chars().filter(|&c| c == letter).count();
        prop_assert_eq!((store.count(1), store.count(2)), (letters('a') + letters('u'), letters('b')));
        let aside: HashSet<_> = store.aside().into_iter().collect();
        prop_assert_eq!(aside.len(), letters('x') + letters('r'));
    }
}
