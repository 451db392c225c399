//! The one producer of events. It writes the tenant from the scope, so that no caller can count for another.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use aws_sdk_kinesis::{Client, primitives::Blob, types::PutRecordsRequestEntry};
use jiff::Timestamp;
use vivier_domain::{
    event::{Event, EventKind, SCHEMA_VERSION},
    ids::EventId,
};

use crate::scope::TenantScope;

/// The longest a request waits for its events to be taken.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a stream that took nothing is left alone: during an outage a request must not wait for it again and again.
const REST: Duration = Duration::from_secs(10);

/// Since when the stream has taken nothing; shared by every request of the process.
#[derive(Debug, Default)]
pub(crate) struct Outage(Mutex<Option<Instant>>);

impl Outage {
    fn resting(&self) -> bool {
        self.lock().is_some_and(|since| since.elapsed() < REST)
    }

    fn mark(&self, failed: bool) {
        *self.lock() = failed.then(Instant::now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Where one tenant's events go.
#[derive(Debug)]
pub struct Events<'a> {
    client: Client,
    stream: String,
    outage: &'a Outage,
    scope: &'a TenantScope,
}

impl<'a> Events<'a> {
    pub(crate) fn new(client: Client, stream: String, outage: &'a Outage, scope: &'a TenantScope) -> Self {
        Self { client, stream, outage, scope }
    }

    /// Sends events that happened at `now`. Counting never fails a request: what could not be sent is logged as a
    /// number and given back.
    pub async fn publish(&self, now: Timestamp, kinds: impl IntoIterator<Item = EventKind>) -> usize {
        let mut records = Vec::new();
        for kind in kinds {
            let event = Event {
                version: SCHEMA_VERSION,
                event_id: EventId::generate(),
                tenant_id: self.scope.tenant(),
                occurred_at: now,
                kind,
            };
            // Spread by event, not by tenant: one tenant's flood must not fill one shard.
            let entry = serde_json::to_vec(&event).ok().and_then(|data| {
                PutRecordsRequestEntry::builder()
                    .data(Blob::new(data))
                    .partition_key(event.event_id.simple())
                    .build()
                    .ok()
            });
            records.extend(entry);
        }
        let mut unsent = records.len();
        if self.outage.resting() {
            tracing::warn!(unsent, "events were not counted: the stream takes none");
            return unsent;
        }
        // A retry sends the same event ids again, so a record that did arrive the first time counts once.
        for _ in 0..2 {
            if records.is_empty() {
                break;
            }
            let sending =
                self.client.put_records().stream_name(&self.stream).set_records(Some(records.clone())).send();
            match tokio::time::timeout(PATIENCE, sending).await {
                Ok(Ok(outcome)) => {
                    let refused: Vec<bool> =
                        outcome.records().iter().map(|record| record.error_code().is_some()).collect();
                    let mut refused = refused.into_iter();
                    records.retain(|_| refused.next().unwrap_or(true));
                    unsent = records.len();
                }
                Ok(Err(error)) => tracing::warn!(error = %error, "the stream took no events"),
                Err(_) => tracing::warn!("the stream did not answer in time"),
            }
        }
        self.outage.mark(unsent > 0);
        if unsent > 0 {
            tracing::warn!(unsent, "events were not counted");
        }
        unsent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_rests_the_stream_until_something_is_taken() {
        let outage = Outage::default();
        assert!(!outage.resting());
        outage.mark(true);
        assert!(outage.resting());
        outage.mark(false);
        assert!(!outage.resting());
    }
}
