//! Events that wait to be sent until the request that they are of has been answered.
//!
//! What the stream does not take stays here, up to a limit; what does not fit is counted by tenant, and the count is sent as an
//! event of its own when the stream takes events again. A place of the stream that takes no more is left alone for a while, and holds up
//! no other. What a process holds when its environment ends is lost.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry},
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
/// The most events of one tenant that wait: others find room beside a flood.
const SHARE: usize = ROOM / 4;
/// The most records of one call: the stream's own limit.
const BATCH: usize = 500;
/// The longest the stream is waited for. The next request of this process waits as long.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long a stream, or a place of it, that took nothing is left alone, the first time and at most: an outage must not cost every
/// request that wait.
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
    /// Of each tenant, how many of those are its.
    of: BTreeMap<TenantId, usize>,
    dropped: BTreeMap<TenantId, u64>,
    rest: Option<Rest>,
    /// Places that are left alone.
    tired: BTreeMap<Place, Rest>,
}

/// A tenant and one of the numbers that its events are spread by: a partition of the stream.
type Place = (TenantId, u128);

#[derive(Debug)]
struct Waiting {
    place: Place,
    record: PutRecordsRequestEntry,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    since: Instant,
    length: Duration,
}

impl Rest {
    /// A longer one than before.
    fn after(before: Option<Self>) -> Self {
        let length = before.map_or(REST.0, |rest| (rest.length * 2).min(REST.1));
        Self { since: Instant::now(), length }
    }

    fn is_over(&self) -> bool {
        self.since.elapsed() >= self.length
    }
}

/// What one sending came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Events that the stream did not take, and that wait.
    pub refused: u64,
    /// Events that are lost, since there was no room for them.
    pub dropped: u64,
}

impl State {
    fn drop_one(&mut self, tenant: TenantId) {
        *self.dropped.entry(tenant).or_default() += 1;
    }

    fn tire(&mut self) {
        self.rest = Some(Rest::after(self.rest));
    }

    fn put(&mut self, waiting: Waiting) {
        *self.of.entry(waiting.place.0).or_default() += 1;
        self.waiting.push_back(waiting);
    }

    /// Takes out what is sent next: nothing of a place that is left alone.
    fn take(&mut self) -> Vec<Waiting> {
        let (mut taken, mut kept) = (Vec::new(), VecDeque::new());
        while let Some(waiting) = self.waiting.pop_front() {
            let tired = self.tired.get(&waiting.place).is_some_and(|rest| !rest.is_over());
            if tired || taken.len() == BATCH {
                kept.push_back(waiting);
            } else {
                taken.push(waiting);
            }
        }
        self.waiting = kept;
        taken
    }

    /// Puts back behind the others what was refused. An answer that says nothing of a record does not say that it was taken. Returns how
    /// many were refused.
    fn settle(&mut self, sent: Vec<Waiting>, refused: &[bool]) -> usize {
        let (mut again, mut tired) = (0, BTreeSet::new());
        for (place, waiting) in sent.into_iter().enumerate() {
            if refused.get(place).copied().unwrap_or(true) {
                again += 1;
                tired.insert(waiting.place);
                self.waiting.push_back(waiting);
            } else {
                self.tired.remove(&waiting.place);
                self.forget(waiting.place.0);
            }
        }
        for place in tired {
            let rest = Rest::after(self.tired.get(&place).copied());
            self.tired.insert(place, rest);
        }
        again
    }

    fn forget(&mut self, tenant: TenantId) {
        if let Entry::Occupied(mut entry) = self.of.entry(tenant) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
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
            if let Some(waiting) = waiting(&event) {
                self.put(waiting);
            }
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
        let own = state.of.get(&event.tenant_id).copied().unwrap_or(0);
        match waiting {
            Some(waiting) if state.waiting.len() < ROOM && own < SHARE => state.put(waiting),
            _ => state.drop_one(event.tenant_id),
        }
    }

    /// Sends what waits, until nothing does or the stream takes no more.
    pub(crate) async fn send(&self, client: &Client, stream: &str, now: Timestamp) -> Sent {
        let mut told = Sent::default();
        let Ok(_alone) = self.sending.try_lock() else { return told };
        loop {
            // Kept here meanwhile, and put back by whatever ends the waiting.
            let mut hold = Hold { outbox: self, sent: Vec::new() };
            {
                let mut state = self.lock();
                if state.rest.is_some_and(|rest| !rest.is_over()) {
                    return told;
                }
                hold.sent = state.take();
            }
            if hold.sent.is_empty() {
                return told;
            }
            let batch = hold.sent.iter().map(|waiting| waiting.record.clone()).collect();
            let call = client.put_records().stream_name(stream).set_records(Some(batch)).send();
            let answer = tokio::time::timeout(PATIENCE, call).await;
            let sent = std::mem::take(&mut hold.sent);
            drop(hold);
            let (mut state, count) = (self.lock(), sent.len());
            match answer {
                Ok(Ok(taken)) => {
                    let refused: Vec<bool> =
                        taken.records().iter().map(|record| record.error_code().is_some()).collect();
                    let again = state.settle(sent, &refused);
                    told.refused += again as u64;
                    if again > 0 {
                        tracing::warn!(again, "the stream took a part of the events");
                    }
                    if again < count {
                        state.rest = None;
                        told.dropped += state.dropped.values().sum::<u64>();
                        state.confess(now);
                    }
                }
                // It may have arrived: it is sent again under the same ids, and counts once.
                Ok(Err(error)) => {
                    state.waiting.extend(sent);
                    told.refused += count as u64;
                    tracing::warn!(error = %error, waiting = state.waiting.len(), "the stream took no events");
                    state.tire();
                }
                Err(_) => {
                    state.waiting.extend(sent);
                    told.refused += count as u64;
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

/// Events that are on their way: a call that is dropped in the middle loses none.
struct Hold<'a> {
    outbox: &'a Outbox,
    sent: Vec<Waiting>,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if !self.sent.is_empty() {
            self.outbox.lock().waiting.extend(self.sent.drain(..));
        }
    }
}

fn waiting(event: &Event) -> Option<Waiting> {
    let data = serde_json::to_vec(event).ok()?;
    let number = event.event_id.as_uuid().as_u128() % PLACES;
    let record = PutRecordsRequestEntry::builder()
        .data(Blob::new(data))
        .partition_key(format!("{}#{number}", event.tenant_id))
        .build()
        .ok()?;
    Some(Waiting { place: (event.tenant_id, number), record })
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
        let (outbox, flood, other) = (Outbox::default(), TenantId::generate(), TenantId::generate());
        for _ in 0..SHARE + 7 {
            outbox.put(&event(flood));
        }
        outbox.put(&event(other));
        let mut state = outbox.lock();
        assert_eq!((state.waiting.len(), state.dropped[&flood]), (SHARE + 1, 7), "others find room");
        state.waiting.clear();
        state.confess(Timestamp::UNIX_EPOCH);
        let told: Vec<(TenantId, u64)> = state
            .waiting
            .iter()
            .map(|waiting| {
                let event: Event = serde_json::from_slice(waiting.record.data().as_ref()).unwrap();
                (event.tenant_id, event.kind.amount())
            })
            .collect();
        assert_eq!(told, [(flood, 7)]);
        assert!(state.dropped.is_empty());
    }

    #[test]
    fn all_tenants_together_have_bounded_room() {
        let outbox = Outbox::default();
        for _ in 0..5 {
            let tenant = TenantId::generate();
            for _ in 0..SHARE {
                outbox.put(&event(tenant));
            }
        }
        let state = outbox.lock();
        assert_eq!((state.waiting.len(), state.dropped.values().sum::<u64>()), (ROOM, SHARE as u64));
    }

    /// Places of one tenant that take no more keep nobody else's events from being sent.
    #[test]
    fn a_place_that_is_full_holds_up_no_other() {
        let (outbox, flood, other) = (Outbox::default(), TenantId::generate(), TenantId::generate());
        for _ in 0..BATCH {
            outbox.put(&event(flood));
        }
        outbox.put(&event(other));
        let mut state = outbox.lock();
        let first = state.take();
        assert!(first.iter().all(|waiting| waiting.place.0 == flood) && first.len() == BATCH);
        assert_eq!(state.settle(first, &[true; BATCH]), BATCH);
        let second = state.take();
        assert_eq!(second.iter().map(|waiting| waiting.place.0).collect::<Vec<_>>(), [other]);
        // An answer that says nothing of a record does not say that it was taken.
        assert_eq!(state.settle(second, &[]), 1);
        assert!(state.take().is_empty());
        assert_eq!((state.waiting.len(), state.of[&flood], state.of[&other]), (BATCH + 1, BATCH, 1));
        state.tired.clear();
        let all = [state.take(), state.take()];
        for sent in all {
            let taken = vec![false; sent.len()];
            assert_eq!(state.settle(sent, &taken), 0);
        }
        assert!(state.waiting.is_empty() && state.of.is_empty() && state.tired.is_empty());
    }

    #[test]
    fn what_is_on_its_way_when_the_sending_is_dropped_still_waits() {
        let (outbox, tenant) = (Outbox::default(), TenantId::generate());
        outbox.put(&event(tenant));
        let sent = outbox.lock().take();
        drop(Hold { outbox: &outbox, sent });
        assert_eq!(outbox.lock().waiting.len(), 1);
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
            .map(|_| waiting(&event(tenant)).unwrap().record.partition_key().unwrap().to_owned())
            .collect();
        assert_eq!(keys.len(), 2);
    }
}
