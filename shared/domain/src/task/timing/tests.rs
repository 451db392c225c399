//! Moments, by the clocks of places where they jump.

use super::*;
use serde_json::json;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn timing(recurrence: Recurrence, zone: &str) -> Timing {
    Timing::new(recurrence, zone).unwrap()
}

const DAILY: Recurrence = Recurrence::Day { hour: 2, minute: 30 };
const WEEKLY: Recurrence = Recurrence::Week { weekday: Weekday::Monday, hour: 8, minute: 0 };
const MONTHLY: Recurrence = Recurrence::Month { day: 1, hour: 7, minute: 0 };

#[test]
fn the_last_moment_and_the_next() {
    for (recurrence, zone, now, latest, next) in [
        (
            Recurrence::Minutes { count: 5 },
            "UTC",
            "2026-01-15T10:07:30Z",
            "2026-01-15T10:05:00Z",
            "2026-01-15T10:10:00Z",
        ),
        (
            Recurrence::Hour { minute: 20 },
            "Europe/Paris",
            "2026-01-15T10:20:00Z",
            "2026-01-15T10:20:00Z",
            "2026-01-15T11:20:00Z",
        ),
        (DAILY, "UTC", "2026-01-15T02:29:59Z", "2026-01-14T02:30:00Z", "2026-01-15T02:30:00Z"),
        (DAILY, "Europe/Paris", "2026-01-15T01:30:00Z", "2026-01-15T01:30:00Z", "2026-01-16T01:30:00Z"),
        // In the night of 29 March Paris has no half past two: it is an hour later there.
        (DAILY, "Europe/Paris", "2026-03-29T00:00:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z"),
        (DAILY, "Europe/Paris", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
        // In the night of 25 October it has two: the first counts.
        (DAILY, "Europe/Paris", "2026-10-25T00:45:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        // A day in Auckland begins half a day before one in Greenwich.
        (
            Recurrence::Day { hour: 6, minute: 0 },
            "Pacific/Auckland",
            "2026-01-14T16:59:00Z",
            "2026-01-13T17:00:00Z",
            "2026-01-14T17:00:00Z",
        ),
        (WEEKLY, "Europe/Paris", "2026-01-14T12:00:00Z", "2026-01-12T07:00:00Z", "2026-01-19T07:00:00Z"),
        (WEEKLY, "Europe/Paris", "2026-03-24T12:00:00Z", "2026-03-23T07:00:00Z", "2026-03-30T06:00:00Z"),
        (MONTHLY, "Europe/Paris", "2026-01-31T12:00:00Z", "2026-01-01T06:00:00Z", "2026-02-01T06:00:00Z"),
        (MONTHLY, "Europe/Paris", "2026-02-01T06:00:00Z", "2026-02-01T06:00:00Z", "2026-03-01T06:00:00Z"),
    ] {
        let timing = timing(recurrence, zone);
        assert_eq!(
            (timing.latest(at(now)), timing.next(at(now))),
            (at(latest), at(next)),
            "{timing:?} at {now}"
        );
    }
}

#[test]
fn a_run_may_be_a_little_late() {
    let daily = timing(DAILY, "UTC");
    for (now, since) in [
        ("2026-01-15T02:44:59Z", "2026-01-14T02:30:00Z"),
        ("2026-01-15T02:45:00Z", "2026-01-15T02:30:00Z"),
        ("2026-01-16T02:00:00Z", "2026-01-15T02:30:00Z"),
    ] {
        assert_eq!(daily.due_since(at(now)), at(since), "{now}");
    }
    let often = timing(Recurrence::Minutes { count: 1 }, "UTC");
    assert_eq!(often.due_since(at("2026-01-15T10:10:00Z")), at("2026-01-15T10:05:00Z"));
}

#[test]
fn what_is_none() {
    for (recurrence, zone, part) in [
        (Recurrence::Minutes { count: 0 }, "UTC", "count"),
        (Recurrence::Minutes { count: 61 }, "UTC", "count"),
        (Recurrence::Hour { minute: 60 }, "UTC", "minute"),
        (Recurrence::Day { hour: 24, minute: 0 }, "UTC", "hour"),
        (Recurrence::Month { day: 0, hour: 0, minute: 0 }, "UTC", "day"),
        (Recurrence::Month { day: 29, hour: 0, minute: 0 }, "UTC", "day"),
        (DAILY, "Europe/Nowhere", "zone"),
        (DAILY, "", "zone"),
    ] {
        assert_eq!(Timing::new(recurrence, zone), Err(InvalidTiming(part)), "{recurrence:?} {zone}");
    }
}

#[test]
fn as_it_is_written() {
    let weekly = timing(WEEKLY, "Europe/Paris");
    let written =
        json!({"every": "week", "weekday": "monday", "hour": 8, "minute": 0, "zone": "Europe/Paris"});
    assert_eq!(serde_json::to_value(&weekly).unwrap(), written);
    assert_eq!(serde_json::from_value::<Timing>(written).unwrap(), weekly);
    for wrong in [
        json!({"every": "year", "zone": "UTC"}),
        json!({"every": "day", "hour": 25, "minute": 0, "zone": "UTC"}),
        json!({"every": "day", "hour": 5, "zone": "UTC"}),
        json!({"every": "day", "hour": 5, "minute": 0}),
    ] {
        assert!(serde_json::from_value::<Timing>(wrong.clone()).is_err(), "{wrong}");
    }
}
