//! Whole months: whatever they hold, views tell what days tell.

use jiff::{Timestamp, ToSpan, civil::date};
use vivier_domain::{
    event::{Channel, Event, Spoken},
    ids::ProjectId,
};
use vivier_store::{
    events,
    statistics::{self, Dimension, Filter, Span},
};
use vivier_tenancy::names::PoolRole;

use crate::house::{House, days_ago, in_tx, search};

/// What views tell of several periods: within a month, whole months, parts of some; with the period before, and by every dimension.
async fn views(house: &House, project: ProjectId) -> Vec<String> {
    let mut views = Vec::new();
    let project = Filter { project: Some(project), ..Filter::default() };
    for (before, from, to) in [
        (date(2026, 3, 30), date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 1, 1), date(2026, 2, 15), date(2026, 4, 2)),
        (date(2025, 6, 1), date(2026, 1, 1), date(2026, 4, 30)),
        (date(2025, 11, 3), date(2026, 1, 10), date(2026, 3, 20)),
    ] {
        let span = Span { from, to, before };
        for filter in [&Filter::default(), &project] {
            let told = in_tx!(house, &house.own, |tx| {
                let mut parts = Vec::new();
                for dimension in [Dimension::Project, Dimension::Channel, Dimension::Language] {
                    parts.push(statistics::list_breakdown(&tx, span, dimension, filter).await.unwrap());
                }
                (statistics::list_totals(&tx, span, filter).await.unwrap(), parts)
            });
            views.push(format!("{told:?}"));
        }
    }
    views
}

/// How many rows of whole months there are, each of which is to be the sum of its days.
async fn months(house: &House) -> i64 {
    const SQL: &str = "-- test::months\nSELECT count(*) AS months FROM usage_whole_months";
    const WRONG: &str = "-- test::wrong\n\
        WITH days AS (\n\
            SELECT date_trunc('month', day)::date AS day, project_id, kind, outcome, channel, language, sum(count) AS count, sum(amount) AS amount\n\
            FROM usage_days WHERE day <= (SELECT whole_through FROM usage_months) GROUP BY 1, 2, 3, 4, 5, 6\n\
        )\n\
        SELECT count(*) AS wrong FROM usage_whole_months AS m FULL JOIN days AS d USING (day, project_id, kind, outcome, channel, language)\n\
        WHERE m.count IS DISTINCT FROM d.count OR m.amount IS DISTINCT FROM d.amount";
    in_tx!(house, &house.own, |tx| {
        let wrong: i64 = tx.query_one(WRONG, &[]).await.unwrap().get("wrong");
        assert_eq!(wrong, 0);
        tx.query_one(SQL, &[]).await.unwrap().get("months")
    })
}

#[tokio::test]
async fn whole_months_and_days_tell_the_same() {
    let house = House::open().await;
    begin(&house).await;
    let project = ProjectId::generate();
    let mut events: Vec<Event> =
        (0..80).map(|n| search(&house.own, days_ago([0, 1, 20, 29, 31, 45, 58, 75][n % 8]))).collect();
    for (n, event) in events.iter_mut().enumerate() {
        event.source.project = [None, Some(project), Some(ProjectId::generate())][n % 3];
        event.source.channel = [Channel::Web, Channel::WhatsApp][n % 2];
        event.source.language = [None, Some(Spoken::French), Some(Spoken::English)][n % 5 % 3];
    }
    house.store(&house.own, &events[..50]).await;
    house.store(&house.own, &events[50..]).await;
    let rows = months(&house).await;
    assert!(rows > 50, "what came late moved months: {rows}");
    let told = views(&house, project).await;
    for (held, after) in
        [("NULL", "2000-01-01"), ("'2026-01-31'", "2026-01-31"), ("'2026-02-28'", "2026-02-28")]
    {
        let forget = format!("DELETE FROM usage_whole_months WHERE day > '{after}'");
        house.execute_as(PoolRole::Retention, &house.own, &forget).await.unwrap();
        hold(&house, held).await;
        assert_eq!(views(&house, project).await, told, "{held}");
        begin(&house).await;
        assert_eq!(months(&house).await, rows, "{held}: they are added up again");
        assert_eq!(views(&house, project).await, told, "{held}");
    }
    assert_eq!(house.store(&house.own, &events).await, 0);
    assert_eq!(views(&house, project).await, told, "what is there already moves nothing");
}

/// As on the day after months were added up so far: what comes next adds them up.
async fn hold(house: &House, through: &str) {
    let set = format!("UPDATE usage_months SET through = '2026-01-05', whole_through = {through}");
    assert_eq!(house.execute_as(PoolRole::Metrics, &house.own, &set).await.unwrap(), 1);
}

/// What lets months begin, and follow: it is in no period that is looked at.
async fn begin(house: &House) {
    assert_eq!(house.store(&house.own, &[search(&house.own, days_ago(400))]).await, 1);
}

#[tokio::test]
async fn what_a_former_version_missed_is_in_the_month_again() {
    let house = House::open().await;
    begin(&house).await;
    let late: Vec<Event> =
        [5, 35, 65, 85].map(|days| search(&house.own, Timestamp::now() - (days * 24).hours())).into();
    house.store(&house.own, &late).await;
    let rows = months(&house).await;
    for harm in [
        "UPDATE usage_whole_months SET count = count + 7 WHERE day > '2025-12-31'",
        "UPDATE usage_months SET through = '2026-01-05', whole_through = date_trunc('month', whole_through)::date - 1",
    ] {
        assert!(house.execute_as(PoolRole::Metrics, &house.own, harm).await.unwrap() > 0);
    }
    begin(&house).await;
    assert_eq!(months(&house).await, rows);
}

#[tokio::test]
async fn another_zone_makes_months_anew_from_the_one_it_begins_in() {
    for first in [date(2026, 2, 10), date(2026, 2, 1)] {
        let house = House::open().await;
        begin(&house).await;
        let hours = |days: i64| days_ago(days) + 10.hours();
        let events: Vec<Event> = (0..90).map(|days| search(&house.own, hours(days))).collect();
        house.store(&house.own, &events).await;
        let rows = months(&house).await;
        in_tx!(house, &house.own, |tx| statistics::set_zone(&tx, "Indian/Reunion", first).await.unwrap());
        let left = months(&house).await;
        assert!(0 < left && left < rows, "{left} of {rows}");
        let project = ProjectId::generate();
        let told = views(&house, project).await;
        hold(&house, "whole_through").await;
        begin(&house).await;
        assert!(months(&house).await > left);
        assert_eq!(views(&house, project).await, told);
    }
}

#[tokio::test]
async fn unknown_kinds_move_months_that_are_held() {
    let house = House::open().await;
    begin(&house).await;
    let envelope = serde_json::json!({
        "version": 1, "event_id": uuid::Uuid::now_v7(), "tenant_id": house.own.tenant(), "occurred_at": days_ago(45), "kind": "telepathy",
    });
    let aside = [(serde_json::from_value(envelope.clone()).unwrap(), envelope)];
    let rows = months(&house).await;
    let mut session = house.counting(&house.own).await;
    for new in [1, 0] {
        let tx = session.begin().await.unwrap();
        assert_eq!(events::keep_aside(&tx, &aside).await.unwrap(), new);
        tx.commit().await.unwrap();
        assert!(months(&house).await > rows);
    }
}

#[tokio::test]
async fn a_month_goes_when_its_last_day_is_over() {
    let house = House::open().await;
    begin(&house).await;
    let events: Vec<Event> = [10, 40, 60, 80].map(|days| search(&house.own, days_ago(days))).into();
    house.store(&house.own, &events).await;
    let days = async |table: &str| {
        let sql = format!("-- test::firsts\nSELECT DISTINCT day FROM {table} ORDER BY day");
        let days: Vec<_> = in_tx!(house, &house.own, |tx| tx.query(&sql, &[]).await.unwrap());
        days.iter().map(|row| row.get::<_, jiff::civil::Date>("day")).collect::<Vec<_>>()
    };
    let (january, february, march) = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1));
    assert_eq!(days("usage_whole_months").await, [date(2025, 2, 1), january, february, march]);
    for (cutoff, left) in
        [(date(2026, 1, 31), vec![january, february, march]), (date(2026, 2, 25), vec![february, march])]
    {
        let mut session = house.purging(&house.own).await;
        let tx = session.begin().await.unwrap();
        assert!(statistics::count_days_before(&tx, cutoff, 1_000).await.unwrap() > 0);
        assert!(statistics::purge_days(&tx, cutoff, 1_000).await.unwrap() > 0);
        assert_eq!(statistics::count_days_before(&tx, cutoff, 1_000).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(days("usage_whole_months").await, left, "{cutoff}");
        assert!(days("usage_days").await.iter().all(|day| *day >= cutoff));
    }
}
