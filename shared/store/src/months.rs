//! Months, which follow their days: of offers and documents once a day, of all else when they are over.
//!
//! Offers and documents, between the batches that count them and the views that add them up. What a batch has counted lies together in few rows
//! and is added to days when there are many of them. Who reads adds what days and months do not hold yet.

use jiff::{ToSpan, civil::Date};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// No day of figures is older.
const BEGINNING: Date = jiff::civil::date(2000, 1, 1);
/// From so many offers and documents on, those of several batches counted several times, or so many rows of batches, they are added to days:
/// to move a row of a day costs as much as to store three events, and most are moved by every batch. Who reads adds up as many.
const MANY: i64 = 40_000;
const MANY_ROWS: i64 = 1_000;
/// From so many on, those of several batches counted several times, they are put together where that leaves about half: the same offers are looked at
/// all day, and what is put together is added to days less often and read faster.
const SOME: i64 = 12_000;
/// Of one of them, an id.
const BYTES: i64 = 16;
/// For so many days the stream keeps what nobody could store: until then, a month that is over is read as days.
const LATE_DAYS: i64 = 3;
/// So many months before the one that is over are added up anew with it: later events are not stored, and whatever a former version missed is in
/// them then.
const LATE_MONTHS: i64 = 4;
/// A month in more rows than these is added up anew.
const MANY_PARTS: i64 = 50;

/// What is to be done with what batches have counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// [`gather`].
    Gather,
    /// [`fold`].
    Fold,
}

/// Whether batches have counted so much that something is to be done with it.
pub(crate) async fn due(tx: &PoolTx<'_>) -> Result<Due, DatabaseError> {
    // The size of an array is told without reading it. What was put together last is the largest of its kind and day.
    const SQL: &str = "-- months::due\n\
        SELECT sum(packs) >= $1::bigint OR sum(size) >= $2::bigint AS fold, sum(size) >= greatest($3::bigint, 2 * sum(largest)) AS gather FROM (\n\
            SELECT count(*) AS packs, sum(pg_column_size(subjects)) AS size, max(pg_column_size(subjects)) AS largest\n\
            FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'batch' GROUP BY kind, day, project_id\n\
        ) AS waiting";
    let row = tx.query_one(SQL, &[&MANY_ROWS, &(MANY * BYTES), &(SOME * BYTES)]).await?;
    let is = |what| row.get::<_, Option<bool>>(what) == Some(true);
    Ok(if is("fold") {
        Due::Fold
    } else if is("gather") {
        Due::Gather
    } else {
        Due::Nothing
    })
}

/// Puts together what batches have counted, so that each offer of a day is there once. It is to be the only one who counts for the tenant.
pub(crate) async fn gather(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- months::gather\n\
        WITH batches AS (\n\
            DELETE FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'batch'\n\
            RETURNING kind, day, project_id, subjects, counts\n\
        )\n\
        INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
        SELECT (SELECT bound_tenant()), 'batch', kind, day, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count) FROM (\n\
            SELECT b.kind, b.day, b.project_id, u.subject_id, sum(u.count)::bigint AS count\n\
            FROM batches AS b, unnest(b.subjects, b.counts) AS u (subject_id, count)\n\
            GROUP BY b.kind, b.day, b.project_id, u.subject_id\n\
        ) AS counted GROUP BY kind, day, project_id";
    tx.execute(SQL, &[]).await.map(|_| ())
}

/// Adds what batches have counted to days, and to months where they hold the day already. It is to be the only one who counts for the tenant.
pub(crate) async fn fold(tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
    const SQL: &str = "-- months::fold\n\
        WITH batches AS (\n\
            DELETE FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'batch'\n\
            RETURNING kind, day, project_id, subjects, counts\n\
        ), counted AS (\n\
            SELECT b.kind, b.day, b.project_id, u.subject_id, sum(u.count)::bigint AS count\n\
            FROM batches AS b, unnest(b.subjects, b.counts) AS u (subject_id, count)\n\
            GROUP BY b.kind, b.day, b.project_id, u.subject_id\n\
        ), late AS (\n\
            INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
            SELECT (SELECT bound_tenant()), whole.grain, c.kind, date_trunc(whole.grain, c.day::timestamp)::date AS begins, c.project_id,\n\
                   gen_random_uuid(), array_agg(c.subject_id), array_agg(c.count)\n\
            FROM counted AS c, (VALUES ('month'), ('quarter')) AS whole (grain)\n\
            WHERE c.day <= (SELECT through FROM usage_months WHERE tenant_id = bound_tenant())\n\
                  AND (whole.grain = 'month' OR date_trunc('quarter', c.day::timestamp)::date IN (\n\
                      SELECT day FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'quarter'))\n\
            GROUP BY whole.grain, c.kind, begins, c.project_id\n\
        )\n\
        INSERT INTO usage_subjects (tenant_id, grain, kind, day, project_id, subject_id, count)\n\
        SELECT (SELECT bound_tenant()), 'day', kind, day, project_id, subject_id, count FROM counted ORDER BY kind, day, project_id, subject_id\n\
        ON CONFLICT (tenant_id, grain, kind, day, project_id, subject_id) DO UPDATE SET count = usage_subjects.count + excluded.count";
    tx.execute(SQL, &[]).await.map(|_| ())
}

/// Makes months hold all days through `last`, of which they hold those through `held`. It is to be the only one who counts for the tenant.
/// The months concerned are added up anew, so that nothing counts twice whatever they held, and with them any that lies in many parts; then
/// quarters that are over. One that nothing was counted in has no row, and is told by its months, which have none either.
pub(crate) async fn follow(tx: &PoolTx<'_>, held: Option<Date>, last: Date) -> Result<(), DatabaseError> {
    const FIRST: &str = "-- months::find_first\n\
        SELECT min(day) AS first, (\n\
            SELECT max(day) FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'quarter'\n\
        ) AS quarter FROM (\n\
            SELECT day FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND grain = 'month' AND day < $1\n\
            GROUP BY kind, day, project_id HAVING count(*) > $2\n\
        ) AS months";
    const FORGET: &str = "-- months::forget\n\
        DELETE FROM usage_subject_packs WHERE tenant_id = bound_tenant() AND (grain = 'month' AND day >= $1 OR grain = 'quarter' AND day >= $2)";
    const FOLLOW: &str = "-- months::follow\n\
        WITH held AS (\n\
            INSERT INTO usage_months AS m (tenant_id, through) VALUES (bound_tenant(), $2)\n\
            ON CONFLICT (tenant_id) DO UPDATE SET through = greatest(m.through, excluded.through)\n\
        )\n\
        INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
        SELECT (SELECT bound_tenant()), 'month', kind, month, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count) FROM (\n\
            SELECT kind, date_trunc('month', day::timestamp)::date AS month, project_id, subject_id, sum(count)::bigint AS count\n\
            FROM usage_subjects WHERE tenant_id = bound_tenant() AND grain = 'day' AND day BETWEEN $1 AND $2\n\
            GROUP BY kind, month, project_id, subject_id\n\
        ) AS added GROUP BY kind, month, project_id";
    const QUARTERS: &str = "-- months::add_up_quarters\n\
        INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
        SELECT (SELECT bound_tenant()), 'quarter', kind, quarter, project_id, gen_random_uuid(), array_agg(subject_id), array_agg(count) FROM (\n\
            SELECT p.kind, date_trunc('quarter', p.day::timestamp)::date AS quarter, p.project_id, u.subject_id, sum(u.count)::bigint AS count\n\
            FROM usage_subject_packs AS p, unnest(p.subjects, p.counts) AS u (subject_id, count)\n\
            WHERE p.tenant_id = bound_tenant() AND p.grain = 'month' AND p.day BETWEEN $1 AND $2\n\
            GROUP BY p.kind, quarter, p.project_id, u.subject_id\n\
        ) AS added GROUP BY kind, quarter, project_id";
    let first = held.map_or(BEGINNING, Date::first_of_month);
    let found = tx.query_one(FIRST, &[&first, &MANY_PARTS]).await?;
    let (scattered, quarter): (Option<Date>, Option<Date>) = (found.get("first"), found.get("quarter"));
    let first = scattered.unwrap_or(first);
    let quarter =
        quarter.map_or(BEGINNING, |last| first_of_quarter(first).min(last.saturating_add(3.months())));
    tx.execute(FORGET, &[&first, &quarter]).await?;
    tx.execute(FOLLOW, &[&first, &last]).await?;
    let over = first_of_quarter(last.saturating_add(1.day())).saturating_sub(1.day());
    if quarter <= over {
        tx.execute(QUARTERS, &[&quarter, &over]).await?;
    }
    Ok(())
}

/// The first day of the quarter that a day is of.
pub(crate) fn first_of_quarter(day: Date) -> Date {
    let into = (day.month() - 1) % 3;
    day.first_of_month().saturating_sub(into.months())
}

/// Adds up days of whole months that are over, where one has been for so long that hardly anything comes late for it. `held` is the last day of the
/// last month that is added up; gives what it is then. It is to be the only one who counts for the tenant.
pub(crate) async fn add_up_days(
    tx: &PoolTx<'_>,
    held: Option<Date>,
    yesterday: Date,
) -> Result<Option<Date>, DatabaseError> {
    const SQL: &str = "-- months::add_up_days\n\
        WITH held AS (\n\
            UPDATE usage_months SET whole_through = $2 WHERE tenant_id = bound_tenant()\n\
        )\n\
        INSERT INTO usage_whole_months (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
        SELECT (SELECT bound_tenant()), date_trunc('month', day::timestamp)::date AS month, project_id, kind, outcome, channel, language,\n\
               sum(count)::bigint, sum(amount)::bigint\n\
        FROM usage_days WHERE tenant_id = bound_tenant() AND day > $1 AND day <= $2\n\
        GROUP BY month, project_id, kind, outcome, channel, language\n\
        ON CONFLICT (tenant_id, channel, language, project_id, day, kind, outcome) DO UPDATE SET count = excluded.count, amount = excluded.amount";
    let over = yesterday.saturating_sub((LATE_DAYS - 1).days()).first_of_month().saturating_sub(1.day());
    if held.is_some_and(|held| held >= over) {
        return Ok(held);
    }
    let again = over.saturating_sub(LATE_MONTHS.months()).last_of_month();
    tx.execute(SQL, &[&held.map_or(BEGINNING, |held| held.min(again)), &over]).await?;
    Ok(Some(over))
}
