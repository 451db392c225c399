//! Events of use in the shared database: one row each, whatever number of times it was delivered.

use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use uuid::Uuid;
use vivier_domain::event::{Event, EventKind};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// How many events of one kind happened on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The day, in UTC.
    pub day: Date,
    /// The kind's stable name.
    pub kind: String,
    /// How many.
    pub count: u64,
}

/// Stores events; those already there are left as they are. Returns how many are new. A tenant that does not exist is
/// [`DatabaseError::is_unknown_reference`].
pub async fn insert(tx: &PoolTx<'_>, events: &[Event]) -> Result<u64, DatabaseError> {
    // The tenant comes from the transaction, not from the events.
    const SQL: &str = "-- events::insert\n\
        INSERT INTO events (tenant_id, event_id, kind, occurred_at, detail)\n\
        SELECT bound_tenant(), new.event_id, new.kind, new.occurred_at, new.detail\n\
        FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[])\n\
             AS new (event_id, kind, occurred_at, detail)\n\
        ON CONFLICT (tenant_id, event_id) DO NOTHING";
    let ids: Vec<Uuid> = events.iter().map(|event| event.event_id.as_uuid()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let times: Vec<Timestamp> = events.iter().map(|event| event.occurred_at).collect();
    let details: Vec<Value> = events.iter().map(|event| detail(&event.kind)).collect();
    tx.execute(SQL, &[&ids, &kinds, &times, &details]).await
}

/// An event's fields without its kind, which has a column of its own, and without a visitor's share, which is kept elsewhere until
/// there are enough.
fn detail(kind: &EventKind) -> Value {
    let mut value = serde_json::to_value(kind).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("kind");
        fields.remove("share");
    }
    value
}

/// Counts by day and kind of what happened from `from` until just before `to`, in order.
pub async fn count_by_day(
    tx: &PoolTx<'_>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<DayCount>, DatabaseError> {
    const SQL: &str = "-- events::count_by_day\n\
        SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, kind, count(*) AS count\n\
        FROM events\n\
        WHERE tenant_id = bound_tenant() AND occurred_at >= $1 AND occurred_at < $2\n\
        GROUP BY day, kind\n\
        ORDER BY day, kind";
    let rows = tx.query(SQL, &[&from, &to]).await?;
    let count = |row: &tokio_postgres::Row| row.get::<_, i64>("count").unsigned_abs();
    Ok(rows
        .iter()
        .map(|row| DayCount { day: row.get("day"), kind: row.get("kind"), count: count(row) })
        .collect())
}

/// How many events happened before `cutoff`, counted up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- events::count_before\n\
        SELECT count(*) AS count FROM (\n\
            SELECT FROM events WHERE tenant_id = bound_tenant() AND occurred_at < $1 LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes events that happened before `cutoff`, the oldest first and at most `limit`. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    // A run that overlaps with another passes over the rows the other holds, instead of waiting for it. MATERIALIZED:
    // a plan may run a plain subquery once for each row, and each time the limit is counted anew.
    const SQL: &str = "-- events::purge\n\
        WITH old AS MATERIALIZED (\n\
            SELECT event_id FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at < $1\n\
            ORDER BY occurred_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM events USING old\n\
        WHERE events.tenant_id = bound_tenant() AND events.event_id = old.event_id";
    tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_detail_holds_everything_but_the_kind() {
        for (kind, expected) in [
            (
                EventKind::Search { results: 3, filters: 1, context: None, share: None },
                json!({"results": 3, "filters": 1}),
            ),
            (EventKind::ChatAnswered { citations: 2 }, json!({"citations": 2})),
            (EventKind::ChatOpened, json!({})),
        ] {
            assert_eq!(detail(&kind), expected);
        }
    }
}
