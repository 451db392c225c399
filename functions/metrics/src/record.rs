//! The stream's edge: a batch of records in, the place from which it must come again out.
//!
//! Lambda delivers a shard's batch again from the lowest reported failure on, so only that one is reported. What was
//! stored behind it is delivered a second time and changes nothing; what is poison behind it is left for then, so that
//! it is put aside once.

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::Timestamp;
use serde_json::{Value, json};
use vivier_runtime::telemetry;
use vivier_tenancy::doors::stream::Poison;

use crate::{
    batch::{self, Sorted},
    store::{Store, Stored},
};

/// Handles a batch. Returns the sequence number from which it must be delivered again, if it must.
pub async fn consume<S: Store>(store: &S, now: Timestamp, records: &[KinesisEventRecord]) -> Option<String> {
    let Sorted { groups, mut poison } = batch::sort(records, now);
    let mut first_failed: Option<usize> = None;
    let mut fails = |place: usize| first_failed = Some(first_failed.map_or(place, |first| first.min(place)));
    let (mut stored, mut away) = (0, false);
    for group in &groups {
        // Without a connection, asking again for each tenant would only wait it out again for each.
        let outcome = if away { None } else { Some(store.insert(group).await) };
        match outcome {
            Some(Stored::Inserted(new)) => stored += new,
            Some(Stored::UnknownTenant) => {
                poison.extend(group.places.iter().map(|&place| (place, Poison::Tenant)));
            }
            Some(Stored::Failed(error)) => {
                let tenant = group.scope.tenant();
                tracing::error!(%tenant, error = telemetry::chain(&error), "a tenant's events were not stored");
                fails(group.places[0]);
            }
            Some(Stored::Away(error)) => {
                tracing::error!(error = telemetry::chain(&error), "the shared database cannot be reached");
                away = true;
                fails(group.places[0]);
            }
            None => fails(group.places[0]),
        }
    }
    poison.sort_unstable_by_key(|(place, _)| *place);
    let mut put_aside = 0u64;
    for (place, reason) in poison {
        if first_failed.is_some_and(|first| place >= first) {
            break;
        }
        let record = &records[place];
        if let Err(error) = store.set_aside(record, reason).await {
            tracing::error!(error = telemetry::chain(&error), "the dead-letter queue took no record");
            first_failed = Some(place);
        } else {
            tracing::warn!(%reason, sequence = record.kinesis.sequence_number, "a record was put aside");
            put_aside += 1;
        }
    }
    tracing::info!(
        records = records.len(),
        stored,
        put_aside,
        failed = first_failed.is_some(),
        "a batch was read"
    );
    first_failed.map(|place| records[place].kinesis.sequence_number.clone())
}

/// Lambda's answer for a stream with `ReportBatchItemFailures`.
pub fn answer(first_failed: Option<&str>) -> Value {
    let failures: Vec<Value> =
        first_failed.iter().map(|sequence| json!({"itemIdentifier": sequence})).collect();
    json!({"batchItemFailures": failures})
}

#[cfg(test)]
mod tests;
