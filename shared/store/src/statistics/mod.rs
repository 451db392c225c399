//! Figures, read from what was counted when events were stored: no statement here looks at an event.

mod purge;
mod ranges;
mod subjects;

pub use purge::{count_days_before, count_hours_before, purge_days, purge_hours};
pub use subjects::{Performance, list_performance, list_subjects};

use jiff::{Timestamp, civil::Date};
use tokio_postgres::{
    Row,
    types::{FromSql, ToSql},
};
use uuid::Uuid;
use vivier_domain::{
    event::{Channel, Spoken, Step},
    ids::ProjectId,
};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use self::ranges::Ranges;
use crate::counts::{ALL, ALL_PROJECTS};

/// What figures are asked of. What is not named is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One front office.
    pub project: Option<ProjectId>,
    /// One way.
    pub channel: Option<Channel>,
    /// One language.
    pub language: Option<Spoken>,
    /// These kinds of events.
    pub kinds: Option<Vec<String>>,
}

/// A filter as statements over days take it: front office, way, language, kinds.
type Parts<'a> = (Uuid, &'static str, &'static str, Option<&'a [String]>);

impl Filter {
    fn parts(&self) -> Parts<'_> {
        (
            self.project.map_or(ALL_PROJECTS, ProjectId::as_uuid),
            self.channel.map_or(ALL, Channel::as_str),
            self.language.map_or(ALL, Spoken::as_str),
            self.kinds.as_deref(),
        )
    }
}

/// Days of the tenant's time zone, both counted, and the day on which as many days before them begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last one.
    pub to: Date,
    /// The first day of the period before.
    pub before: Date,
}

impl Span {
    /// What of it is kept: nothing before a day is counted, whether it is still there or not.
    #[must_use]
    pub fn kept(self, since: Date) -> Self {
        Self { from: self.from.max(since), to: self.to, before: self.before.max(since) }
    }
}

/// How often one thing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind of event; of visitors, `visitors`.
    pub kind: String,
    /// What came of it; of visitors, how far they came.
    pub outcome: String,
    /// How often in the period.
    pub count: u64,
    /// The sum of what the kind adds up.
    pub amount: u64,
    /// How often in the period before.
    pub count_before: u64,
    /// The same sum of then.
    pub amount_before: u64,
}

/// What stands for visitors among kinds.
pub const VISITORS: &str = "visitors";

fn unsigned(row: &Row, name: &str) -> u64 {
    row.get::<_, i64>(name).unsigned_abs()
}

/// What happened in a period and in the one before, by kind and outcome; visitors too, where neither channel nor language is named.
pub async fn list_totals(tx: &PoolTx<'_>, span: Span, filter: &Filter) -> Result<Vec<Count>, DatabaseError> {
    // LATERAL with OFFSET 0: each range is looked up in the index, whatever is thought of how many there are.
    const SQL: &str = "-- statistics::list_totals\n\
        WITH held AS (\n\
            SELECT coalesce(max(whole_through), '-infinity') AS day FROM usage_months WHERE tenant_id = bound_tenant()\n\
        ), counted AS (\n\
            SELECT d.kind, d.outcome, r.now, d.count, d.amount\n\
            FROM unnest($1::bool[], $2::date[], $3::date[], $4::bool[]) AS r (late, first, last, now)\n\
            CROSS JOIN held,\n\
            LATERAL (SELECT kind, outcome, count, amount FROM usage_days\n\
                WHERE tenant_id = bound_tenant() AND project_id = $7 AND channel = $8 AND language = $9\n\
                      AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.day + 1) ELSE r.first END AND r.last\n\
                      AND ($10::text[] IS NULL OR kind = ANY ($10)) OFFSET 0) AS d\n\
            UNION ALL\n\
            SELECT m.kind, m.outcome, w.now, m.count, m.amount\n\
            FROM unnest($5::date[], $6::bool[]) AS w (day, now) JOIN held ON w.day <= held.day,\n\
            LATERAL (SELECT kind, outcome, count, amount FROM usage_whole_months\n\
                WHERE tenant_id = bound_tenant() AND project_id = $7 AND channel = $8 AND language = $9 AND day = w.day\n\
                      AND ($10::text[] IS NULL OR kind = ANY ($10)) OFFSET 0) AS m\n\
            UNION ALL\n\
            SELECT 'visitors', step, day >= $13, visitors, 0 FROM usage_visitors\n\
            WHERE tenant_id = bound_tenant() AND day BETWEEN $12 AND $14\n\
                  AND project_id = $11 AND $8 = '*' AND $9 = '*' AND $10::text[] IS NULL\n\
        )\n\
        SELECT kind, outcome,\n\
               coalesce(sum(count) FILTER (WHERE now), 0)::bigint AS count,\n\
               coalesce(sum(amount) FILTER (WHERE now), 0)::bigint AS amount,\n\
               coalesce(sum(count) FILTER (WHERE NOT now), 0)::bigint AS count_before,\n\
               coalesce(sum(amount) FILTER (WHERE NOT now), 0)::bigint AS amount_before\n\
        FROM counted GROUP BY kind, outcome ORDER BY kind, outcome";
    let (project, channel, language, kinds) = filter.parts();
    // Of visitors, all front offices lie under the nil UUID.
    let visited = filter.project.map_or(Uuid::nil(), ProjectId::as_uuid);
    let mut ranges = Ranges::whole(span.from, span.to);
    let (mut now, mut whole_now) = (vec![true; ranges.lates.len()], vec![true; ranges.months.len()]);
    ranges.extend(Ranges::whole(span.before, span.from.yesterday().unwrap_or(span.from)));
    now.resize(ranges.lates.len(), false);
    whole_now.resize(ranges.months.len(), false);
    let Ranges { lates, firsts, lasts, months, .. } = ranges;
    let days: [&(dyn ToSql + Sync); 6] = [&lates, &firsts, &lasts, &now, &months, &whole_now];
    let of: [&(dyn ToSql + Sync); 8] =
        [&project, &channel, &language, &kinds, &visited, &span.before, &span.from, &span.to];
    let rows = tx.query(SQL, &[&days[..], &of[..]].concat()).await?;
    let count = |row: &Row| Count {
        kind: row.get("kind"),
        outcome: row.get("outcome"),
        count: unsigned(row, "count"),
        amount: unsigned(row, "amount"),
        count_before: unsigned(row, "count_before"),
        amount_before: unsigned(row, "amount_before"),
    };
    Ok(rows.iter().map(count).collect())
}

/// How long each point of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A day.
    Day,
    /// From a Monday on (ISO 8601).
    Week,
    /// A calendar month.
    Month,
}

impl Grain {
    /// What days are put together into, as PostgreSQL calls it.
    const fn longer(self) -> Option<&'static str> {
        match self {
            Self::Day => None,
            Self::Week => Some("week"),
            Self::Month => Some("month"),
        }
    }
}

/// How often one thing happened from point to point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<T> {
    /// The kind of event.
    pub kind: String,
    /// What came of it.
    pub outcome: String,
    /// When each point at which it happened begins, and how often it did; in order.
    pub points: Vec<(T, u64)>,
}

/// A line is one row: a year of days is eleven thousand points of thirty lines.
fn line<T: Ord + for<'a> FromSql<'a>>(row: &Row) -> Line<T> {
    let (at, counts) = (row.get::<_, Vec<T>>("at"), row.get::<_, Vec<i64>>("counts"));
    let mut points: Vec<(T, u64)> = at.into_iter().zip(counts.into_iter().map(i64::unsigned_abs)).collect();
    points.sort_unstable();
    Line { kind: row.get("kind"), outcome: row.get("outcome"), points }
}

/// What happened from day to day, week to week or month to month, by kind and outcome, in the order of their names.
pub async fn list_series(
    tx: &PoolTx<'_>,
    span: Span,
    grain: Grain,
    filter: &Filter,
) -> Result<Vec<Line<Date>>, DatabaseError> {
    // A day has one row of each kind and outcome.
    const DAYS: &str = "-- statistics::list_days\n\
        SELECT kind, outcome, array_agg(day) AS at, array_agg(count) AS counts FROM usage_days\n\
        WHERE tenant_id = bound_tenant() AND project_id = $3 AND channel = $4 AND language = $5 AND day BETWEEN $1 AND $2\n\
              AND ($6::text[] IS NULL OR kind = ANY ($6))\n\
        GROUP BY kind, outcome ORDER BY kind, outcome";
    const SPANS: &str = "-- statistics::list_series\n\
        SELECT kind, outcome, array_agg(at) AS at, array_agg(count) AS counts FROM (\n\
            SELECT date_trunc($7, day::timestamp)::date AS at, kind, outcome, sum(count)::bigint AS count FROM usage_days\n\
            WHERE tenant_id = bound_tenant() AND project_id = $3 AND channel = $4 AND language = $5 AND day BETWEEN $1 AND $2\n\
                  AND ($6::text[] IS NULL OR kind = ANY ($6))\n\
            GROUP BY at, kind, outcome\n\
        ) AS p GROUP BY kind, outcome ORDER BY kind, outcome";
    let (project, channel, language, kinds) = filter.parts();
    let span: [&(dyn ToSql + Sync); 6] = [&span.from, &span.to, &project, &channel, &language, &kinds];
    let rows = match grain.longer() {
        None => tx.query(DAYS, &span).await?,
        Some(unit) => tx.query(SPANS, &[&span[..], &[&unit]].concat()).await?,
    };
    Ok(rows.iter().map(line).collect())
}

/// What happened from hour to hour, from `from` until just before `to`, by kind and outcome, in the order of their names.
pub async fn list_hours(
    tx: &PoolTx<'_>,
    from: Timestamp,
    to: Timestamp,
    filter: &Filter,
) -> Result<Vec<Line<Timestamp>>, DatabaseError> {
    const SQL: &str = "-- statistics::list_hours\n\
        SELECT kind, outcome, array_agg(at) AS at, array_agg(count) AS counts FROM (\n\
            SELECT hour AS at, kind, outcome, sum(count)::bigint AS count FROM usage_hours\n\
            WHERE tenant_id = bound_tenant() AND hour >= $1 AND hour < $2\n\
                  AND ($3::uuid IS NULL OR project_id = $3) AND ($4::text IS NULL OR channel = $4)\n\
                  AND ($5::text IS NULL OR language = $5) AND ($6::text[] IS NULL OR kind = ANY ($6))\n\
            GROUP BY at, kind, outcome\n\
        ) AS p GROUP BY kind, outcome ORDER BY kind, outcome";
    let project = filter.project.map(ProjectId::as_uuid);
    let (channel, language) = (filter.channel.map(Channel::as_str), filter.language.map(Spoken::as_str));
    let rows = tx.query(SQL, &[&from, &to, &project, &channel, &language, &filter.kinds]).await?;
    Ok(rows.iter().map(line).collect())
}

/// What figures are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// The front office; empty where there is none.
    Project,
    /// The way.
    Channel,
    /// The language; empty where it is not known.
    Language,
}

impl Dimension {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Channel => "channel",
            Self::Language => "language",
        }
    }
}

/// How often something happened in one part of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartCount {
    /// The part.
    pub part: String,
    /// The kind of event.
    pub kind: String,
    /// What came of it.
    pub outcome: String,
    /// How often.
    pub count: u64,
}

/// What happened in a period, by parts.
pub async fn list_breakdown(
    tx: &PoolTx<'_>,
    span: Span,
    dimension: Dimension,
    filter: &Filter,
) -> Result<Vec<PartCount>, DatabaseError> {
    // Which dimension it is, is known when the statement is planned: a condition about another is none.
    const SQL: &str = "-- statistics::list_breakdown\n\
        WITH held AS (\n\
            SELECT coalesce(max(whole_through), '-infinity') AS day FROM usage_months WHERE tenant_id = bound_tenant()\n\
        ), counted AS (\n\
            SELECT d.* FROM unnest($1::bool[], $2::date[], $3::date[]) AS r (late, first, last)\n\
            CROSS JOIN held,\n\
            LATERAL (SELECT project_id, channel, language, kind, outcome, count FROM usage_days\n\
                WHERE tenant_id = bound_tenant() AND ($5::uuid IS NULL OR project_id = $5) AND ($6::text IS NULL OR channel = $6)\n\
                      AND ($7::text IS NULL OR language = $7)\n\
                      AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.day + 1) ELSE r.first END AND r.last\n\
                      AND ($8::text[] IS NULL OR kind = ANY ($8)) OFFSET 0) AS d\n\
            UNION ALL\n\
            SELECT m.* FROM unnest($4::date[]) AS w (day) JOIN held ON w.day <= held.day,\n\
            LATERAL (SELECT project_id, channel, language, kind, outcome, count FROM usage_whole_months\n\
                WHERE tenant_id = bound_tenant() AND ($5::uuid IS NULL OR project_id = $5) AND ($6::text IS NULL OR channel = $6)\n\
                      AND ($7::text IS NULL OR language = $7) AND day = w.day\n\
                      AND ($8::text[] IS NULL OR kind = ANY ($8)) OFFSET 0) AS m\n\
        )\n\
        SELECT CASE $9 WHEN 'project' THEN coalesce(nullif(project_id, '00000000-0000-0000-0000-000000000000')::text, '')\n\
                       WHEN 'channel' THEN channel ELSE language END AS part,\n\
               kind, outcome, sum(count)::bigint AS count FROM counted\n\
        WHERE CASE $9 WHEN 'project' THEN project_id <> $10 WHEN 'channel' THEN channel <> '*' ELSE language <> '*' END\n\
        GROUP BY part, kind, outcome ORDER BY part, kind, outcome";
    let (project, channel, language, kinds) = filter.parts();
    // Of what it is broken down by, all parts are read where none is named.
    let project = (dimension != Dimension::Project || filter.project.is_some()).then_some(project);
    let channel = (dimension != Dimension::Channel || filter.channel.is_some()).then_some(channel);
    let language = (dimension != Dimension::Language || filter.language.is_some()).then_some(language);
    let Ranges { lates, firsts, lasts, months, .. } = Ranges::whole(span.from, span.to);
    let rows = tx
        .query(
            SQL,
            &[
                &lates,
                &firsts,
                &lasts,
                &months,
                &project,
                &channel,
                &language,
                &kinds,
                &dimension.as_str(),
                &ALL_PROJECTS,
            ],
        )
        .await?;
    let part = |row: &Row| PartCount {
        part: row.get("part"),
        kind: row.get("kind"),
        outcome: row.get("outcome"),
        count: unsigned(row, "count"),
    };
    Ok(rows.iter().map(part).collect())
}

/// The name of the time zone that the tenant's days are of.
pub async fn fetch_zone(tx: &PoolTx<'_>) -> Result<String, DatabaseError> {
    const SQL: &str = "-- statistics::fetch_zone\n\
        SELECT usage_zone() AS zone";
    Ok(tx.query_one(SQL, &[]).await?.get::<_, Option<String>>("zone").unwrap_or_else(|| "UTC".to_owned()))
}

/// Makes the tenant's days those of another time zone: from `first` on they are counted anew from hours, days before it stay as they
/// are. The hours between the two midnights at which `first` begins are in both days, or in neither. Visitors and subjects of the past stay
/// on the days that they were counted on.
pub async fn set_zone(tx: &PoolTx<'_>, zone: &str, first: Date) -> Result<(), DatabaseError> {
    const SQL: &str = "-- statistics::set_zone\n\
        SELECT usage_set_zone($1, $2)";
    tx.query_one(SQL, &[&zone, &first]).await.map(|_| ())
}

/// How far visitors came, among what [`list_totals`] gives: of the period, and of the one before.
pub fn visitors_at(totals: &[Count], step: Step) -> (u64, u64) {
    let found = totals.iter().find(|one| one.kind == VISITORS && one.outcome == step.as_str());
    found.map_or((0, 0), |one| (one.count, one.count_before))
}
