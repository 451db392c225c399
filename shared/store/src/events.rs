//! Events of use in the shared database: one row each, whatever number of times it was delivered, and every figure moved by exactly
//! what is new, in the same transaction.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde_json::Value;
use tokio_postgres::types::ToSql;
use uuid::Uuid;
use vivier_domain::{
    event::{Envelope, Event, EventKind},
    ids::RunId,
    retention::{DataKind, days_before},
};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use crate::{
    counts::{Calendar, Counts, Hour, Moves},
    months::{self, Due},
    visitors::{self, Came},
};

/// In how many statements a batch is stored: while the server stores some events, the next are put into what it takes.
const PARTS: usize = 8;
/// How many events a statement stores at least.
const LEAST: usize = 250;

/// Stores events and counts them; those already there are left as they are. Returns how many are new. A tenant that does not exist
/// is [`DatabaseError::is_unknown_reference`].
pub async fn insert(tx: &PoolTx<'_>, events: &[Event]) -> Result<u64, DatabaseError> {
    if events.is_empty() {
        return Ok(0);
    }
    let calendar = begin(tx, events.iter().map(|event| event.occurred_at)).await?;
    let mut seen = HashSet::with_capacity(events.len());
    let mut new: Vec<&Event> = events.iter().filter(|event| seen.insert(event.event_id)).collect();
    // The order of the primary key, which grows at its end.
    new.sort_unstable_by_key(|event| (event.occurred_at, event.event_id));
    // They are counted while the database writes them.
    let (missing, mut counted) = tokio::join!(write(tx, &new), count(&calendar, &new));
    if let Some(missing) = missing? {
        new.retain(|event| missing.contains(&event.event_id.as_uuid()));
        counted = count(&calendar, &new).await;
    }
    if new.is_empty() {
        return Ok(0);
    }
    let (moves, came) = counted;
    let (added, moved) = tokio::join!(visitors::add(tx, came), moves.write(tx));
    match moved {
        Err(error) if error.is_aftermath() => added.and(Err(error))?,
        moved => moved.and(added)?,
    }
    Ok(new.len() as u64)
}

/// What events add to figures, and who came. Now and then it lets others go on.
async fn count<'a>(calendar: &Calendar, events: &[&'a Event]) -> (Moves<'a>, Came) {
    const AT_A_TIME: usize = 256;
    let (mut counts, mut came) = (Counts::default(), Came::default());
    for some in events.chunks(AT_A_TIME) {
        tokio::task::yield_now().await;
        for event in some {
            counts.add(event);
            came.add(calendar, event);
        }
    }
    (counts.moves(calendar), came)
}

/// Opens the days that events are of. Gives the day of the tenant's time zone that each of their hours lies in. Days are made to hold what many
/// batches have counted, and months to hold yesterday, where that is still to be done.
async fn begin(tx: &PoolTx<'_>, times: impl Iterator<Item = Timestamp>) -> Result<Calendar, DatabaseError> {
    const BEGIN: &str = "-- events::begin\n\
        SELECT usage_begin($1) AS zone";
    // A statement of its own, as it is to see what was done by who counted before. PostgreSQL alone says which day an hour lies in: it counts
    // them anew when the zone is changed.
    const DAYS: &str = "-- events::days\n\
        SELECT h.begins, (h.begins AT TIME ZONE $1)::date AS day, months.through, months.whole_through,\n\
               (clock_timestamp() AT TIME ZONE $1)::date - 1 AS yesterday\n\
        FROM unnest($2::timestamptz[]) AS h (begins)\n\
        LEFT JOIN usage_months AS months ON months.tenant_id = bound_tenant()";
    let hours: BTreeSet<Hour> = times.map(Hour::of).collect();
    let begins: Vec<Timestamp> = hours.iter().map(|hour| hour.begins()).collect();
    let days: BTreeSet<Date> = begins.iter().map(|at| Offset::UTC.to_datetime(*at).date()).collect();
    let days: Vec<Date> = days.into_iter().collect();
    let zone: String = tx.query_one(BEGIN, &[&days]).await?.get("zone");
    let asked: [&(dyn ToSql + Sync); 2] = [&zone, &begins];
    let (rows, due) = tokio::join!(tx.query(DAYS, &asked), months::due(tx));
    let (rows, due) = (rows?, due?);
    let mut whole: Option<Date> = None;
    if let Some(row) = rows.first() {
        let (held, yesterday): (Option<Date>, Date) = (row.get("through"), row.get("yesterday"));
        whole = row.get("whole_through");
        let behind = held.is_none_or(|held| held < yesterday);
        match if behind { Due::Fold } else { due } {
            Due::Fold => months::fold(tx).await?,
            Due::Gather => months::gather(tx).await?,
            Due::Nothing => {}
        }
        if behind {
            months::follow(tx, held, yesterday).await?;
            whole = months::add_up_days(tx, whole, yesterday).await?;
        }
    }
    let days = rows.iter().map(|row| (Hour::of(row.get("begins")), row.get("day"))).collect();
    Ok(Calendar { days, whole })
}

/// Writes events to where they lie. Where some lay there already, tells which did not. Arrays, and no `COPY`: row security knows none into its own
/// tables, and a table to copy into first is emptied at each commit, which takes as long as all the rest. Details come as text: the server reads
/// an array of `jsonb` twice, which takes as long as to store it.
async fn write(tx: &PoolTx<'_>, events: &[&Event]) -> Result<Option<HashSet<Uuid>>, DatabaseError> {
    const ALL: &str = "-- events::insert\n\
        INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail)\n\
        SELECT (SELECT bound_tenant()), unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[])::jsonb";
    const NEW: &str = "-- events::insert_new\n\
        INSERT INTO events (tenant_id, occurred_at, event_id, kind, detail)\n\
        SELECT (SELECT bound_tenant()), unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[])::jsonb\n\
        ON CONFLICT (tenant_id, occurred_at, event_id) DO NOTHING\n\
        RETURNING event_id";
    // A batch is nearly always new as a whole, and to look for each event as it is stored costs as much again as to store it.
    let parts = events.chunks(events.len().div_ceil(PARTS).max(LEAST)).map(|part| move || columns(part));
    if tx.execute_unless_there(ALL, parts).await?.is_some() {
        return Ok(None);
    }
    let columns = columns(events);
    let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column as _).collect();
    Ok(Some(tx.query(NEW, &columns).await?.iter().map(|row| row.get("event_id")).collect()))
}

/// Events as statements take them: times, ids, kinds and details.
fn columns(events: &[&Event]) -> Vec<Box<dyn ToSql + Sync + Send>> {
    let times: Vec<Timestamp> = events.iter().map(|event| event.occurred_at).collect();
    let ids: Vec<Uuid> = events.iter().map(|event| event.event_id.as_uuid()).collect();
    let kinds: Vec<&'static str> = events.iter().map(|event| event.kind.as_str()).collect();
    let details: Vec<String> = events.iter().map(|event| detail(&event.kind)).collect();
    vec![Box::new(times), Box::new(ids), Box::new(kinds), Box::new(details)]
}

/// An event's fields as JSON, without its kind, which has a column of its own, and without a visitor's share, which is kept elsewhere
/// until there are enough.
fn detail(kind: &EventKind) -> String {
    let mut shareless = Cow::Borrowed(kind);
    if matches!(kind, EventKind::Search { share: Some(_), .. })
        && let EventKind::Search { share, .. } = shareless.to_mut()
    {
        *share = None;
    }
    // What serde calls a tag comes first.
    let whole = serde_json::to_string(&shareless).unwrap_or_default();
    let behind = whole.split_once(kind.as_str()).map_or("", |(_, behind)| behind);
    let fields = behind.strip_prefix("\",").or_else(|| behind.strip_prefix('"')).unwrap_or("}");
    format!("{{{fields}")
}

/// Keeps events of kinds that this version does not know, and counts them under the kind `unknown`. Returns how many are new.
pub async fn keep_aside(tx: &PoolTx<'_>, events: &[(Envelope, Value)]) -> Result<u64, DatabaseError> {
    const KEEP: &str = "-- events::keep_aside\n\
        INSERT INTO events_aside (tenant_id, event_id, occurred_at, kind, body)\n\
        SELECT bound_tenant(), n.event_id, n.occurred_at, n.kind, n.body\n\
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[]) AS n (event_id, occurred_at, kind, body)\n\
        ON CONFLICT (tenant_id, event_id) DO NOTHING\n\
        RETURNING occurred_at, kind";
    if events.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = events.iter().map(|(envelope, _)| envelope.event_id.as_uuid()).collect();
    let times: Vec<Timestamp> = events.iter().map(|(envelope, _)| envelope.occurred_at).collect();
    let kinds: Vec<&str> = events.iter().map(|(envelope, _)| envelope.kind.as_str()).collect();
    let bodies: Vec<&Value> = events.iter().map(|(_, body)| body).collect();
    let calendar = begin(tx, times.iter().copied()).await?;
    let new = tx.query(KEEP, &[&ids, &times, &kinds, &bodies]).await?;
    let mut counts = Counts::default();
    for row in &new {
        counts.add_unknown(row.get("occurred_at"), row.get("kind"));
    }
    counts.moves(&calendar).write(tx).await?;
    Ok(new.len() as u64)
}

/// The last day (UTC) of which nothing may be kept at `now` whatever a tenant wants: whole days go when their first moment is as old
/// as an event may get, so that nothing of them gets older.
pub fn last_day_over(now: Timestamp) -> Date {
    Offset::UTC.to_datetime(days_before(now, DataKind::Events.most())).date()
}

/// Makes the partitions of these days ahead.
pub async fn prepare(tx: &PoolTx<'_>, days: &[Date]) -> Result<(), DatabaseError> {
    const SQL: &str = "-- events::prepare\n\
        SELECT events_prepare($1)";
    tx.query_one(SQL, &[&days]).await.map(|_| ())
}

/// Drops the partitions of days through `last`, with all that is in them, of every tenant, but for days of which somebody holds events. Each
/// tenant's part is entered in the report of the run. Returns how many days. Its cost does not depend on how many events they hold.
pub async fn drop_through(tx: &PoolTx<'_>, last: Date, run: RunId) -> Result<u32, DatabaseError> {
    const SQL: &str = "-- events::drop_through\n\
        SELECT events_drop_through($1, $2) AS dropped";
    let row = tx.query_one(SQL, &[&last, &run.as_uuid()]).await?;
    Ok(row.get::<_, i32>("dropped").unsigned_abs())
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
        WHERE events.tenant_id = bound_tenant() AND events.occurred_at = old.occurred_at AND events.event_id = old.event_id\n\
              AND events.occurred_at < $1";
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
    use vivier_domain::{
        event::{QueryShare, SearchContext},
        ids::{OfferId, ProjectId},
        opaque::Opaque,
    };

    #[test]
    fn the_detail_holds_everything_but_the_kind_and_a_share() {
        let (project, offer_id) = (ProjectId::generate(), OfferId::generate());
        let context = SearchContext { project, search: Opaque([1; 12]), tag: None, trial: None };
        let told = json!({"project": project, "search": Opaque([1; 12])});
        let (x, y, sealed) = (Opaque([2; 32]), Opaque([3; 32]), Opaque([4; 144]));
        let share = Some(Box::new(QueryShare { visitors: 5, x, y, sealed }));
        for (kind, expected) in [
            (
                EventKind::Search { results: 3, filters: 1, further: false, context: None, share: None },
                json!({"results": 3, "filters": 1}),
            ),
            (
                EventKind::Search { results: 3, filters: 1, further: false, context: Some(context), share },
                json!({"results": 3, "filters": 1, "context": told}),
            ),
            (
                EventKind::OfferViewed { offer_id, context: Some(context), position: Some(3) },
                json!({"offer_id": offer_id, "context": told, "position": 3}),
            ),
            (EventKind::ChatAnswered { citations: 2 }, json!({"citations": 2})),
            (EventKind::ChatOpened {}, json!({})),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&detail(&kind)).unwrap(), expected);
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
