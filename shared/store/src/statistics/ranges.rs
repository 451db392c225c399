//! Which days and months make up a period.

use jiff::{ToSpan, civil::Date};

use crate::months;

/// What is added up, as statements take it: months as a whole, and ranges of days.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    /// Of a range those days alone that months do not hold yet.
    pub(super) lates: Vec<bool>,
    pub(super) firsts: Vec<Date>,
    pub(super) lasts: Vec<Date>,
    /// Whether it is added, or taken away again.
    pub(super) signs: Vec<i64>,
    /// First days.
    pub(super) months: Vec<Date>,
}

impl Ranges {
    /// For the days from `from` through `to`: months as a whole with the days that they do not hold yet, and of one that lies in it in part, its
    /// days, or itself without its other days, whichever are fewer.
    pub(super) fn least(from: Date, to: Date) -> Self {
        Self::of(from, to, |within, without| without <= within)
    }

    /// The same where a month that lies in it in part is its days: the others may not be kept any more.
    pub(super) fn whole(from: Date, to: Date) -> Self {
        Self::of(from, to, |_, without| without == 0)
    }

    /// `as_month` says whether a month of which so many days lie within, and so many without, is taken as one.
    fn of(from: Date, to: Date, as_month: fn(i32, i32) -> bool) -> Self {
        let mut ranges = Self::default();
        let mut month = from.first_of_month();
        while month <= to {
            let end = month.last_of_month();
            let (first, last) = (from.max(month), to.min(end));
            let within = i32::from(last.day()) - i32::from(first.day()) + 1;
            if as_month(within, i32::from(end.day()) - within) {
                ranges.months.push(month);
                ranges.add(true, month, end, 1);
                ranges.add(false, month, first.saturating_sub(1.day()), -1);
                ranges.add(false, last.saturating_add(1.day()), end, -1);
            } else {
                ranges.add(false, first, last, 1);
            }
            month = end.saturating_add(1.day());
        }
        ranges
    }

    /// The first days of quarters that are whole months of it.
    pub(super) fn quarters(&self) -> Vec<Date> {
        let has = |month: Date| self.months.contains(&month);
        let begins = |month: &Date| *month == months::first_of_quarter(*month);
        self.months
            .iter()
            .copied()
            .filter(begins)
            .filter(|month| has(month.saturating_add(1.month())) && has(month.saturating_add(2.months())))
            .collect()
    }

    /// With those of another period behind its own.
    pub(super) fn extend(&mut self, other: Self) {
        self.lates.extend(other.lates);
        self.firsts.extend(other.firsts);
        self.lasts.extend(other.lasts);
        self.signs.extend(other.signs);
        self.months.extend(other.months);
    }

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
                let expected: BTreeMap<Date, i64> =
                    from.series(1.day()).take_while(|day| *day <= to).map(|day| (day, 1)).collect();
                for ranges in [Ranges::least(from, to), Ranges::whole(from, to)] {
                    for held in [date(2020, 1, 1), date(2025, 12, 9), date(2026, 2, 28), date(2027, 1, 1)] {
                        assert_eq!(days(&ranges, held), expected, "{from} {to} {held}");
                    }
                }
                assert!(!Ranges::whole(from, to).signs.contains(&-1), "{from} {to}");
            }
        }
    }

    #[test]
    fn quarters_are_three_months_of_a_period() {
        let of = |from, to| Ranges::least(from, to).quarters();
        assert_eq!(
            of(date(2025, 12, 1), date(2026, 9, 30)),
            [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
        );
        // Months without few of their days, and with few of them.
        assert_eq!(of(date(2026, 1, 3), date(2026, 3, 28)), [date(2026, 1, 1)]);
        assert_eq!(of(date(2026, 1, 28), date(2026, 6, 3)), []);
    }

    #[test]
    fn a_month_so_far_is_the_month() {
        let (october, november) = (date(2026, 10, 20), date(2026, 11, 1));
        let expected = Ranges {
            lates: vec![false, true, false],
            firsts: vec![october, november, date(2026, 11, 30)],
            lasts: vec![date(2026, 10, 31), date(2026, 11, 30), date(2026, 11, 30)],
            signs: vec![1, 1, -1],
            months: vec![november],
        };
        assert_eq!(Ranges::least(october, date(2026, 11, 29)), expected);
    }
}
