//! Walking a tenant's chain from where it begins to where it ends: nothing in it was changed, removed, added or moved.
//!
//! Whoever can write every row and the chain's end as well can write another chain that is whole in itself. Against
//! that helps a place noted elsewhere (an earlier answer's `head`): it must still be in the chain.

use serde::Serialize;
use uuid::Uuid;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use super::{
    chain::{Hash, Link, Linked},
    read::linked,
};

/// Entries read at once.
const PAGE: u32 = 5_000;
/// How often a walk may begin anew because a purge took what it was about to read.
const TRIES: u32 = 5;

/// What is wrong at a place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// There is no entry of this number.
    Missing,
    /// The entry is not what its hash says.
    Changed,
    /// The entry does not follow the one before it.
    Misplaced,
    /// The entry stands where the chain has none: before its beginning or behind its end.
    Inserted,
    /// The chain's end is noted with another hash than its last entry has.
    HeadMoved,
    /// Another hash was noted for this place earlier.
    NotAsNoted,
}

/// Where the chain is broken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The place.
    pub ordinal: i64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What a walk found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many entries are whole, from the beginning on.
    pub entries: u64,
    /// The number of the first of them.
    pub first: Option<i64>,
    /// The number of the last of them.
    pub last: Option<i64>,
    /// The chain's end as it is noted. Keep it elsewhere: a later walk can be asked whether it is still there.
    pub head: Link,
    /// Where the chain is broken; nowhere, if it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<Break>,
}

/// The chain's row and what entries there are, all of one moment.
struct State {
    head: Link,
    anchor: Link,
    lowest: Option<i64>,
    highest: Option<i64>,
}

/// Walks the chain of the transaction's tenant. With `noted`, that place must be in it too, unless it was purged.
pub async fn verify(tx: &PoolTx<'_>, noted: Option<Link>) -> Result<Verified, DatabaseError> {
    let mut state = state(tx).await?;
    for _ in 1..TRIES {
        let verified = walk(tx, &state, noted).await?;
        let before = state.anchor;
        state = self::state(tx).await?;
        if verified.broken_at.is_none() || state.anchor == before {
            return Ok(verified);
        }
    }
    walk(tx, &state, noted).await
}

async fn state(tx: &PoolTx<'_>) -> Result<State, DatabaseError> {
    const SQL: &str = "-- audit::state\n\
        SELECT chain.head_ordinal, chain.head_hash, chain.anchor_ordinal, chain.anchor_hash,\n\
            (SELECT min(ordinal) FROM audit_log WHERE tenant_id = bound_tenant()) AS lowest,\n\
            (SELECT max(ordinal) FROM audit_log WHERE tenant_id = bound_tenant()) AS highest\n\
        FROM (SELECT bound_tenant() AS tenant_id) AS bound LEFT JOIN audit_chains AS chain USING (tenant_id)";
    let row = tx.query_one(SQL, &[]).await?;
    // A tenant whose chain has not begun has no row: then it must have no entries either.
    let link = |ordinal: &str, hash: &str| match row.get::<_, Option<i64>>(ordinal) {
        Some(ordinal) => Link { ordinal, hash: Hash::read(row.get(hash)) },
        None => Link::ORIGIN,
    };
    Ok(State {
        head: link("head_ordinal", "head_hash"),
        anchor: link("anchor_ordinal", "anchor_hash"),
        lowest: row.get("lowest"),
        highest: row.get("highest"),
    })
}

async fn walk(tx: &PoolTx<'_>, state: &State, noted: Option<Link>) -> Result<Verified, DatabaseError> {
    const SQL: &str = "-- audit::walk\n\
        SELECT * FROM audit_log\n\
        WHERE tenant_id = bound_tenant() AND ordinal > $1 AND ordinal <= $2\n\
        ORDER BY ordinal LIMIT $3";
    let mut walk = Walk::new(state, noted);
    while walk.broken_at.is_none() {
        let rows = tx.query(SQL, &[&walk.at.ordinal, &state.head.ordinal, &i64::from(PAGE)]).await?;
        rows.iter().map(linked).for_each(|entry| walk.step(&entry));
        if rows.len() < PAGE as usize {
            break;
        }
    }
    Ok(walk.end(state))
}

/// A walk that has come to a place.
struct Walk {
    at: Link,
    tenant: Option<Uuid>,
    noted: Option<Link>,
    entries: u64,
    first: Option<i64>,
    broken_at: Option<Break>,
}

impl Walk {
    fn new(state: &State, noted: Option<Link>) -> Self {
        let mut walk =
            Self { at: state.anchor, tenant: None, noted, entries: 0, first: None, broken_at: None };
        if let Some(lowest) = state.lowest.filter(|lowest| *lowest <= state.anchor.ordinal) {
            walk.broken(lowest, Fault::Inserted);
        }
        walk.compare(state.anchor);
        walk
    }

    /// The first fault found is the one that is told.
    fn broken(&mut self, ordinal: i64, fault: Fault) {
        self.broken_at.get_or_insert(Break { ordinal, fault });
    }

    fn compare(&mut self, link: Link) {
        if self.noted.is_some_and(|noted| noted.ordinal == link.ordinal && noted.hash != link.hash) {
            self.broken(link.ordinal, Fault::NotAsNoted);
        }
    }

    fn step(&mut self, entry: &Linked) {
        if self.broken_at.is_some() {
            return;
        }
        let expected = self.at.ordinal + 1;
        let tenant = *self.tenant.get_or_insert(entry.tenant);
        if entry.link.ordinal > expected {
            self.broken(expected, Fault::Missing);
        } else if entry.link.ordinal < expected || entry.tenant != tenant {
            self.broken(entry.link.ordinal, Fault::Inserted);
        } else if entry.compute() != entry.link.hash {
            self.broken(expected, Fault::Changed);
        } else if entry.previous != self.at.hash {
            self.broken(expected, Fault::Misplaced);
        } else {
            self.compare(entry.link);
            if self.broken_at.is_none() {
                self.first.get_or_insert(expected);
                self.entries += 1;
                self.at = entry.link;
            }
        }
    }

    fn end(mut self, state: &State) -> Verified {
        let (head, next) = (state.head, self.at.ordinal + 1);
        if self.at.ordinal < head.ordinal {
            self.broken(next, Fault::Missing);
        } else if self.at.hash != head.hash {
            self.broken(head.ordinal, Fault::HeadMoved);
        } else if state.highest.is_some_and(|highest| highest > head.ordinal) {
            self.broken(next.max(state.lowest.unwrap_or(next)), Fault::Inserted);
        } else if self.noted.is_some_and(|noted| noted.ordinal > head.ordinal) {
            // What was noted once is no more: the end was cut off.
            self.broken(head.ordinal + 1, Fault::Missing);
        }
        let last = self.first.map(|_| self.at.ordinal);
        Verified { entries: self.entries, first: self.first, last, head, broken_at: self.broken_at }
    }
}

#[cfg(test)]
mod tests;
