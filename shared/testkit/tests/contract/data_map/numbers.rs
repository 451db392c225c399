//! How long the map says that things are kept is how long they are kept.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use vivier_data_map::{Remover, Store, map};
use vivier_domain::{
    alert, privacy,
    retention::{DataKind, MAXIMUM_DAYS},
    settings::tenant::{SessionSettings, TenantSettings},
};
use vivier_store::{conversations::resume, reports};
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
    assert_eq!(signed(alert::LASTS), days(MAXIMUM_DAYS.into()));
    let purged = DataKind::ALL.iter().map(|kind| (kind.in_map(), days(kind.most().into())));
    let others = [
        ("resume_tokens", signed(resume::LIFETIME)),
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
    ];
    purged.chain(others).collect()
}

/// What a kind has beside the purge to end it, which must say the same.
#[test]
fn what_ends_by_itself_too_ends_then() {
    for (kind, lasts) in [
        (DataKind::ReportFiles, reports::LIFETIME),
        (DataKind::Copies, signed(privacy::COPY_LASTS)),
        (DataKind::PrivacyRequests, signed(privacy::KEPT)),
        (DataKind::Alerts, signed(alert::LASTS)),
    ] {
        assert_eq!(days(kind.most().into()), lasts, "{kind}");
    }
}

/// The purge follows the map: what it says the purge removes is a kind that the purge has, and the other way round.
#[test]
fn the_purge_has_the_kinds_of_the_map() {
    let mut found = Vec::new();
    for retention in &map().retentions {
        let kinds: Vec<_> = DataKind::ALL.iter().filter(|kind| kind.in_map() == retention.id).collect();
        if retention.by == Remover::Purge && kinds.len() != 1 {
            found.push(format!(
                "{}: removed by the purge, which has {} kinds of it",
                retention.id,
                kinds.len()
            ));
        }
    }
    for kind in DataKind::ALL.iter().copied() {
        match map().retention(kind.in_map()) {
            None => found.push(format!("{kind}: the map of data has no {}", kind.in_map())),
            // What a function removes at its time is looked at by the purge once more.
            Some(retention) if matches!(retention.by, Remover::Purge | Remover::Function) => {}
            Some(retention) => found.push(format!("{kind}: the map says that {:?} removes it", retention.by)),
        }
        let pooled = |table: &&vivier_data_map::Table| table.retention.id == kind.in_map();
        let stores: Vec<Store> = map().tables.iter().filter(pooled).map(|table| table.store).collect();
        if kind.is_pooled() != stores.iter().all(|store| *store == Store::Pool) {
            found.push(format!("{kind}: it lies in {stores:?}"));
        }
    }
    nothing_wrong(&found);
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
