//! Bodies and queries, good and bad, as tables.

use serde_json::{Value, json};
use vivier_domain::{ids::ProjectId, report::ReportPeriod};

use super::*;

const MEMBER: &str = "018f0000-0000-7000-8000-0000000000c1";

fn zone() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn new() -> Value {
    json!({"name": "Chaque lundi", "kind": "activity", "period": "last_7_days", "language": "fr",
           "schedule": {"every": "week", "weekday": "monday", "hour": 7}, "recipients": [MEMBER]})
}

fn with(mut body: Value, change: &Value) -> Value {
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body
}

fn codes<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> Vec<String> {
    let errors = outcome.err().map(|problem| problem.errors).unwrap_or_default();
    errors.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
}

#[test]
fn new_reports() {
    let many: Vec<String> = (0..51).map(|n| Uuid::from_u128(n).to_string()).collect();
    for (change, broken) in [
        (json!({}), vec![]),
        (json!({"schedule": null, "recipients": []}), vec![]),
        (json!({"period": {"from": "2026-01-01", "to": "2026-01-31"}}), vec![]),
        (
            json!({"columns": ["searches", "at"], "grain": "week", "filters": {"channel": "web", "language": "en"}}),
            vec![],
        ),
        (json!({"name": ""}), vec!["name invalid"]),
        (json!({"name": "a\nb"}), vec!["name invalid"]),
        (json!({"period": {"from": "2026-02-30", "to": "2026-01-31"}}), vec!["period.from invalid-date"]),
        (json!({"period": {"from": "2026-02-01", "to": "2026-01-31"}}), vec!["period.from not-before-to"]),
        (json!({"columns": ["searches", "password"]}), vec!["columns[1] unknown"]),
        (json!({"recipients": []}), vec!["recipients required"]),
        (json!({"recipients": [MEMBER, MEMBER]}), vec!["recipients[1] repeated"]),
        (json!({"recipients": many}), vec!["recipients too-many"]),
        (json!({"schedule": {"every": "week", "hour": 7}}), vec!["schedule.weekday required"]),
        (json!({"schedule": {"every": "month", "hour": 7}}), vec!["schedule.day required"]),
        (json!({"schedule": {"every": "month", "day": 29, "hour": 7}}), vec!["schedule.day out-of-range"]),
        (json!({"schedule": {"every": "day", "hour": 24}}), vec!["schedule.hour out-of-range"]),
        (json!({"schedule": {"every": "day", "day": 1, "hour": 2}}), vec!["schedule.day not-here"]),
        (
            json!({"kind": "members_activity", "filters": {"channel": "web"}}),
            vec!["filters.channel not-here"],
        ),
    ] {
        let body = with(new(), &change);
        let outcome = serde_json::from_value::<NewReport>(body).unwrap().check(&zone());
        assert_eq!(codes(outcome), broken, "{change}");
    }
    for wrong in [
        json!({"kind": "salaries"}),
        json!({"period": "tomorrow"}),
        json!({"period": {"from": "2026-01-01", "to": "2026-01-31", "tenant": "x"}}),
        json!({"filters": {"tenant": "x"}}),
        json!({"schedule": {"every": "minute", "hour": 1}}),
        json!({"format": "docx"}),
        json!({"tenant": "x"}),
    ] {
        assert!(serde_json::from_value::<NewReport>(with(new(), &wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn schedules_are_by_the_tenants_clocks() {
    let terms = serde_json::from_value::<NewReport>(new()).unwrap().check(&zone()).unwrap();
    let timing = terms.timing.unwrap();
    assert_eq!(timing.zone(), "Europe/Paris");
    let shown = serde_json::to_value(Schedule::of(&timing)).unwrap();
    assert_eq!(shown, json!({"every": "week", "weekday": "monday", "hour": 7, "minute": 0}));
}

#[test]
fn changes() {
    let before = serde_json::from_value::<NewReport>(new()).unwrap().check(&zone()).unwrap();
    for (change, broken) in [
        (json!({}), vec![]),
        (json!({"schedule": null}), vec![]),
        (json!({"schedule": null, "recipients": []}), vec![]),
        (json!({"recipients": []}), vec!["recipients required"]),
        (json!({"grain": null, "columns": ["at"], "filters": {}}), vec![]),
        (json!({"period": {"from": "no", "to": "2026-01-31"}}), vec!["period.from invalid-date"]),
        (json!({"columns": ["rate"]}), vec!["columns[0] unknown"]),
    ] {
        let read = serde_json::from_value::<ReportChange>(change.clone()).unwrap();
        assert_eq!(codes(read.on(&before, &zone())), broken, "{change}");
    }
    let nothing = serde_json::from_value::<ReportChange>(json!({})).unwrap();
    assert_eq!(nothing.on(&before, &zone()).unwrap(), before);
    assert!(serde_json::from_value::<ReportChange>(json!({"kind": "no_results"})).is_err(), "a kind stays");
}

#[test]
fn queries() {
    let base = || serde_json::from_value::<NewReport>(new()).unwrap().check(&zone()).unwrap().question;
    let today = jiff::civil::date(2026, 3, 15);
    let own = ProjectId::generate();
    let other = ProjectId::generate().to_string();
    for (query, of_path, broken) in [
        (json!({}), None, vec![]),
        (json!({"from": "2026-03-01"}), None, vec![]),
        (json!({"from": "2026-02-30"}), None, vec!["from invalid-date"]),
        (json!({"from": "2026-03-16"}), None, vec!["from not-before-to"]),
        (json!({"from": "2024-01-01"}), None, vec!["to period-too-long"]),
        (
            json!({"from": "1999-01-01", "to": "1999-01-02"}),
            None,
            vec!["from out-of-range", "to out-of-range"],
        ),
        (json!({"period": "last_month"}), None, vec![]),
        (json!({"period": "last_century"}), None, vec!["period invalid"]),
        (json!({"period": "last_month", "to": "2026-01-01"}), None, vec!["period not-here"]),
        (json!({"project": other}), None, vec![]),
        (json!({"project": other}), Some(own), vec!["project not-here"]),
        (json!({"project": "x"}), None, vec!["project invalid"]),
        (
            json!({"channel": "pigeon", "language": "de", "grain": "hour", "written_in": "de"}),
            None,
            vec!["channel invalid", "language invalid", "grain invalid", "written_in invalid"],
        ),
    ] {
        let read = serde_json::from_value::<DataQuery>(query.clone()).unwrap();
        assert_eq!(codes(read.on(base(), of_path, today)), broken, "{query}");
    }
    let read = serde_json::from_value::<DataQuery>(json!({"to": "2026-03-10", "written_in": "en"})).unwrap();
    let (question, written_in) = read.on(base(), Some(own), today).unwrap();
    let period =
        ReportPeriod::Fixed { from: jiff::civil::date(2026, 3, 4), to: jiff::civil::date(2026, 3, 10) };
    assert_eq!((question.period, question.project, written_in), (period, Some(own), Some(Language::En)));
}
