//! The stream's edge: a batch of records in, the place from which it must come again out.
//!
//! Lambda delivers a shard's batch again from the lowest reported failure on, so only that one is reported. What was
//! stored behind it is delivered a second time and changes nothing; what is poison behind it is left for then. What the
//! queue took all the same is refused by it when it comes again.

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::Timestamp;
use serde_json::{Value, json};
use vivier_runtime::telemetry;
use vivier_tenancy::{doors::stream::Poison, rooms::dead_letters::NotTaken};

use crate::{
    batch::{self, Group, Sorted},
    store::{Store, Stored},
};

/// What became of the records of a batch, by their places in it.
#[derive(Debug, Default)]
pub struct Placed {
    /// Events that are new.
    pub stored: u64,
    /// What can never be counted, and why; ascending.
    pub poison: Vec<(usize, Poison)>,
    /// What could not be stored now; ascending.
    pub failed: Vec<usize>,
}

/// Stores what can be stored.
pub async fn place<S: Store>(store: &S, now: Timestamp, records: &[KinesisEventRecord]) -> Placed {
    let Sorted { groups, poison } = batch::sort(records, now);
    let (mut placed, mut away) = (Placed { poison, ..Placed::default() }, false);
    // The last is taken first. Who has least is stored first.
    let mut waiting: Vec<Group> = groups.into_iter().rev().collect();
    while let Some(group) = waiting.pop() {
        // Without a connection, asking again for each tenant would only wait it out again for each.
        let outcome = if away { None } else { Some(store.insert(&group).await) };
        match outcome {
            Some(Stored::Inserted(new)) => placed.stored += new,
            Some(Stored::UnknownTenant) => {
                placed.poison.extend(group.places.iter().map(|&place| (place, Poison::Tenant)));
            }
            // Something in it cannot be stored: halves are tried, until it is alone.
            Some(Stored::Refused(error)) => match group.halves() {
                Ok(halves) => waiting.extend(halves),
                Err(alone) => {
                    let tenant = alone.scope.tenant();
                    tracing::error!(%tenant, error = telemetry::chain(&error), "the database takes an event for none");
                    placed.poison.extend(alone.places.iter().map(|&place| (place, Poison::Refused)));
                }
            },
            Some(Stored::Failed(error)) => {
                let tenant = group.scope.tenant();
                tracing::error!(%tenant, error = telemetry::chain(&error), "a tenant's events were not stored");
                placed.failed.extend(&group.places);
            }
            Some(Stored::Away(error)) => {
                tracing::error!(error = telemetry::chain(&error), "the shared database cannot be reached");
                away = true;
                placed.failed.extend(&group.places);
            }
            None => placed.failed.extend(&group.places),
        }
    }
    placed.poison.sort_unstable_by_key(|(place, _)| *place);
    placed.failed.sort_unstable();
    placed
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Consumed {
    /// Events that are new.
    pub stored: u64,
    /// The sequence number from which the batch must be delivered again, if it must.
    pub again: Option<String>,
}

/// Handles a batch.
pub async fn consume<S: Store>(store: &S, now: Timestamp, records: &[KinesisEventRecord]) -> Consumed {
    let Placed { stored, poison, failed } = place(store, now, records).await;
    let mut first_failed = failed.first().copied();
    let before = poison.iter().take_while(|(place, _)| first_failed.is_none_or(|first| *place < first));
    let mut aside: Vec<_> = before.map(|(place, reason)| (&records[*place], *reason)).collect();
    if !aside.is_empty()
        && let Err(NotTaken { place, error }) = store.set_aside(&aside).await
    {
        tracing::error!(error = telemetry::chain(&error), "the dead-letter queue took no record");
        // All of these come before what failed.
        first_failed = poison.get(place).map(|(place, _)| *place).or(first_failed);
        aside.truncate(place);
    }
    for (record, reason) in &aside {
        tracing::warn!(%reason, sequence = record.kinesis.sequence_number, "a record was put aside");
    }
    tracing::info!(
        records = records.len(),
        stored,
        put_aside = aside.len(),
        failed = first_failed.is_some(),
        "a batch was read"
    );
    Consumed { stored, again: first_failed.map(|place| records[place].kinesis.sequence_number.clone()) }
}

/// Lambda's answer for a stream with `ReportBatchItemFailures`.
pub fn answer(first_failed: Option<&str>) -> Value {
    let failures: Vec<Value> =
        first_failed.iter().map(|sequence| json!({"itemIdentifier": sequence})).collect();
    json!({"batchItemFailures": failures})
}

#[cfg(test)]
mod tests;
