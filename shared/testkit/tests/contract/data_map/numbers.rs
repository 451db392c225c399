//! How long the map says that things are kept is how long they are kept.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use vivier_data_map::map;
use vivier_domain::{
    alert, privacy,
    retention::{Days, MAXIMUM_DAYS},
    settings::tenant::{SessionSettings, TenantSettings},
};
use vivier_store::{conversations::resume, feeds, purge_reports, reports, test_runs};
use vivier_tenancy::rooms::{attempts, limits, requests, sessions};

use crate::{
    nothing_wrong,
    template::{resources, template},
};

/// What no constant says: that a new day's salt replaces the one before is its very rule.
const BY_RULE: &[&str] = &["salt"];

fn signed(duration: SignedDuration) -> Duration {
    duration.unsigned_abs()
}

fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

/// The longest session that a tenant may choose.
fn longest_session() -> Duration {
    let holds = |hours: &u8| {
        let sessions = SessionSettings { hours: *hours, ..SessionSettings::default() };
        TenantSettings { sessions, ..TenantSettings::default() }.broken().is_empty()
    };
    Duration::from_hours((1..=u8::MAX).filter(holds).max().map_or(0, u64::from))
}

/// What the template sets, which must be the same of all resources of a kind.
fn set(template: &Value, kind: &str, property: &str) -> u64 {
    let all: Vec<u64> =
        resources(template, kind).map(|(_, found)| found[property].as_u64().expect("a number")).collect();
    assert!(all.iter().all(|one| *one == all[0]), "{kind}: {property} differs");
    all[0]
}

fn constants() -> Vec<(&'static str, Duration)> {
    let template = template();
    let most = days(MAXIMUM_DAYS.into());
    assert_eq!(Days::MAXIMUM.get(), MAXIMUM_DAYS);
    assert_eq!(signed(alert::LASTS), most);
    vec![
        ("conversations", most),
        ("events", most),
        ("audit", most),
        ("alerts", signed(alert::LASTS)),
        ("privacy_requests", signed(privacy::KEPT)),
        ("copies", signed(privacy::COPY_LASTS)),
        // The rule of the bucket has the same constant.
        ("import_files", most),
        ("resume_tokens", signed(resume::LIFETIME)),
        ("hours", signed(retention::kind::HOURS_KEPT)),
        ("days", signed(retention::kind::DAYS_KEPT)),
        ("purge_reports", days(purge_reports::KEPT_DAYS.unsigned_abs())),
        ("test_runs", test_runs::KEPT),
        ("feed_runs", signed(feeds::KEPT)),
        ("report_files", reports::LIFETIME),
        ("sessions", longest_session()),
        ("challenges", signed(session::SETUP_WAITS)),
        ("resets", signed(sessions::RESET_LIFETIME)),
        ("attempts", signed(attempts::MEMORY)),
        ("requests", signed(requests::KEPT)),
        // Of an hour, counted from its beginning.
        ("counters", Duration::from_hours(1) + Duration::from_secs(limits::KEPT_SECONDS.unsigned_abs())),
        ("stream", Duration::from_hours(set(&template, "AWS::Kinesis::Stream", "RetentionPeriodHours"))),
        ("queues", Duration::from_secs(set(&template, "AWS::SQS::Queue", "MessageRetentionPeriod"))),
        ("logs", days(set(&template, "AWS::Logs::LogGroup", "RetentionInDays"))),
    ]
}

#[test]
fn periods_are_those_of_the_code() {
    let constants = constants();
    let mut found = Vec::new();
    for retention in &map().retentions {
        let Some(lasts) = retention.lasts else { continue };
        match constants.iter().find(|(id, _)| *id == retention.id) {
            Some((_, constant)) if *constant == lasts => {}
            Some((id, constant)) => {
                found.push(format!("{id}: {lasts:?} in the map of data, {constant:?} in the code"));
            }
            None if BY_RULE.contains(&retention.id.as_str()) => {}
            None => found.push(format!("{}: nothing in the code says {lasts:?}", retention.id)),
        }
    }
    nothing_wrong(&found);
}

/// An alert that nobody confirms, as the map tells it in words.
#[test]
fn what_is_told_in_words() {
    let alerts = map().retention("alerts").expect("alerts end");
    assert!(alerts.about.en.contains(&format!("{} hours", alert::PENDING.as_hours())), "{}", alerts.about.en);
}
