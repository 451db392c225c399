//! What events add to figures: hours, days and subjects. It is added up here, and written by one statement.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use tokio_postgres::types::ToSql;
use uuid::Uuid;
use vivier_domain::{
    event::{Channel, Event},
    ids::ProjectId,
};
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

/// All front offices together: the highest UUID (RFC 9562, section 5.10).
pub(crate) const ALL_PROJECTS: Uuid = Uuid::max();
/// All ways, or all languages, together.
pub(crate) const ALL: &str = "*";
/// The most that one event adds to a sum: nothing of ours is larger, and sums must not overflow.
const MOST: u64 = 1_000_000_000;
/// The kind that events of kinds which this version does not know are counted under.
const UNKNOWN: &str = "unknown";

/// Since the epoch. An hour begins at the same moments in every time zone that days may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hour(i64);

impl Hour {
    pub(crate) fn of(moment: Timestamp) -> Self {
        Self(moment.as_second().div_euclid(3600))
    }

    pub(crate) fn begins(self) -> Timestamp {
        Timestamp::from_second(self.0 * 3600).unwrap_or(Timestamp::MIN)
    }
}

/// Days of the tenant's time zone.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// Which of them each hour lies in.
    pub(crate) days: BTreeMap<Hour, Date>,
    /// The last day of the last month that is added up: what comes for a day through it is added to its month, too.
    pub(crate) whole: Option<Date>,
}

impl Calendar {
    pub(crate) fn day(&self, hour: Hour) -> Date {
        self.days[&hour]
    }
}

/// What is counted apart. Its order is that of the days' primary key: what a view reads of a day was written together, and lies together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell<'a> {
    channel: &'a str,
    language: &'a str,
    project: Uuid,
    kind: &'a str,
    outcome: &'a str,
}

impl<'a> Cell<'a> {
    fn of(event: &'a Event) -> Self {
        Self {
            project: event.source.project.map_or(Uuid::nil(), ProjectId::as_uuid),
            kind: event.kind.as_str(),
            outcome: event.kind.outcome(),
            channel: event.source.channel.as_str(),
            language: event.source.language.map_or("", |language| language.as_str()),
        }
    }

    /// It, and every sum over front offices, ways and languages that it is part of.
    fn sums(self) -> impl Iterator<Item = Self> {
        (0..8).map(move |all| Self {
            project: if all & 1 == 0 { self.project } else { ALL_PROJECTS },
            channel: if all & 2 == 0 { self.channel } else { ALL },
            language: if all & 4 == 0 { self.language } else { ALL },
            ..self
        })
    }
}

/// How often, and the sum of the kind's own number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    count: i64,
    amount: i64,
}

impl Sum {
    fn add(&mut self, count: i64, amount: i64) {
        self.count += count;
        self.amount += amount;
    }
}

/// What new events add, in the order in which it is written: the same in every transaction.
#[derive(Debug, Default)]
pub(crate) struct Counts<'a> {
    hours: BTreeMap<(Hour, Cell<'a>), Sum>,
    subjects: BTreeMap<(&'a str, Hour, Uuid, Uuid), i64>,
}

impl<'a> Counts<'a> {
    /// Counts an event.
    pub(crate) fn add(&mut self, event: &'a Event) {
        let (hour, cell) = (Hour::of(event.occurred_at), Cell::of(event));
        self.hours.entry((hour, cell)).or_default().add(1, event.kind.amount().min(MOST).cast_signed());
        if let Some(subject) = event.kind.subject() {
            *self.subjects.entry((cell.kind, hour, cell.project, subject)).or_default() += 1;
        }
    }

    /// Counts an event of a kind that only a newer version knows.
    pub(crate) fn add_unknown(&mut self, occurred_at: Timestamp, kind: &'a str) {
        let (project, channel) = (Uuid::nil(), Channel::System.as_str());
        let cell = Cell { project, kind: UNKNOWN, outcome: kind, channel, language: "" };
        self.hours.entry((Hour::of(occurred_at), cell)).or_default().add(1, 0);
    }

    /// It, as the figures that it moves.
    pub(crate) fn moves(&self, calendar: &Calendar) -> Moves<'a> {
        let days = self.days(calendar);
        let mut months: BTreeMap<(Date, Cell<'a>), Sum> = BTreeMap::new();
        for ((day, cell), sum) in days.iter().filter(|((day, _), _)| Some(*day) <= calendar.whole) {
            months.entry((day.first_of_month(), *cell)).or_default().add(sum.count, sum.amount);
        }
        Moves {
            hours: Columns::of(self.hours.iter().map(|((hour, cell), sum)| (hour.begins(), *cell, *sum))),
            days: Columns::of(days.into_iter().map(|((day, cell), sum)| (day, cell, sum))),
            months: Columns::of(months.into_iter().map(|((month, cell), sum)| (month, cell, sum))),
            subjects: Subjects::of(self.subjects(calendar)),
        }
    }

    fn days(&self, calendar: &Calendar) -> BTreeMap<(Date, Cell<'a>), Sum> {
        let mut apart: BTreeMap<(Date, Cell<'a>), Sum> = BTreeMap::new();
        for ((hour, cell), sum) in &self.hours {
            apart.entry((calendar.day(*hour), *cell)).or_default().add(sum.count, sum.amount);
        }
        let mut days: BTreeMap<(Date, Cell<'a>), Sum> = BTreeMap::new();
        for ((day, cell), sum) in apart {
            for cell in cell.sums() {
                days.entry((day, cell)).or_default().add(sum.count, sum.amount);
            }
        }
        days
    }

    /// By kind, day, front office and what it is about.
    fn subjects(&self, calendar: &Calendar) -> BTreeMap<(&'a str, Date, Uuid, Uuid), i64> {
        let mut subjects = BTreeMap::new();
        for ((kind, hour, project, subject), count) in &self.subjects {
            *subjects.entry((*kind, calendar.day(*hour), *project, *subject)).or_default() += count;
        }
        subjects
    }
}

/// What is written: rows of hours, days, months and subjects.
pub(crate) struct Moves<'a> {
    hours: Columns<'a, Timestamp>,
    days: Columns<'a, Date>,
    /// Of months that were added up before.
    months: Columns<'a, Date>,
    subjects: Subjects<'a>,
}

impl Moves<'_> {
    /// Moves the tenant's figures.
    pub(crate) async fn write(&self, tx: &PoolTx<'_>) -> Result<(), DatabaseError> {
        const SQL: &str = "-- counts::write\n\
            WITH hours AS (\n\
                INSERT INTO usage_hours (tenant_id, hour, project_id, kind, outcome, channel, language, count, amount)\n\
                SELECT (SELECT bound_tenant()), n.*\n\
                FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]) AS n\n\
                ON CONFLICT (tenant_id, hour, project_id, kind, outcome, channel, language) DO UPDATE\n\
                SET count = usage_hours.count + excluded.count, amount = usage_hours.amount + excluded.amount\n\
            ), days AS (\n\
                INSERT INTO usage_days (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
                SELECT (SELECT bound_tenant()), n.*\n\
                FROM unnest($9::date[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[]) AS n\n\
                ON CONFLICT (tenant_id, channel, language, project_id, day, kind, outcome) DO UPDATE\n\
                SET count = usage_days.count + excluded.count, amount = usage_days.amount + excluded.amount\n\
            )\n\
            INSERT INTO usage_subject_packs (tenant_id, grain, kind, day, project_id, pack_id, subjects, counts)\n\
            SELECT (SELECT bound_tenant()), 'batch', n.kind, n.day, n.project_id, gen_random_uuid(), array_agg(n.subject_id), array_agg(n.count)\n\
            FROM unnest($17::text[], $18::date[], $19::uuid[], $20::uuid[], $21::bigint[]) AS n (kind, day, project_id, subject_id, count)\n\
            GROUP BY n.kind, n.day, n.project_id";
        const MONTHS: &str = "-- counts::write_months\n\
            INSERT INTO usage_whole_months (tenant_id, day, project_id, kind, outcome, channel, language, count, amount)\n\
            SELECT (SELECT bound_tenant()), n.*\n\
            FROM unnest($1::date[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]) AS n\n\
            ON CONFLICT (tenant_id, channel, language, project_id, day, kind, outcome) DO UPDATE\n\
            SET count = usage_whole_months.count + excluded.count, amount = usage_whole_months.amount + excluded.amount";
        let Self { hours, days, months, subjects } = self;
        // Hardly ever: what came late.
        if !months.moments.is_empty() {
            tx.execute(MONTHS, &months.parameters()).await?;
        }
        let subjects: [&(dyn ToSql + Sync); 5] =
            [&subjects.kinds, &subjects.days, &subjects.projects, &subjects.ids, &subjects.counts];
        tx.execute(SQL, &[&hours.parameters()[..], &days.parameters()[..], &subjects[..]].concat())
            .await
            .map(|_| ())
    }
}

/// Rows as a statement takes them.
struct Columns<'a, T> {
    moments: Vec<T>,
    projects: Vec<Uuid>,
    kinds: Vec<&'a str>,
    outcomes: Vec<&'a str>,
    channels: Vec<&'a str>,
    languages: Vec<&'a str>,
    counts: Vec<i64>,
    amounts: Vec<i64>,
}

impl<'a, T: Copy + ToSql + Sync> Columns<'a, T> {
    fn of(rows: impl Iterator<Item = (T, Cell<'a>, Sum)>) -> Self {
        let rows: Vec<_> = rows.collect();
        Self {
            moments: rows.iter().map(|row| row.0).collect(),
            projects: rows.iter().map(|row| row.1.project).collect(),
            kinds: rows.iter().map(|row| row.1.kind).collect(),
            outcomes: rows.iter().map(|row| row.1.outcome).collect(),
            channels: rows.iter().map(|row| row.1.channel).collect(),
            languages: rows.iter().map(|row| row.1.language).collect(),
            counts: rows.iter().map(|row| row.2.count).collect(),
            amounts: rows.iter().map(|row| row.2.amount).collect(),
        }
    }

    fn parameters(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.moments,
            &self.projects,
            &self.kinds,
            &self.outcomes,
            &self.channels,
            &self.languages,
            &self.counts,
            &self.amounts,
        ]
    }
}

/// Rows of subjects as a statement takes them.
struct Subjects<'a> {
    kinds: Vec<&'a str>,
    days: Vec<Date>,
    projects: Vec<Uuid>,
    ids: Vec<Uuid>,
    counts: Vec<i64>,
}

impl<'a> Subjects<'a> {
    fn of(rows: BTreeMap<(&'a str, Date, Uuid, Uuid), i64>) -> Self {
        Self {
            kinds: rows.keys().map(|key| key.0).collect(),
            days: rows.keys().map(|key| key.1).collect(),
            projects: rows.keys().map(|key| key.2).collect(),
            ids: rows.keys().map(|key| key.3).collect(),
            counts: rows.into_values().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn cell(n: u128, channel: &'static str, language: &'static str) -> Cell<'static> {
        Cell { project: Uuid::from_u128(n), kind: "search", outcome: "found", channel, language }
    }

    #[test]
    fn days_hold_every_sum_once() {
        let (hour, next) = (Hour(400_000), Hour(400_001));
        let day = date(2015, 8, 19);
        let calendar = Calendar { days: BTreeMap::from([(hour, day), (next, day)]), whole: None };
        let mut counts = Counts::default();
        for (hour, cell, count) in
            [(hour, cell(1, "web", "fr"), 2), (next, cell(1, "web", "fr"), 3), (next, cell(2, "mail", ""), 4)]
        {
            counts.hours.insert((hour, cell), Sum { count, amount: 10 * count });
        }
        let days = counts.days(&calendar);
        let all = ALL_PROJECTS.as_u128();
        for (cell, count) in [
            (cell(1, "web", "fr"), 5),
            (cell(2, "mail", ""), 4),
            (cell(all, ALL, ALL), 9),
            (cell(1, ALL, ALL), 5),
            (cell(all, "mail", ALL), 4),
            (cell(all, ALL, ""), 4),
            (cell(2, "mail", ALL), 4),
        ] {
            assert_eq!(days[&(day, cell)], Sum { count, amount: 10 * count }, "{cell:?}");
        }
        // Two cells that share nothing but the sum of everything.
        assert_eq!(days.len(), 8 + 8 - 1);
    }

    #[test]
    fn subjects_are_counted_by_the_day() {
        let hours = [Hour(400_000), Hour(400_001), Hour(400_024)];
        let days = hours.into_iter().zip([date(2015, 8, 19), date(2015, 8, 19), date(2015, 8, 20)]).collect();
        let (project, offer) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut counts = Counts::default();
        for (hour, count) in hours.into_iter().zip([2, 3, 4]) {
            counts.subjects.insert(("offer_viewed", hour, project, offer), count);
        }
        let of = |day, count| (("offer_viewed", day, project, offer), count);
        let expected = BTreeMap::from([of(date(2015, 8, 19), 5), of(date(2015, 8, 20), 4)]);
        assert_eq!(counts.subjects(&Calendar { days, whole: None }), expected);
    }

    #[test]
    fn hours_begin_before_their_moments() {
        for (moment, begins) in [
            ("2026-03-30T22:59:59.999Z", "2026-03-30T22:00:00Z"),
            ("2026-03-30T22:00:00Z", "2026-03-30T22:00:00Z"),
            ("1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z"),
        ] {
            assert_eq!(Hour::of(moment.parse().unwrap()).begins(), begins.parse::<Timestamp>().unwrap());
        }
    }
}
