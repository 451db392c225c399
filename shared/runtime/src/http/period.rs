//! The period that figures are asked for.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Problem, ProblemKind,
    moment::{self, Edge},
};

/// The longest period.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The period when none is named, up to now.
pub const DEFAULT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The parameters as they are sent.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// The beginning: an RFC 3339 timestamp, or a date, which begins at midnight UTC. Seven days before `to` when it
    /// is missing.
    pub from: Option<String>,
    /// The end, itself not counted: an RFC 3339 timestamp, or a date, which is counted whole. Now when it is missing.
    pub to: Option<String>,
}

/// From `from` until just before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The beginning.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
}

impl PeriodQuery {
    /// The period asked for at `now`, or what is wrong with each parameter.
    pub fn period(&self, now: Timestamp) -> Result<Period, Problem> {
        let wrong = |field: &str, code: &str| Problem::new(ProblemKind::InvalidQuery).field(field, code);
        let from = self.from.as_deref().map(|text| moment::read(text, Edge::Begin)).transpose();
        let to = self.to.as_deref().map(|text| moment::read(text, Edge::End)).transpose();
        let (from, to) = match (from, to) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(code), Ok(_)) => return Err(wrong("from", code)),
            (Ok(_), Err(code)) => return Err(wrong("to", code)),
            (Err(from), Err(to)) => return Err(wrong("from", from).field("to", to)),
        };
        let to = to.unwrap_or(now);
        let from = from.unwrap_or(to - DEFAULT);
        if from >= to {
            return Err(wrong("from", "not-before-to"));
        }
        if to.duration_since(from) > LONGEST {
            return Err(wrong("to", "period-too-long"));
        }
        Ok(Period { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-15T12:00:00Z";

    fn period(from: Option<&str>, to: Option<&str>) -> Result<(String, String), Vec<(String, String)>> {
        let query = PeriodQuery { from: from.map(str::to_owned), to: to.map(str::to_owned) };
        query
            .period(NOW.parse().unwrap())
            .map(|period| (period.from.to_string(), period.to.to_string()))
            .map_err(|problem| problem.errors.into_iter().map(|error| (error.field, error.code)).collect())
    }

    #[test]
    fn accepted() {
        for (from, to, begins, ends) in [
            (None, None, "2026-03-08T12:00:00Z", NOW),
            (Some("2026-03-01"), None, "2026-03-01T00:00:00Z", NOW),
            (None, Some("2026-03-01T00:00:00Z"), "2026-02-22T00:00:00Z", "2026-03-01T00:00:00Z"),
            (Some("2026-03-01"), Some("2026-03-01"), "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            (Some("2026-03-01T00:00:00+01:00"), None, "2026-02-28T23:00:00Z", NOW),
            (Some("2024-01-01"), Some("2024-12-31"), "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(period(from, to), Ok((begins.into(), ends.into())), "{from:?} {to:?}");
        }
    }

    #[test]
    fn refused() {
        for (from, to, errors) in [
            (Some(""), None, &[("from", "invalid-timestamp")][..]),
            (Some("yesterday"), None, &[("from", "invalid-timestamp")]),
            (Some("2026-02-30"), None, &[("from", "invalid-timestamp")]),
            (Some("2026-03-01T00:00:00"), None, &[("from", "invalid-timestamp")]),
            (None, Some("9999-12-31"), &[("to", "invalid-timestamp")]),
            (Some("1999-12-31"), None, &[("from", "out-of-range")]),
            (Some("-001000-01-01T00:00:00Z"), None, &[("from", "out-of-range")]),
            (Some("x"), Some("y"), &[("from", "invalid-timestamp"), ("to", "invalid-timestamp")]),
            (Some("2026-03-02"), Some("2026-03-01"), &[("from", "not-before-to")]),
            (Some("2026-03-16"), None, &[("from", "not-before-to")]),
            (Some("2025-01-01"), Some("2026-01-02"), &[("to", "period-too-long")]),
        ] {
            let errors =
                errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
            assert_eq!(period(from, to), Err(errors), "{from:?} {to:?}");
        }
    }
}
