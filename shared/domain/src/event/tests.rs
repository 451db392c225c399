use serde_json::{Value, json};

use super::*;
use crate::{
    conversation::{Rating, Reason},
    ids::{DocumentId, OfferId},
};

fn one_of_each() -> Vec<EventKind> {
    let (offer_id, document_id) = (OfferId::generate(), DocumentId::generate());
    vec![
        EventKind::Search { results: 3, filters: 1, further: false, context: None, share: None },
        EventKind::Suggested { results: 2 },
        EventKind::SuggestionUsed { position: 1 },
        EventKind::OfferViewed { offer_id, context: None, position: Some(2) },
        EventKind::ApplyClicked { offer_id },
        EventKind::CvMatched { results: 9 },
        EventKind::ChatOpened {},
        EventKind::ChatAnswered { citations: 2 },
        EventKind::ChatUnknown {},
        EventKind::ChatSmallTalk {},
        EventKind::ChatOffers { results: 4 },
        EventKind::ChatWaiting {},
        EventKind::ChatHandOver {},
        EventKind::ChatPerson {},
        EventKind::ChatFeedback { rating: Rating::Down, reason: Some(Reason::Wrong) },
        EventKind::ChatResumed {},
        EventKind::DocumentReady { document_id, chunks: 7 },
        EventKind::AlertConfirmed {},
        EventKind::AlertSent { offers: 5 },
        EventKind::AlertEnded {},
        EventKind::MemberLoggedIn {},
        EventKind::EventsDropped { count: 3 },
    ]
}

fn event(kind: EventKind) -> Event {
    Event {
        version: SCHEMA_VERSION,
        event_id: EventId::generate(),
        tenant_id: TenantId::generate(),
        occurred_at: "2026-03-01T08:00:00Z".parse().unwrap(),
        source: Source {
            project: Some(ProjectId::generate()),
            language: Some(Spoken::French),
            visitor: Some(Opaque([3; 8])),
            ..Source::SYSTEM
        },
        kind,
    }
}

#[test]
fn every_kind_reads_back_and_is_told_of() {
    let all = one_of_each();
    let names: Vec<&str> = all.iter().map(EventKind::as_str).collect();
    let told: Vec<&str> = kind::CATALOGUE.iter().map(|one| one.name).collect();
    assert_eq!(names, told);
    for kind in all {
        let event = event(kind);
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json["kind"], event.kind.as_str());
        assert_eq!(serde_json::from_value::<Event>(json.clone()).unwrap(), event);
        let envelope: Envelope = serde_json::from_value(json).unwrap();
        assert_eq!((envelope.event_id, envelope.kind.as_str()), (event.event_id, event.kind.as_str()));
    }
}

#[test]
fn newer_fields_pass_and_older_events_read() {
    let known = event(EventKind::ChatAnswered { citations: 1 });
    let mut newer = serde_json::to_value(&known).unwrap();
    newer["mood"] = json!({"of": ["the", "moon"]});
    assert_eq!(serde_json::from_value::<Event>(newer).unwrap(), known);
    let old = json!({"version": 1, "event_id": known.event_id, "tenant_id": known.tenant_id,
        "occurred_at": known.occurred_at, "kind": "search", "results": 3, "filters": 0});
    let old: Event = serde_json::from_value(old).unwrap();
    assert_eq!(old.source, Source { channel: Channel::Web, ..Source::SYSTEM });
    assert_eq!(old.kind.outcome(), "found");
}

#[test]
fn nothing_that_is_written_is_free_text() {
    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(all) => all.iter().for_each(|one| texts(one, found)),
            Value::Object(all) => all.values().for_each(|one| texts(one, found)),
            _ => {}
        }
    }
    for kind in one_of_each() {
        let mut found = Vec::new();
        texts(&serde_json::to_value(event(kind)).unwrap(), &mut found);
        assert!(found.iter().all(|text| !text.contains(' ')), "{found:?}");
    }
}

#[test]
fn names_of_kinds() {
    for (text, good) in [
        ("search", true),
        ("chat_small_talk", true),
        ("", false),
        ("_", false),
        ("search_", false),
        ("Camille", false),
        ("camille martin", false),
        ("a@b", false),
        ("abcdefghijklmnopqrstuvwxyzabcdefghijklmno", false),
    ] {
        assert_eq!(KindName::try_from(text.to_owned()).is_ok(), good, "{text}");
    }
}

#[test]
fn what_figures_are_made_of() {
    let search =
        |results, further| EventKind::Search { results, filters: 0, further, context: None, share: None };
    for (kind, outcome, amount) in [
        (search(3, false), "found", 3),
        (search(0, false), "none", 0),
        (search(3, true), "further", 0),
        (EventKind::ChatFeedback { rating: Rating::Up, reason: None }, "up", 0),
        (EventKind::AlertSent { offers: 5 }, "", 5),
    ] {
        assert_eq!((kind.outcome(), kind.amount()), (outcome, amount), "{kind:?}");
    }
}
