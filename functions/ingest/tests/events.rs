//! The example events are what the function takes.

use vivier_domain::ids::DocumentId;
use vivier_runtime::Invocation;
use vivier_tenancy::{doors, names::Names, rooms::files::FileKey};

fn parse(text: &str) -> Invocation {
    let raw = serde_json::from_str(text).expect("an example is JSON");
    Invocation::parse(raw).expect("an example is an event")
}

#[test]
fn requests() {
    for text in [
        include_str!("../../../events/ingest/create.json"),
        include_str!("../../../events/ingest/list.json"),
        include_str!("../../../events/ingest/fetch.json"),
        include_str!("../../../events/ingest/delete.json"),
    ] {
        assert!(matches!(parse(text), Invocation::Http(_)));
    }
}

#[test]
fn a_file() {
    let Invocation::File(event) = parse(include_str!("../../../events/ingest/file.json")) else {
        panic!("no file")
    };
    let (scope, key) = doors::file::enter(&Names::new("demo"), &event).expect("a tenant's bucket");
    assert_eq!(scope.tenant().simple(), "018f0000000070008000000000000001");
    let document: DocumentId = "019b0000-0000-7000-8000-00000000d0c1".parse().expect("an id");
    assert_eq!(key, FileKey::Document(document, 1));
}

#[test]
fn the_schedule() {
    assert!(matches!(parse(include_str!("../../../events/ingest/schedule.json")), Invocation::Schedule(..)));
}
