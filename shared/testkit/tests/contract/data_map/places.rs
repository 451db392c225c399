//! Places that code alone knows: objects, secrets, and what an event carries.

use std::collections::BTreeSet;

use vivier_data_map::Store;
use vivier_domain::{
    event::{Channel, Event, EventKind, SCHEMA_VERSION, Source, Spoken, kind::CATALOGUE},
    ids::{DocumentId, EventId, GenerationId, ImportId, PrivacyRequestId, ProjectId, ReportRunId, TenantId},
    opaque::Opaque,
};
use vivier_tenancy::rooms::files::FileKey;

use super::{columns, differences, tables};
use crate::{nothing_wrong, sql, template::template, workspace};

/// Every kind of object, with `*` for what differs.
fn objects() -> BTreeSet<String> {
    let (import, document, generation, report) =
        (ImportId::generate(), DocumentId::generate(), GenerationId::generate(), ReportRunId::generate());
    let copy = PrivacyRequestId::generate();
    let keys = [
        FileKey::Import(import),
        FileKey::Document(document, 7),
        FileKey::IndexPointer,
        FileKey::IndexGeneration(generation),
        FileKey::Report(report),
        FileKey::Copy(copy),
        FileKey::ErasuresApplied(1_234_567),
        FileKey::DeparturePart(7),
        FileKey::DepartureBundle,
        FileKey::ArrivalBundle,
    ];
    let ids = [
        import.to_string(),
        document.to_string(),
        generation.to_string(),
        report.to_string(),
        copy.to_string(),
        format!("{:020}", 1_234_567),
    ];
    let name = |key: &FileKey| {
        // Another kind does not compile here, and is added above.
        match key {
            FileKey::Import(_)
            | FileKey::Document(..)
            | FileKey::IndexPointer
            | FileKey::IndexGeneration(_)
            | FileKey::Report(_)
            | FileKey::Copy(_)
            | FileKey::ErasuresApplied(_)
            | FileKey::DeparturePart(_)
            | FileKey::DepartureBundle
            | FileKey::ArrivalBundle => {}
        }
        let mut name = key.to_string();
        for id in &ids {
            name = name.replace(id.as_str(), "*");
        }
        name = name.replace("/0007", "/*");
        name.strip_suffix("/7").map_or(name.clone(), |folder| format!("{folder}/*"))
    };
    keys.iter().map(name).collect()
}

/// Secrets by what their names have behind the stage.
fn secrets() -> BTreeSet<String> {
    let group = |name: &str| name.split('/').next().map(str::to_owned);
    let source = workspace::read("shared/tenancy/src/names.rs");
    let literals = sql::literals(sql::without_tests(&source));
    let in_code = literals.iter().filter_map(|text| group(text.strip_prefix("vivier/{}/")?));
    let template = template().to_string();
    let in_template: Vec<&str> = template.split("secret:vivier/${Stage}/").skip(1).collect();
    in_code.chain(in_template.into_iter().filter_map(group)).collect()
}

/// What events carry: what all have, and what each kind has.
fn fields() -> BTreeSet<String> {
    let source = Source {
        project: Some(ProjectId::generate()),
        channel: Channel::Web,
        language: Some(Spoken::French),
        visitor: Some(Opaque([0; 8])),
    };
    let event = Event {
        version: SCHEMA_VERSION,
        event_id: EventId::generate(),
        tenant_id: TenantId::generate(),
        occurred_at: "2026-01-01T00:00:00Z".parse().expect("a moment"),
        source,
        kind: EventKind::ChatOpened {},
    };
    let event = serde_json::to_value(event).expect("an event is JSON");
    let every = event.as_object().expect("an object").keys().cloned();
    let own = CATALOGUE.iter().flat_map(|kind| kind.fields).map(|(name, ..)| (*name).to_owned());
    every.chain(own).collect()
}

#[test]
fn objects_of_a_bucket() {
    nothing_wrong(&differences("object", &tables(Store::Bucket), &objects()));
}

#[test]
fn groups_of_secrets() {
    nothing_wrong(&differences("secret", &tables(Store::Secrets), &secrets()));
}

#[test]
fn fields_of_events() {
    nothing_wrong(&differences("field", &columns(Store::Stream), &fields()));
}
