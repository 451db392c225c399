//! A batch of records, sorted by what is to be done with each. A record is known by its place in the batch: that is the
//! order of the shard, whatever the sequence numbers look like as text.

use std::{collections::BTreeMap, sync::Arc};

use aws_lambda_events::kinesis::KinesisEventRecord;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::Value;
use vivier_domain::{
    event::{Envelope, Event},
    ids::TenantId,
};
use vivier_store::events;
use vivier_tenancy::{
    TenantScope,
    doors::stream::{self, Poison, Told},
};

/// How far a producer's clock may run ahead of ours.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The events of one tenant, in the order in which they came.
#[derive(Debug)]
pub struct Group {
    /// The tenant, as the stream's door let it in.
    pub scope: Arc<TenantScope>,
    /// The events.
    pub events: Vec<Event>,
    /// Those of kinds that only a newer consumer knows.
    pub aside: Vec<(Envelope, Value)>,
    /// The places in the batch of first the events, then those aside.
    pub places: Vec<usize>,
}

impl Group {
    const fn of(scope: Arc<TenantScope>) -> Self {
        Self { scope, events: Vec::new(), aside: Vec::new(), places: Vec::new() }
    }

    /// It in two parts. An event alone has none.
    pub fn halves(mut self) -> Result<[Self; 2], Self> {
        if self.places.len() < 2 {
            return Err(self);
        }
        let at = if self.aside.is_empty() { self.events.len() / 2 } else { self.events.len() };
        let at_aside = if self.events.is_empty() { self.aside.len() / 2 } else { 0 };
        let mut rest = Self::of(Arc::clone(&self.scope));
        rest.places = self.places.split_off(at + at_aside);
        rest.events = self.events.split_off(at);
        rest.aside = self.aside.split_off(at_aside);
        Ok([self, rest])
    }
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
                let group = groups.entry(scope.tenant()).or_insert_with(|| Group::of(Arc::new(scope)));
                match told {
                    Told::Known(event) => {
                        group.places.insert(group.events.len(), place);
                        group.events.push(event);
                    }
                    Told::Unknown(envelope, whole) => {
                        group.places.push(place);
                        group.aside.push((envelope, whole));
                    }
                }
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
    let at = told.occurred_at();
    // Days that are over are dropped, and must not be begun anew: who was counted there would be counted twice.
    let over = Offset::UTC.to_datetime(at).date() <= events::last_day_over(now);
    if over || at.duration_since(now) > AHEAD { Err(Poison::Time) } else { Ok((scope, told)) }
}
