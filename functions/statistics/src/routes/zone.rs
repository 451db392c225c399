//! The time zone that a tenant's days are of.

use axum::{Json, extract::State};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use vivier_domain::{
    permission::needs,
    retention::{DataKind, days_before},
};
use vivier_runtime::http::{
    ApiJson, BackOffice, Problem, ProblemKind,
    refusals::{Changing, Reading},
};
use vivier_store::statistics;

use crate::{App, view::ZoneChoice};

/// Shows the time zone that days are of.
#[utoipa::path(
    get,
    path = "/v1/statistics/time-zone",
    operation_id = "statistics_time_zone_fetch",
    tag = "statistics",
    responses((status = 200, description = "The time zone", body = ZoneChoice), Reading),
)]
pub(super) async fn fetch(
    State(app): State<App>,
    office: BackOffice<needs::ReportsRead>,
) -> Result<Json<ZoneChoice>, Problem> {
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    let time_zone = statistics::fetch_zone(&tx).await?;
    tx.commit().await?;
    Ok(Json(ZoneChoice { time_zone }))
}

/// Changes the time zone. The days of the last three months are counted anew; days before them, visitors, and lists of what was used most
/// stay as they were counted.
#[utoipa::path(
    put,
    path = "/v1/statistics/time-zone",
    operation_id = "statistics_time_zone_replace",
    tag = "statistics",
    request_body = ZoneChoice,
    responses((status = 200, description = "It holds", body = ZoneChoice), Changing),
)]
pub(super) async fn replace(
    State(app): State<App>,
    office: BackOffice<needs::SettingsPublish>,
    ApiJson(choice): ApiJson<ZoneChoice>,
) -> Result<Json<ZoneChoice>, Problem> {
    let zone = find(&choice.time_zone)?;
    let first = first_day(app.clock.now(), &zone);
    let mut session = app.tenancy.pool(&office.0).await?;
    let tx = session.begin().await?;
    if statistics::fetch_zone(&tx).await? != choice.time_zone {
        // A zone that only this program knows.
        statistics::set_zone(&tx, &choice.time_zone, first)
            .await
            .map_err(|error| if error.is_of_the_data() { invalid() } else { error.into() })?;
    }
    tx.commit().await?;
    Ok(Json(choice))
}

/// A zone of the database whose hours are hours everywhere: counts by the hour could not be put together to the days of another.
fn find(name: &str) -> Result<TimeZone, Problem> {
    let zone = TimeZone::get(name).map_err(|_| invalid())?;
    // jiff takes names in any case; PostgreSQL and what is shown shall have the one written form.
    if zone.iana_name() != Some(name) {
        return Err(invalid());
    }
    let whole = [1, 7].iter().all(|&month| {
        Date::new(2026, month, 1)
            .and_then(|day| day.to_zoned(zone.clone()))
            .is_ok_and(|midnight| midnight.offset().seconds() % 3600 == 0)
    });
    if whole { Ok(zone) } else { Err(invalid()) }
}

fn invalid() -> Problem {
    Problem::new(ProblemKind::InvalidBody).field("time_zone", "invalid")
}

/// The first day whose hours are all still there.
fn first_day(now: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(days_before(now, DataKind::Events.most())).date().saturating_add(1.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_whole_hours_by_their_written_names() {
        for (name, good) in [
            ("Europe/Paris", true),
            ("America/Martinique", true),
            ("Indian/Reunion", true),
            ("UTC", true),
            ("europe/paris", false),
            ("Asia/Kolkata", false),
            ("Europe/Camille", false),
            ("", false),
            ("+02:00", false),
        ] {
            assert_eq!(find(name).is_ok(), good, "{name}");
        }
    }

    #[test]
    fn days_are_counted_anew_where_all_their_hours_are_kept() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        assert_eq!(first_day("2026-04-01T00:30:00Z".parse().unwrap(), &zone).to_string(), "2026-01-02");
    }
}
