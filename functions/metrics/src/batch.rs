//! A batch of records, sorted by what is to be done with each. A record is known by its place in the batch: that is the
//! order of the shard, whatever the sequence numbers look like as text.

use std::collections::BTreeMap;

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::{SignedDuration, Timestamp};
use vivier_domain::{event::Event, ids::TenantId, retention::Days};
use vivier_tenancy::{
    TenantScope,
    doors::stream::{self, Poison},
};

/// How far a producer's clock may run ahead of ours.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// An event older than any tenant may keep one would only be stored to be purged.
pub const BEHIND: SignedDuration = SignedDuration::from_secs(Days::MAXIMUM.seconds());

/// The events of one tenant, in the order in which they came.
#[derive(Debug)]
pub struct Group {
    /// The tenant, as the stream's door let it in.
    pub scope: TenantScope,
    /// The events.
    pub events: Vec<Event>,
    /// The place of each event in the batch; ascending.
    pub places: Vec<usize>,
}

/// A batch, sorted.
#[derive(Debug, Default)]
pub struct Sorted {
    /// What can be counted, by tenant.
    pub groups: Vec<Group>,
    /// What can never be counted: its place and the reason; ascending.
    pub poison: Vec<(usize, Poison)>,
}

/// Sorts records that are read at `now`.
pub fn sort(records: &[KinesisEventRecord], now: Timestamp) -> Sorted {
    let mut groups: BTreeMap<TenantId, Group> = BTreeMap::new();
    let mut poison = Vec::new();
    for (place, record) in records.iter().enumerate() {
        match read(record, now) {
            Ok((scope, event)) => {
                let group = groups.entry(scope.tenant()).or_insert_with(|| Group {
                    scope,
                    events: Vec::new(),
                    places: Vec::new(),
                });
                group.events.push(event);
                group.places.push(place);
            }
            Err(reason) => poison.push((place, reason)),
        }
    }
    Sorted { groups: groups.into_values().collect(), poison }
}

fn read(record: &KinesisEventRecord, now: Timestamp) -> Result<(TenantScope, Event), Poison> {
    let (scope, event) = stream::enter(record)?;
    let age = now.duration_since(event.occurred_at);
    if age < -AHEAD || age > BEHIND { Err(Poison::Time) } else { Ok((scope, event)) }
}
