//! Offers and documents: how often each was used in a period, added up from whole months and single days.

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
    // Where nothing says through which day months hold, they hold all: figures that were taken along before that was written down.
    // LATERAL with OFFSET 0: each range is looked up in the index, whatever is thought of how many there are.
    const SQL: &str = "-- statistics::list_subjects\n\
        SELECT s.subject_id, sum(s.count * r.sign)::bigint AS count\n\
        FROM unnest($1::text[], $2::bool[], $3::date[], $4::date[], $5::bigint[]) AS r (grain, late, first, last, sign)\n\
        CROSS JOIN (SELECT coalesce(max(through), 'infinity') AS day FROM usage_months WHERE tenant_id = bound_tenant()) AS held,\n\
        LATERAL (SELECT subject_id, count FROM usage_subjects\n\
            WHERE tenant_id = bound_tenant() AND grain = r.grain AND kind = $6\n\
                  AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.day + 1) ELSE r.first END AND r.last\n\
                  AND ($7::uuid IS NULL OR project_id = $7) OFFSET 0) AS s\n\
        GROUP BY s.subject_id HAVING sum(s.count * r.sign) > 0 ORDER BY count DESC, s.subject_id LIMIT $8";
    let (grains, lates, firsts, lasts, signs) = columns(&ranges(span));
    let (project, limit) = (project.map(ProjectId::as_uuid), i64::from(limit));
    let rows = tx.query(SQL, &[&grains, &lates, &firsts, &lasts, &signs, &kind, &project, &limit]).await?;
    Ok(rows.iter().map(|row| (row.get("subject_id"), unsigned(row, "count"))).collect())
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
    const SQL: &str = "-- statistics::list_performance\n\
        SELECT s.subject_id, count(*) OVER () AS offers,\n\
               coalesce(sum(s.count * r.sign) FILTER (WHERE s.kind = 'offer_viewed'), 0)::bigint AS viewed,\n\
               coalesce(sum(s.count * r.sign) FILTER (WHERE s.kind = 'apply_clicked'), 0)::bigint AS applied\n\
        FROM unnest($1::text[], $2::bool[], $3::date[], $4::date[], $5::bigint[]) AS r (grain, late, first, last, sign)\n\
        CROSS JOIN (SELECT coalesce(max(through), 'infinity') AS day FROM usage_months WHERE tenant_id = bound_tenant()) AS held,\n\
        LATERAL (SELECT subject_id, kind, count FROM usage_subjects\n\
            WHERE tenant_id = bound_tenant() AND grain = r.grain AND kind IN ('offer_viewed', 'apply_clicked')\n\
                  AND day BETWEEN CASE WHEN r.late THEN greatest(r.first, held.day + 1) ELSE r.first END AND r.last\n\
                  AND ($6::uuid IS NULL OR project_id = $6) OFFSET 0) AS s\n\
        GROUP BY s.subject_id HAVING sum(s.count * r.sign) > 0 ORDER BY viewed DESC, applied DESC, s.subject_id LIMIT $7";
    let (grains, lates, firsts, lasts, signs) = columns(&ranges(span));
    let (project, limit) = (project.map(ProjectId::as_uuid), i64::from(limit));
    let rows = tx.query(SQL, &[&grains, &lates, &firsts, &lasts, &signs, &project, &limit]).await?;
    let offers = rows.first().map_or(0, |row| unsigned(row, "offers"));
    let one = |row: &Row| Performance {
        offer: row.get("subject_id"),
        viewed: unsigned(row, "viewed"),
        applied: unsigned(row, "applied"),
    };
    Ok((rows.iter().map(one).collect(), offers))
}

/// Days or months that are added, or taken away again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    grain: &'static str,
    /// Of it those days alone that months do not hold yet.
    late: bool,
    first: Date,
    last: Date,
    sign: i64,
}

/// What to add up for a period: months as a whole with the days that they do not hold yet, and of one that lies in it in part, its days, or
/// itself without its other days, whichever are fewer.
fn ranges(span: Span) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut month = span.from.first_of_month();
    while month <= span.to {
        let end = month.last_of_month();
        let (first, last) = (span.from.max(month), span.to.min(end));
        let within = i32::from(last.day()) - i32::from(first.day()) + 1;
        let mut add = |grain, late, first, last, sign| {
            if first <= last {
                ranges.push(Range { grain, late, first, last, sign });
            }
        };
        if within < i32::from(end.day()) - within {
            add("day", false, first, last, 1);
        } else {
            add("month", false, month, month, 1);
            add("day", true, month, end, 1);
            add("day", false, month, first.saturating_sub(1.day()), -1);
            add("day", false, last.saturating_add(1.day()), end, -1);
        }
        month = end.saturating_add(1.day());
    }
    ranges
}

/// Grains, whether late, first and last days, signs.
type Columns = (Vec<&'static str>, Vec<bool>, Vec<Date>, Vec<Date>, Vec<i64>);

fn columns(ranges: &[Range]) -> Columns {
    (
        ranges.iter().map(|range| range.grain).collect(),
        ranges.iter().map(|range| range.late).collect(),
        ranges.iter().map(|range| range.first).collect(),
        ranges.iter().map(|range| range.last).collect(),
        ranges.iter().map(|range| range.sign).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::BTreeMap;

    /// How often each day is counted, where months hold the days through `held`.
    fn days(ranges: &[Range], held: Date) -> BTreeMap<Date, i64> {
        let mut days = BTreeMap::new();
        for range in ranges {
            let month = range.grain == "month";
            let last = if month { range.last.last_of_month().min(held) } else { range.last };
            let first = if range.late { range.first.max(held.tomorrow().unwrap()) } else { range.first };
            for day in first.series(1.day()).take_while(|day| *day <= last) {
                *days.entry(day).or_default() += range.sign;
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
        let of = |grain, late, first, last, sign| Range { grain, late, first, last, sign };
        let expected = [
            of("day", false, date(2026, 10, 20), date(2026, 10, 31), 1),
            of("month", false, date(2026, 11, 1), date(2026, 11, 1), 1),
            of("day", true, date(2026, 11, 1), date(2026, 11, 30), 1),
            of("day", false, date(2026, 11, 30), date(2026, 11, 30), -1),
        ];
        assert_eq!(ranges(span), expected);
    }
}
