//! Dates as CVs give them: a year, and perhaps a month.

use std::fmt;

use jiff::civil::Date;

/// Years that a working life of today may name.
const YEARS: std::ops::RangeInclusive<i16> = 1940..=2100;

/// A month, or a year whose month is not said. When somebody worked where is personal, so it prints as `[redacted]`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    year: i16,
    month: Option<i8>,
}

impl Moment {
    /// `None` for a year outside of living memory or a month that is none.
    pub fn new(year: i16, month: Option<i8>) -> Option<Self> {
        let month_is_one = month.is_none_or(|month| (1..=12).contains(&month));
        (YEARS.contains(&year) && month_is_one).then_some(Self { year, month })
    }

    /// From `2025`, `2025-05` or `2025-05-31`, as JSON Resume writes dates.
    pub fn from_iso(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
        let month = parts.next().and_then(|month| month.get(..2)).and_then(|month| month.parse().ok());
        Self::new(year, month)
    }

    /// The month that a day lies in.
    pub fn of(day: Date) -> Option<Self> {
        Self::new(day.year(), Some(day.month()))
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, where it is said.
    pub fn month(self) -> Option<i8> {
        self.month
    }

    /// The same year with its month unsaid replaced: half a year is the least wrong guess of either end of a period.
    pub(crate) fn index(self, month_unsaid: i8) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month.unwrap_or(month_unsaid)) - 1
    }

    /// `2025` or `2025-05`. Named, so that no log line writes it by accident.
    pub fn to_iso(self) -> String {
        match self.month {
            Some(month) => format!("{:04}-{month:02}", self.year),
            None => format!("{:04}", self.year),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How a period ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// In this month or year.
    At(Moment),
    /// Not yet.
    Present,
    /// One date alone is given.
    #[default]
    Unsaid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_date_of_a_cv() {
        for (text, expected) in [
            ("2025", Some("2025")),
            ("2025-05", Some("2025-05")),
            ("2025-05-31", Some("2025-05")),
            ("1900", None),
            ("2025-13", None),
            ("25-05", None),
            ("", None),
            ("2025-é", Some("2025")),
        ] {
            assert_eq!(Moment::from_iso(text).map(Moment::to_iso).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_date_does_not_print() {
        assert_eq!(format!("{:?}", Moment::from_iso("2025-05")), "Some([redacted])");
    }
}
