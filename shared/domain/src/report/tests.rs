//! Periods, and questions that do not hold, as tables.

use jiff::civil::date;

use super::*;

fn question(kind: ReportKind) -> ReportQuestion {
    let period = ReportPeriod::Moving(MovingPeriod::LastMonth);
    ReportQuestion {
        kind,
        period,
        project: None,
        channel: None,
        language: None,
        grain: None,
        columns: Vec::new(),
    }
}

#[test]
fn periods_move_with_the_calendar_and_end_before_today() {
    for (period, today, from, to) in [
        (MovingPeriod::Last7Days, date(2026, 3, 1), date(2026, 2, 22), date(2026, 2, 28)),
        (MovingPeriod::Last30Days, date(2026, 3, 1), date(2026, 1, 30), date(2026, 2, 28)),
        (MovingPeriod::LastMonth, date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (MovingPeriod::LastMonth, date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        (MovingPeriod::LastQuarter, date(2026, 2, 14), date(2025, 10, 1), date(2025, 12, 31)),
        (MovingPeriod::LastQuarter, date(2026, 6, 30), date(2026, 1, 1), date(2026, 3, 31)),
        (MovingPeriod::LastQuarter, date(2026, 12, 31), date(2026, 7, 1), date(2026, 9, 30)),
        (MovingPeriod::LastYear, date(2025, 1, 1), date(2024, 1, 1), date(2024, 12, 31)),
    ] {
        assert_eq!(ReportPeriod::Moving(period).days(today), (from, to), "{period:?} on {today}");
    }
}

#[test]
fn a_period_reads_back_as_it_was_written() {
    for (period, written) in [
        (ReportPeriod::Moving(MovingPeriod::LastYear), r#""last_year""#),
        (
            ReportPeriod::Fixed { from: date(2026, 1, 1), to: date(2026, 1, 31) },
            r#"{"from":"2026-01-01","to":"2026-01-31"}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&period).unwrap(), written);
        assert_eq!(serde_json::from_str::<ReportPeriod>(written).unwrap(), period);
    }
}

#[test]
fn what_does_not_hold_is_named() {
    type Change = fn(&mut ReportQuestion);
    let fixed = |from, to| ReportPeriod::Fixed { from, to };
    let year = fixed(date(2025, 1, 1), date(2026, 1, 2));
    let reversed = fixed(date(2026, 1, 2), date(2026, 1, 1));
    let ancient = fixed(date(1999, 12, 31), date(2000, 1, 1));
    for (period, field, code) in [
        (year, "period.to", "period-too-long"),
        (reversed, "period.from", "not-before-to"),
        (ancient, "period.from", "out-of-range"),
    ] {
        let question = ReportQuestion { period, ..question(ReportKind::Activity) };
        assert_eq!(question.broken(), [(field.to_owned(), code)]);
    }
    let changes: [(ReportKind, Change, &str, &str); 6] = [
        (
            ReportKind::MembersActivity,
            |q| q.project = Some(ProjectId::generate()),
            "filters.project",
            "not-here",
        ),
        (ReportKind::OffersPerformance, |q| q.channel = Some(Channel::Web), "filters.channel", "not-here"),
        (
            ReportKind::OffersPerformance,
            |q| q.language = Some(Spoken::French),
            "filters.language",
            "not-here",
        ),
        (ReportKind::MembersActivity, |q| q.grain = Some(ReportGrain::Week), "grain", "not-here"),
        (ReportKind::NoResults, |q| q.columns = vec!["at".into(), "query".into()], "columns[1]", "unknown"),
        (ReportKind::NoResults, |q| q.columns = vec!["at".into(), "at".into()], "columns[1]", "repeated"),
    ];
    for (kind, change, field, code) in changes {
        let mut question = question(kind);
        assert_eq!(question.broken(), []);
        change(&mut question);
        assert_eq!(question.broken(), [(field.to_owned(), code)]);
    }
}

#[test]
fn every_kind_has_columns_of_its_own() {
    for &kind in ReportKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        let whole = ReportQuestion {
            columns: kind.columns().iter().map(|&column| column.to_owned()).collect(),
            ..question(kind)
        };
        assert_eq!(whole.broken(), []);
    }
}
