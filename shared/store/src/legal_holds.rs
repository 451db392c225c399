//! Holds: what may not be removed though its time is over. A person or a conversation stands in one as a keyed hash, so that it says of
//! nobody that they are in a dispute.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::{ids::HoldId, opaque::Opaque, retention::DataKind};
use vivier_tenancy::{
    TenancyError,
    rooms::{PoolTx, database::DatabaseError},
};

/// What a hold is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of a kind of data.
    Kind(DataKind),
    /// What is found by a person's address: its keyed hash.
    Person(Opaque<32>),
    /// One conversation: the keyed hash of its id.
    Conversation(Opaque<32>),
}

impl Held {
    const fn scope(&self) -> &'static str {
        match self {
            Self::Kind(_) => "kind",
            Self::Person(_) => "person",
            Self::Conversation(_) => "conversation",
        }
    }

    fn read(row: &Row) -> Result<Self, TenancyError> {
        const CORRUPT: TenancyError = TenancyError::Corrupt("hold");
        let subject = || Opaque::from_slice(row.get("subject")).ok_or(CORRUPT);
        match row.get("scope") {
            "kind" => Ok(Self::Kind(row.get::<_, &str>("kind").parse().map_err(|_| CORRUPT)?)),
            "person" => Ok(Self::Person(subject()?)),
            _ => Ok(Self::Conversation(subject()?)),
        }
    }
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// On what.
    pub held: Held,
    /// Why, in the member's words.
    pub reason: String,
    /// The member who placed it; none where an operator did.
    pub placed_by: Option<Uuid>,
    /// When.
    pub placed_at: Timestamp,
    /// When it ends unless it is renewed.
    pub ends_at: Timestamp,
    /// When somebody ended it.
    pub released_at: Option<Timestamp>,
    /// Who that was.
    pub released_by: Option<Uuid>,
}

impl Hold {
    /// Whether it holds at a moment.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.released_at.is_none() && self.ends_at > now
    }
}

const COLUMNS: &str =
    "id, scope, kind, subject, reason, placed_by, placed_at, ends_at, released_at, released_by";

fn read(row: &Row) -> Result<Hold, TenancyError> {
    Ok(Hold {
        id: row.get::<_, Uuid>("id").into(),
        held: Held::read(row)?,
        reason: row.get("reason"),
        placed_by: row.get("placed_by"),
        placed_at: row.get("placed_at"),
        ends_at: row.get("ends_at"),
        released_at: row.get("released_at"),
        released_by: row.get("released_by"),
    })
}

/// All that is held at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InForce {
    /// Kinds of data.
    pub kinds: BTreeSet<DataKind>,
    /// Persons.
    pub persons: HashSet<Opaque<32>>,
    /// Conversations.
    pub conversations: HashSet<Opaque<32>>,
}

impl InForce {
    /// Whether some conversation is held.
    pub fn has_conversations(&self) -> bool {
        self.kinds.contains(&DataKind::Conversations) || !self.conversations.is_empty()
    }

    /// Whether some alert may be held.
    pub fn has_alerts(&self) -> bool {
        self.kinds.contains(&DataKind::Alerts) || !self.persons.is_empty()
    }
}

/// What is held at `now`.
pub async fn in_force(tx: &PoolTx<'_>, now: Timestamp) -> Result<InForce, TenancyError> {
    const SQL: &str = "-- legal_holds::in_force\n\
        SELECT scope, kind, subject FROM legal_holds WHERE tenant_id = bound_tenant() AND over_at > $1";
    let mut found = InForce::default();
    for row in &tx.query(SQL, &[&now]).await? {
        match Held::read(row)? {
            Held::Kind(kind) => drop(found.kinds.insert(kind)),
            Held::Person(subject) => drop(found.persons.insert(subject)),
            Held::Conversation(subject) => drop(found.conversations.insert(subject)),
        }
    }
    Ok(found)
}

/// How many holds are in force at `now`, and how many of them end before `soon`.
pub async fn count(tx: &PoolTx<'_>, now: Timestamp, soon: Timestamp) -> Result<(u64, u64), DatabaseError> {
    const SQL: &str = "-- legal_holds::count\n\
        SELECT count(*) AS holds, count(*) FILTER (WHERE over_at < $2) AS ending FROM legal_holds\n\
        WHERE tenant_id = bound_tenant() AND over_at > $1";
    let row = tx.query_one(SQL, &[&now, &soon]).await?;
    let count = |name: &str| row.get::<_, i64>(name).unsigned_abs();
    Ok((count("holds"), count("ending")))
}

/// Places a hold. One of the same id is the same request's, and stays.
pub async fn insert(tx: &PoolTx<'_>, hold: &Hold) -> Result<(), DatabaseError> {
    const SQL: &str = "-- legal_holds::insert\n\
        INSERT INTO legal_holds (tenant_id, id, scope, kind, subject, reason, placed_by, placed_at, ends_at)\n\
        VALUES (bound_tenant(), $1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, id) DO NOTHING";
    let (kind, subject) = match &hold.held {
        Held::Kind(kind) => (Some(kind.as_str()), None),
        Held::Person(subject) | Held::Conversation(subject) => (None, Some(subject.as_bytes().as_slice())),
    };
    let (id, scope) = (hold.id.as_uuid(), hold.held.scope());
    tx.execute(
        SQL,
        &[&id, &scope, &kind, &subject, &hold.reason, &hold.placed_by, &hold.placed_at, &hold.ends_at],
    )
    .await
    .map(drop)
}

/// Lets nobody else place holds of the tenant until the transaction ends: how many there are is looked at first.
pub async fn lock(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- legal_holds::lock\n\
        SELECT pg_advisory_xact_lock(hashtextextended('holds ' || bound_tenant()::text, 0))";
    tx.query_one(SQL, &[]).await.map(drop)
}

/// A hold that was not over before `since`.
pub async fn fetch(tx: &PoolTx<'_>, id: HoldId, since: Timestamp) -> Result<Option<Hold>, TenancyError> {
    let sql = format!(
        "-- legal_holds::fetch\nSELECT {COLUMNS} FROM legal_holds \
         WHERE tenant_id = bound_tenant() AND id = $1 AND over_at >= $2"
    );
    tx.query_opt(&sql, &[&id.as_uuid(), &since]).await?.as_ref().map(read).transpose()
}

/// Holds that were not over before `since`, the newest first, behind `after`.
pub async fn list(
    tx: &PoolTx<'_>,
    after: Option<HoldId>,
    limit: u32,
    since: Timestamp,
) -> Result<Vec<Hold>, TenancyError> {
    let sql = format!(
        "-- legal_holds::list\nSELECT {COLUMNS} FROM legal_holds \
         WHERE tenant_id = bound_tenant() AND ($1::uuid IS NULL OR id < $1) AND over_at >= $3 ORDER BY id DESC LIMIT $2"
    );
    let after = after.map(HoldId::as_uuid);
    tx.query(&sql, &[&after, &i64::from(limit), &since]).await?.iter().map(read).collect()
}

/// Lets a hold that is in force end at another moment. `false`: it is not in force.
pub async fn renew(
    tx: &PoolTx<'_>,
    id: HoldId,
    ends_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- legal_holds::renew\n\
        UPDATE legal_holds SET ends_at = $2\n\
        WHERE tenant_id = bound_tenant() AND id = $1 AND released_at IS NULL AND ends_at > $3";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &ends_at, &now]).await? == 1)
}

/// Ends a hold that is in force. `false`: it is not.
pub async fn release(
    tx: &PoolTx<'_>,
    id: HoldId,
    by: Option<Uuid>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    const SQL: &str = "-- legal_holds::release\n\
        UPDATE legal_holds SET released_at = $3, released_by = $2\n\
        WHERE tenant_id = bound_tenant() AND id = $1 AND released_at IS NULL AND ends_at > $3";
    Ok(tx.execute(SQL, &[&id.as_uuid(), &by, &now]).await? == 1)
}

/// How many holds were over before `cutoff`, up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- legal_holds::count_before\n\
        SELECT count(*) AS count FROM (\n\
            SELECT FROM legal_holds WHERE tenant_id = bound_tenant() AND over_at < $1 LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes holds that were over before `cutoff`, the oldest first and at most `limit`. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- legal_holds::purge\n\
        WITH old AS MATERIALIZED (\n\
            SELECT id FROM legal_holds WHERE tenant_id = bound_tenant() AND over_at < $1\n\
            ORDER BY over_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM legal_holds AS hold USING old WHERE hold.tenant_id = bound_tenant() AND hold.id = old.id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}
