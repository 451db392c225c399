//! Events of use in the shared database: one row each, whatever number of times it was delivered, and every figure moved by exactly
//! what is new, in the same transaction.

use std::collections::{BTreeSet, HashSet};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde_json::Value;
use tokio_postgres::types::Type;
use uuid::Uuid;
use vivier_domain::{
    event::{Envelope, Event, EventKind},
    ids::ProjectId,
    retention::Days,
};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use crate::visitors;

/// The most that one event adds to a sum: nothing of ours is larger, and sums must not overflow.
const MOST: u64 = 1_000_000_000;

/// Stores events and counts them; those already there are left as they are. Returns how many are new. A tenant that does not exist
/// is [`DatabaseError::is_unknown_reference`].
pub async fn insert(tx: &PoolTx<'_>, events: &[Event]) -> Result<u64, DatabaseError> {
    const STAGE: &str = "-- events::stage\n\
        CREATE TEMPORARY TABLE IF NOT EXISTS staged_events (\n\
            event_id uuid NOT NULL, occurred_at timestamptz NOT NULL, kind text NOT NULL, outcome text NOT NULL,\n\
            project_id uuid NOT NULL, channel text NOT NULL, language text NOT NULL, amount bigint NOT NULL,\n\
            subject_id uuid, detail jsonb NOT NULL\n\
        ) ON COMMIT DELETE ROWS";
    const COPY: &str = "-- events::copy\n\
        COPY staged_events FROM STDIN (FORMAT binary)";
    const TYPES: [Type; 10] = [
        Type::UUID,
        Type::TIMESTAMPTZ,
        Type::TEXT,
        Type::TEXT,
        Type::UUID,
        Type::TEXT,
        Type::TEXT,
        Type::INT8,
        Type::UUID,
        Type::JSONB,
    ];
    // The order of what is written is the same in every transaction; usage_begin() lets in one of a tenant at a time besides.
    const COUNT: &str = "-- events::insert\n\
        WITH new AS (\n\
            INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail)\n\
            SELECT bound_tenant(), occurred_at, event_id, kind, detail FROM staged_events ORDER BY occurred_at, event_id\n\
            ON CONFLICT (tenant_id, occurred_at, event_id) DO NOTHING\n\
            RETURNING occurred_at, event_id\n\
        ), fresh AS MATERIALIZED (\n\
            SELECT s.*, (s.occurred_at AT TIME ZONE $1)::date AS day FROM staged_events s JOIN new USING (event_id, occurred_at)\n\
        ), hours AS (\n\
            INSERT INTO usage_hours (tenant_id, hour, project_id, kind, outcome, channel, language, count, amount)\n\
            SELECT bound_tenant(), date_trunc('hour', occurred_at, 'UTC'), project_id, kind, outcome, channel, language,\n\
                   count(*), sum(amount)\n\
            FROM fresh GROUP BY 2, 3, 4, 5, 6, 7\n\
            ON CONFLICT (tenant_id, hour, project_id, kind, outcome, channel, language) DO UPDATE\n\
            SET count = usage_hours.count + excluded.count, amount = usage_hours.amount + excluded.amount\n\
        ), days AS (\n\
            INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
            SELECT bound_tenant(), day, project_id, kind, outcome, channel, language, count(*), sum(amount)\n\
            FROM fresh GROUP BY 2, 3, 4, 5, 6, 7\n\
            ON CONFLICT (tenant_id, day, project_id, kind, outcome, channel, language) DO UPDATE\n\
            SET count = usage_days.count + excluded.count, amount = usage_days.amount + excluded.amount\n\
        ), subjects AS (\n\
            INSERT INTO usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)\n\
            SELECT bound_tenant(), g.grain, kind, CASE g.grain WHEN 'day' THEN day ELSE date_trunc('month', day)::date END,\n\
                   project_id, subject_id, count(*)\n\
            FROM fresh CROSS JOIN (VALUES ('day'), ('month')) AS g (grain)\n\
            WHERE subject_id IS NOT NULL GROUP BY 2, 3, 4, 5, 6\n\
            ON CONFLICT (tenant_id, grain, kind, day, project_id, subject_id) DO UPDATE\n\
            SET count = usage_subjects.count + excluded.count\n\
        )\n\
        SELECT event_id FROM fresh";
    if events.is_empty() {
        return Ok(0);
    }
    let zone = begin(tx, events.iter().map(|event| event.occurred_at)).await?;
    tx.execute(STAGE, &[]).await?;
    let mut seen = HashSet::with_capacity(events.len());
    let staged: Vec<Staged<'_>> =
        events.iter().filter(|event| seen.insert(event.event_id)).map(Staged::of).collect();
    let rows: Vec<_> = staged.iter().map(Staged::row).collect();
    tx.copy_in(COPY, &TYPES, rows).await?;
    let mut fresh: HashSet<Uuid> =
        tx.query(COUNT, &[&zone]).await?.iter().map(|row| row.get("event_id")).collect();
    let new = fresh.len() as u64;
    if new > 0 {
        let came = events.iter().filter(|event| fresh.remove(&event.event_id.as_uuid()));
        // PostgreSQL has the same database of zones (IANA), if not of the same year. No figure is better than one of another day.
        if let Ok(zone) = TimeZone::get(&zone) {
            visitors::add(tx, &zone, came).await?;
        } else {
            tracing::error!(zone, "a time zone is not known: visitors are not counted");
        }
    }
    Ok(new)
}

/// Opens the days that events are of, and gives the name of the tenant's time zone.
async fn begin(tx: &PoolTx<'_>, times: impl Iterator<Item = Timestamp>) -> Result<String, DatabaseError> {
    const BEGIN: &str = "-- events::begin\n\
        SELECT usage_begin($1) AS zone";
    let days: BTreeSet<Date> = times.map(|at| Offset::UTC.to_datetime(at).date()).collect();
    let days: Vec<Date> = days.into_iter().collect();
    Ok(tx.query_one(BEGIN, &[&days]).await?.get("zone"))
}

/// An event as it is copied.
struct Staged<'a> {
    event_id: Uuid,
    occurred_at: Timestamp,
    kind: &'a str,
    outcome: &'a str,
    project_id: Uuid,
    channel: &'a str,
    language: &'a str,
    amount: i64,
    subject_id: Option<Uuid>,
    detail: Value,
}

impl<'a> Staged<'a> {
    fn of(event: &'a Event) -> Self {
        Self {
            event_id: event.event_id.as_uuid(),
            occurred_at: event.occurred_at,
            kind: event.kind.as_str(),
            outcome: event.kind.outcome(),
            project_id: event.source.project.map_or(Uuid::nil(), ProjectId::as_uuid),
            channel: event.source.channel.as_str(),
            language: event.source.language.map_or("", |language| language.as_str()),
            amount: event.kind.amount().min(MOST).cast_signed(),
            subject_id: event.kind.subject(),
            detail: detail(&event.kind),
        }
    }

    fn row(&self) -> [&(dyn tokio_postgres::types::ToSql + Sync); 10] {
        [
            &self.event_id,
            &self.occurred_at,
            &self.kind,
            &self.outcome,
            &self.project_id,
            &self.channel,
            &self.language,
            &self.amount,
            &self.subject_id,
            &self.detail,
        ]
    }
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

/// Keeps events of kinds that this version does not know, and counts them under the kind `unknown`. Returns how many are new.
pub async fn keep_aside(tx: &PoolTx<'_>, events: &[(Envelope, Value)]) -> Result<u64, DatabaseError> {
    const KEEP: &str = "-- events::keep_aside\n\
        WITH new AS (\n\
            INSERT INTO events_aside (tenant_id, event_id, occurred_at, kind, body)\n\
            SELECT bound_tenant(), n.event_id, n.occurred_at, n.kind, n.body\n\
            FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[]) AS n (event_id, occurred_at, kind, body)\n\
            ON CONFLICT (tenant_id, event_id) DO NOTHING\n\
            RETURNING occurred_at, kind\n\
        ), hours AS (\n\
            INSERT INTO usage_hours (tenant_id, hour, project_id, kind, outcome, channel, language, count, amount)\n\
            SELECT bound_tenant(), date_trunc('hour', occurred_at, 'UTC'), $6, 'unknown', kind, 'system', '', count(*), 0\n\
            FROM new GROUP BY 2, 5\n\
            ON CONFLICT (tenant_id, hour, project_id, kind, outcome, channel, language) DO UPDATE\n\
            SET count = usage_hours.count + excluded.count\n\
        ), days AS (\n\
            INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
            SELECT bound_tenant(), (occurred_at AT TIME ZONE $5)::date, $6, 'unknown', kind, 'system', '', count(*), 0\n\
            FROM new GROUP BY 2, 5\n\
            ON CONFLICT (tenant_id, day, project_id, kind, outcome, channel, language) DO UPDATE\n\
            SET count = usage_days.count + excluded.count\n\
        )\n\
        SELECT count(*) AS new FROM new";
    if events.is_empty() {
        return Ok(0);
    }
    // They lie in no partition.
    let zone = begin(tx, std::iter::empty()).await?;
    let ids: Vec<Uuid> = events.iter().map(|(envelope, _)| envelope.event_id.as_uuid()).collect();
    let times: Vec<Timestamp> = events.iter().map(|(envelope, _)| envelope.occurred_at).collect();
    let kinds: Vec<&str> = events.iter().map(|(envelope, _)| envelope.kind.as_str()).collect();
    let bodies: Vec<&Value> = events.iter().map(|(_, body)| body).collect();
    let row = tx.query_one(KEEP, &[&ids, &times, &kinds, &bodies, &zone, &Uuid::nil()]).await?;
    Ok(row.get::<_, i64>("new").unsigned_abs())
}

/// The last day (UTC) of which nothing may be kept at `now` whatever a tenant wants: whole days go when their first moment is as old
/// as an event may get, so that nothing of them gets older.
pub fn last_day_over(now: Timestamp) -> Date {
    let first = Timestamp::from_second(now.as_second() - Days::MAXIMUM.seconds()).unwrap_or(Timestamp::MIN);
    Offset::UTC.to_datetime(first).date()
}

/// Makes the partitions of these days ahead.
pub async fn prepare(tx: &PoolTx<'_>, days: &[Date]) -> Result<(), DatabaseError> {
    const SQL: &str = "-- events::prepare\n\
        SELECT events_prepare($1)";
    tx.query_one(SQL, &[&days]).await.map(|_| ())
}

/// Drops the partitions of days through `last`, with all that is in them, of every tenant. Returns how many days. Its cost does not
/// depend on how many events they hold.
pub async fn drop_through(tx: &PoolTx<'_>, last: Date) -> Result<u32, DatabaseError> {
    const SQL: &str = "-- events::drop_through\n\
        SELECT events_drop_through($1) AS dropped";
    Ok(tx.query_one(SQL, &[&last]).await?.get::<_, i32>("dropped").unsigned_abs())
}

/// How many events happened before `cutoff`, counted up to `limit`.
pub async fn count_before(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    const SQL: &str = "-- events::count_before\n\
        SELECT count(*) AS count FROM (\n\
            (SELECT FROM events WHERE tenant_id = bound_tenant() AND occurred_at < $1 LIMIT $2)\n\
            UNION ALL\n\
            (SELECT FROM events_aside WHERE tenant_id = bound_tenant() AND occurred_at < $1 LIMIT $2)\n\
            LIMIT $2\n\
        ) AS old";
    let row = tx.query_one(SQL, &[&cutoff, &i64::from(limit)]).await?;
    Ok(row.get::<_, i64>("count").unsigned_abs())
}

/// Removes events that happened before `cutoff`, the oldest first and at most `limit`, and what was kept aside. Returns how many.
pub async fn purge(tx: &PoolTx<'_>, cutoff: Timestamp, limit: u32) -> Result<u64, DatabaseError> {
    // A run that overlaps with another passes over the rows the other holds, instead of waiting for it. MATERIALIZED:
    // a plan may run a plain subquery once for each row, and each time the limit is counted anew.
    const SQL: &str = "-- events::purge\n\
        WITH old AS MATERIALIZED (\n\
            SELECT occurred_at, event_id FROM events\n\
            WHERE tenant_id = bound_tenant() AND occurred_at < $1\n\
            ORDER BY occurred_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM events USING old\n\
        WHERE events.tenant_id = bound_tenant() AND events.occurred_at = old.occurred_at AND events.event_id = old.event_id";
    const ASIDE: &str = "-- events::purge_aside\n\
        WITH old AS MATERIALIZED (\n\
            SELECT event_id FROM events_aside\n\
            WHERE tenant_id = bound_tenant() AND occurred_at < $1\n\
            ORDER BY occurred_at LIMIT $2 FOR UPDATE SKIP LOCKED\n\
        )\n\
        DELETE FROM events_aside USING old\n\
        WHERE events_aside.tenant_id = bound_tenant() AND events_aside.event_id = old.event_id";
    let removed = tx.execute(SQL, &[&cutoff, &i64::from(limit)]).await?;
    let left = i64::from(limit).saturating_sub(i64::try_from(removed).unwrap_or(i64::MAX));
    Ok(removed + tx.execute(ASIDE, &[&cutoff, &left]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_detail_holds_everything_but_the_kind() {
        for (kind, expected) in [
            (
                EventKind::Search { results: 3, filters: 1, further: false, context: None, share: None },
                json!({"results": 3, "filters": 1}),
            ),
            (EventKind::ChatAnswered { citations: 2 }, json!({"citations": 2})),
            (EventKind::ChatOpened {}, json!({})),
        ] {
            assert_eq!(detail(&kind), expected);
        }
    }

    #[test]
    fn whole_days_go_before_anything_in_them_is_too_old() {
        for (now, last) in [
            ("2026-04-01T00:00:00Z", "2026-01-01"),
            ("2026-04-01T23:59:59Z", "2026-01-01"),
            ("2026-04-02T00:00:00Z", "2026-01-02"),
        ] {
            assert_eq!(last_day_over(now.parse().unwrap()).to_string(), last, "{now}");
        }
    }
}
