//! Offers and documents: how often each was used in a period, added up from whole months, single days, and what batches have counted since.

use jiff::{ToSpan, civil::Date};
use tokio_postgres::Row;
use uuid::Uuid;
use vivier_domain::ids::ProjectId;
use vivier_tenancy::rooms::{PoolTx, database::DatabaseError};

use super::{Span, unsigned};

/// The offers or documents that a kind of event was most often about, with how often, the most frequent first.
pub async fn list_subjects(
    tx: &PoolTx<'_>,
    span: Span,
    kind: &str,
    project: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<(Uuid, u64)>, DatabaseError> {
    let rows = rank(tx, span, [kind, ""], project, limit).await?;
    Ok(rows.iter().map(|row| (row.get("subject_id"), unsigned(row, "first"))).collect())
}

/// How often an offer was opened, and how often somebody went on to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performance {
    /// The offer.
    pub offer: Uuid,
    /// How often it was opened.
    pub viewed: u64,
    /// How often somebody went on to apply.
    pub applied: u64,
}

/// What became of offers, the most viewed first, at most `limit`; and of how many anything is known.
pub async fn list_performance(
    tx: &PoolTx<'_>,
    span: Span,
    project: Option<ProjectId>,
    limit: u32,
) -> Result<(Vec<Performance>, u64), DatabaseError> {
    let rows = rank(tx, span, ["offer_viewed", "apply_clicked"], project, limit).await?;
    let offers = rows.first().map_or(0, |row| unsigned(row, "subjects"));
    let one = |row: &Row| Performance {
        offer: row.get("subject_id"),
        viewed: unsigned(row, "first"),
        applied: unsigned(row, "second"),
    };
    Ok((rows.iter().map(one).collect(), offers))
}

/// What two kinds of events were about, by how often the first kind was, then the second, and how many there are in all. To look at each count
/// once for the second kind alone is what keeps a year short.
async fn rank(
    tx: &PoolTx<'_>,
    span: Span,
    kinds: [&str; 2],
    project: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<Row>, DatabaseError> {
    // Where nothing says through which day months hold, they hold all: figures that were taken along before that was written down.
    // LATERAL with OFFSET 0: each range is looked up in the index, whatever is thought of how many there are.
    const SQL: &str = "-- statistics::rank_subjects\n\
        WITH counted AS (\n\
            SELECT s.subject_id, s.kind, s.count * r.sign AS count\n\
            FROM unnest($1::bool[], $2::date[], $3::date[], $4::bigint[]) AS r (late, first, last, sign)\n\
            CROSS JOIN (SELECT coalesce(max(through), 'infinity') AS day FROM usage_months WHERE tenant_id = bound_tenant()) AS held,\n\
            LATERAL (SELECT subject_id, kind, count FROM usage_subjects\n\
                WHERE tenant_id = bound_tenant() AND grain = 'day' AND kind = ANY ($8)\n\
                      AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.day + 1) ELSE r.first END AND r.last\n\
                      AND ($9::uuid IS NULL OR project_id = $9) OFFSET 0) AS s\n\
            UNION ALL\n\
            SELECT unnest(p.subjects), p.kind, unnest(p.counts) FROM usage_subject_packs AS p\n\
            WHERE p.tenant_id = bound_tenant() AND p.kind = ANY ($8) AND ($9::uuid IS NULL OR p.project_id = $9)\n\
                  AND (p.grain = 'month' AND p.day = ANY ($5) OR p.grain = 'batch' AND p.day BETWEEN $6 AND $7)\n\
        )\n\
        SELECT subject_id, (every - other)::bigint AS first, other::bigint AS second, count(*) OVER () AS subjects FROM (\n\
            SELECT subject_id, sum(count) AS every, coalesce(sum(count) FILTER (WHERE kind = ($8::text[])[2]), 0) AS other\n\
            FROM counted GROUP BY subject_id\n\
        ) AS added WHERE every > 0 ORDER BY first DESC, second DESC, subject_id LIMIT $10";
    let Ranges { lates, firsts, lasts, signs, months } = ranges(span);
    let (kinds, project, limit) = (kinds.as_slice(), project.map(ProjectId::as_uuid), i64::from(limit));
    tx.query(SQL, &[&lates, &firsts, &lasts, &signs, &months, &span.from, &span.to, &kinds, &project, &limit])
        .await
}

/// What is added up, as statements take it: months as a whole, and ranges of days.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ranges {
    /// Of a range those days alone that months do not hold yet.
    lates: Vec<bool>,
    firsts: Vec<Date>,
    lasts: Vec<Date>,
    /// Whether it is added, or taken away again.
    signs: Vec<i64>,
    months: Vec<Date>,
}

/// What to add up for a period: months as a whole with the days that they do not hold yet, and of one that lies in it in part, its days, or
/// itself without its other days, whichever are fewer.
fn ranges(span: Span) -> Ranges {
    let mut ranges = Ranges::default();
    let mut month = span.from.first_of_month();
    while month <= span.to {
        let end = month.last_of_month();
        let (first, last) = (span.from.max(month), span.to.min(end));
        let within = i32::from(last.day()) - i32::from(first.day()) + 1;
        if within < i32::from(end.day()) - within {
            ranges.add(false, first, last, 1);
        } else {
            ranges.months.push(month);
            ranges.add(true, month, end, 1);
            ranges.add(false, month, first.saturating_sub(1.day()), -1);
            ranges.add(false, last.saturating_add(1.day()), end, -1);
        }
        month = end.saturating_add(1.day());
    }
    ranges
}

impl Ranges {
    fn add(&mut self, late: bool, first: Date, last: Date, sign: i64) {
        if first <= last {
            self.lates.push(late);
            self.firsts.push(first);
            self.lasts.push(last);
            self.signs.push(sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::BTreeMap;

    /// How often each day is counted, where months hold the days through `held`.
    fn days(ranges: &Ranges, held: Date) -> BTreeMap<Date, i64> {
        let whole = ranges.months.iter().map(|month| (*month, month.last_of_month().min(held), 1));
        let of = |at: usize| {
            let first = ranges.firsts[at];
            let first = if ranges.lates[at] { first.max(held.tomorrow().unwrap()) } else { first };
            (first, ranges.lasts[at], ranges.signs[at])
        };
        let mut days = BTreeMap::new();
        for (first, last, sign) in whole.chain((0..ranges.signs.len()).map(of)) {
            for day in first.series(1.day()).take_while(|day| *day <= last) {
                *days.entry(day).or_default() += sign;
            }
        }
        days.retain(|_, times| *times != 0);
        days
    }

    #[test]
    fn each_day_of_a_period_counts_once() {
        let begin = date(2025, 11, 27);
        for from in begin.series(1.day()).take(40) {
            for to in from.series(3.days()).take(140) {
                let ranges = ranges(Span { from, to, before: from });
                let expected: BTreeMap<Date, i64> =
                    from.series(1.day()).take_while(|day| *day <= to).map(|day| (day, 1)).collect();
                for held in [date(2020, 1, 1), date(2025, 12, 9), date(2026, 2, 28), date(2027, 1, 1)] {
                    assert_eq!(days(&ranges, held), expected, "{from} {to} {held}");
                }
            }
        }
    }

    #[test]
    fn a_month_so_far_is_the_month() {
        let span = Span { from: date(2026, 10, 20), to: date(2026, 11, 29), before: date(2026, 10, 20) };
        let (october, november) = (date(2026, 10, 20), date(2026, 11, 1));
        let expected = Ranges {
            lates: vec![false, true, false],
            firsts: vec![october, november, date(2026, 11, 30)],
            lasts: vec![date(2026, 10, 31), date(2026, 11, 30), date(2026, 11, 30)],
            signs: vec![1, 1, -1],
            months: vec![november],
        };
        assert_eq!(ranges(span), expected);
    }
}
