//! A batch of records, sorted by what is to be done with each. A record is known by its place in the batch: that is the
//! order of the shard, whatever the sequence numbers look like as text.

use std::collections::BTreeMap;

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vivier_domain::{
    event::{Envelope, Event},
    ids::TenantId,
    retention::Days,
};
use vivier_tenancy::{
    TenantScope,
    doors::stream::{self, Poison, Told},
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
    /// Those of kinds that only a newer consumer knows.
    pub aside: Vec<(Envelope, Value)>,
    /// The place of each event in the batch; ascending.
    pub places: Vec<usize>,
}

/// A batch, sorted.
#[derive(Debug, Default)]
pub struct Sorted {
    /// What can be counted, by tenant; who has least comes first, so that nobody waits for another's flood.
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
            Ok((scope, told)) => {
                let group = groups.entry(scope.tenant()).or_insert_with(|| Group {
                    scope,
                    events: Vec::new(),
                    aside: Vec::new(),
                    places: Vec::new(),
                });
                match told {
                    Told::Known(event) => group.events.push(event),
                    Told::Unknown(envelope, whole) => group.aside.push((envelope, whole)),
                }
                group.places.push(place);
            }
            Err(reason) => poison.push((place, reason)),
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| group.places.len());
    Sorted { groups, poison }
}

fn read(record: &KinesisEventRecord, now: Timestamp) -> Result<(TenantScope, Told), Poison> {
    let (scope, told) = stream::enter(record)?;
    let age = now.duration_since(told.occurred_at());
    if age < -AHEAD || age > BEHIND { Err(Poison::Time) } else { Ok((scope, told)) }
}
