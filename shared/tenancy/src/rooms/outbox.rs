//! Events that wait to be sent until the request that they are of has been answered.
//!
//! What the stream does not take stays here, up to a limit; what does not fit is counted by tenant, and the count is sent as an
//! event of its own when the stream takes events again. What a process holds when its environment ends is lost.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws_sdk_kinesis::{Client, primitives::Blob, types::PutRecordsRequestEntry};
use jiff::Timestamp;
use vivier_domain::{
    event::{Event, EventKind, SCHEMA_VERSION, Source},
    ids::{EventId, TenantId},
};

/// The most events that wait. At half a kilobyte each, some megabytes.
const ROOM: usize = 5_000;
/// The most records of one call: the stream's own limit.
const BATCH: usize = 500;
/// The longest the stream is waited for. The next request of this process waits as long.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long a stream that took nothing is left alone, the first time and at most: an outage must not cost every request that wait.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(64));
/// Over so many places of the stream one tenant's events are spread: its flood fills those, and no others.
const PLACES: u128 = 2;

/// The events of a process that wait.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    sending: tokio::sync::Mutex<()>,
    emptied: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    dropped: BTreeMap<TenantId, u64>,
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Waiting(PutRecordsRequestEntry);

#[derive(Debug, Clone, Copy)]
struct Rest {
    since: Instant,
    length: Duration,
}

impl State {
    fn drop_one(&mut self, tenant: TenantId) {
        *self.dropped.entry(tenant).or_default() += 1;
    }

    fn tire(&mut self) {
        let length = self.rest.map_or(REST.0, |rest| (rest.length * 2).min(REST.1));
        self.rest = Some(Rest { since: Instant::now(), length });
    }

    /// What could not be kept, as events.
    fn confess(&mut self, now: Timestamp) {
        for (tenant_id, count) in std::mem::take(&mut self.dropped) {
            let event = Event {
                version: SCHEMA_VERSION,
                event_id: EventId::generate(),
                tenant_id,
                occurred_at: now,
                source: Source::SYSTEM,
                kind: EventKind::EventsDropped { count },
            };
            self.waiting.extend(waiting(&event));
        }
    }
}

impl Outbox {
    pub(crate) fn promise(&self) {
        self.emptied.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_emptied(&self) -> bool {
        self.emptied.load(Ordering::Relaxed)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Takes an event, if there is room.
    pub(crate) fn put(&self, event: &Event) {
        let waiting = waiting(event);
        let mut state = self.lock();
        match waiting {
            Some(waiting) if state.waiting.len() < ROOM => state.waiting.push_back(waiting),
            _ => state.drop_one(event.tenant_id),
        }
    }

    /// Sends what waits, until nothing does or the stream takes no more.
    pub(crate) async fn send(&self, client: &Client, stream: &str, now: Timestamp) {
        let Ok(_alone) = self.sending.try_lock() else { return };
        loop {
            let batch: Vec<PutRecordsRequestEntry> = {
                let state = self.lock();
                if state.rest.is_some_and(|rest| rest.since.elapsed() < rest.length) {
                    return;
                }
                state.waiting.iter().take(BATCH).map(|waiting| waiting.0.clone()).collect()
            };
            if batch.is_empty() {
                return;
            }
            let sent = batch.len();
            let call = client.put_records().stream_name(stream).set_records(Some(batch)).send();
            let answer = tokio::time::timeout(PATIENCE, call).await;
            let mut state = self.lock();
            match answer {
                Ok(Ok(taken)) => {
                    let refused: Vec<bool> =
                        taken.records().iter().map(|record| record.error_code().is_some()).collect();
                    let again = settle(&mut state.waiting, sent, &refused);
                    if again == 0 {
                        state.rest = None;
                        state.confess(now);
                    } else {
                        tracing::warn!(again, "the stream took a part of the events");
                        state.tire();
                    }
                }
                // It may have arrived: it is sent again under the same ids, and counts once.
                Ok(Err(error)) => {
                    tracing::warn!(error = %error, waiting = state.waiting.len(), "the stream took no events");
                    state.tire();
                }
                Err(_) => {
                    tracing::warn!(waiting = state.waiting.len(), "the stream did not answer in time");
                    state.tire();
                }
            }
            let dropped: u64 = state.dropped.values().sum();
            if dropped > 0 {
                tracing::error!(dropped, "events were dropped: too many wait for the stream");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes out of the first `sent` what was not refused. Returns how many stay.
fn settle<T>(waiting: &mut VecDeque<T>, sent: usize, refused: &[bool]) -> usize {
    let first: Vec<T> = waiting.drain(..sent.min(waiting.len())).collect();
    let mut again = 0;
    for (place, one) in first.into_iter().enumerate().rev() {
        if refused.get(place).copied().unwrap_or(true) {
            waiting.push_front(one);
            again += 1;
        }
    }
    again
}

fn waiting(event: &Event) -> Option<Waiting> {
    let data = serde_json::to_vec(event).ok()?;
    let place = event.event_id.as_uuid().as_u128() % PLACES;
    let record = PutRecordsRequestEntry::builder()
        .data(Blob::new(data))
        .partition_key(format!("{}#{place}", event.tenant_id))
        .build()
        .ok()?;
    Some(Waiting(record))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(tenant_id: TenantId) -> Event {
        Event {
            version: SCHEMA_VERSION,
            event_id: EventId::generate(),
            tenant_id,
            occurred_at: Timestamp::UNIX_EPOCH,
            source: Source::SYSTEM,
            kind: EventKind::ChatOpened {},
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_by_tenant_and_told() {
        let (outbox, one, other) = (Outbox::default(), TenantId::generate(), TenantId::generate());
        for _ in 0..ROOM {
            outbox.put(&event(one));
        }
        for tenant in [one, other, other] {
            outbox.put(&event(tenant));
        }
        let mut state = outbox.lock();
        assert_eq!((state.waiting.len(), state.dropped[&one], state.dropped[&other]), (ROOM, 1, 2));
        state.waiting.clear();
        state.confess(Timestamp::UNIX_EPOCH);
        let told: Vec<(TenantId, u64)> = state
            .waiting
            .iter()
            .map(|waiting| {
                let event: Event = serde_json::from_slice(waiting.0.data().as_ref()).unwrap();
                (event.tenant_id, event.kind.amount())
            })
            .collect();
        assert_eq!(told.len(), 2);
        assert!(told.contains(&(one, 1)) && told.contains(&(other, 2)));
        assert!(state.dropped.is_empty());
    }

    #[test]
    fn what_was_refused_stays_in_its_order() {
        let mut waiting: VecDeque<u8> = (0..6).collect();
        assert_eq!(settle(&mut waiting, 4, &[false, true, false, true]), 2);
        assert_eq!(waiting, [1, 3, 4, 5]);
        // An answer that says nothing of a record does not say that it was taken.
        assert_eq!(settle(&mut waiting, 2, &[]), 2);
        assert_eq!(waiting, [1, 3, 4, 5]);
    }

    #[test]
    fn a_stream_that_takes_nothing_is_left_alone_longer_each_time() {
        let mut state = State::default();
        let lengths: Vec<u64> = (0..9)
            .map(|_| {
                state.tire();
                state.rest.unwrap().length.as_secs()
            })
            .collect();
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
    }

    #[test]
    fn a_tenants_events_fill_few_places() {
        let tenant = TenantId::generate();
        let keys: std::collections::BTreeSet<String> = (0..100)
            .map(|_| waiting(&event(tenant)).unwrap().0.partition_key().unwrap().to_owned())
            .collect();
        assert_eq!(keys.len(), 2);
    }
}
