//! A scope is minted where an event comes in, and nowhere else: a handler that opened a door with values of its own would
//! pass the first lock.

use crate::{nothing_wrong, workspace};

/// The edges: where what the platform wrote is first read.
const EDGES: &[&str] = &[
    "functions/ingest/src/arrival.rs",
    "functions/metrics/src/batch.rs",
    "functions/offers/src/lib.rs",
    "functions/reports/src/arrival.rs",
    "shared/runtime/src/http/office.rs",
    "shared/runtime/src/invocation.rs",
    "shared/testkit/src/scope.rs",
];

/// Every door by the name of its module.
const DOORS: &[&str] = &["file", "http", "operator", "schedule", "stream"];

fn opens_a_door(source: &str) -> bool {
    // Tests stand behind the code and make scopes of made-up events.
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    DOORS.iter().any(|door| code.contains(&format!("{door}::enter")))
        || code
            .split("use vivier_tenancy::")
            .skip(1)
            .filter_map(|rest| rest.split(';').next())
            .any(|import| import.contains("doors") && import.contains("enter"))
}

fn strays<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    files
        .filter(|(file, source)| !EDGES.contains(file) && opens_a_door(source))
        .map(|(file, _)| format!("{file} opens a door and is no edge"))
        .collect()
}

#[test]
fn doors_are_opened_at_the_edges_only() {
    let files: Vec<_> = ["functions", "shared"]
        .iter()
        .flat_map(|folder| workspace::files(folder, &["rs"]))
        .filter(|file| {
            !file.starts_with("shared/tenancy/") && !file.contains("/tests/") && !file.ends_with("/tests.rs")
        })
        .map(|file| (workspace::read(&file), file))
        .collect();
    assert!(files.len() > 50, "there are sources");
    nothing_wrong(&strays(files.iter().map(|(source, file)| (file.as_str(), source.as_str()))));
}

#[test]
fn a_handler_that_opens_a_door_is_noticed() {
    let handler = "use vivier_tenancy::doors;\nlet scope = doors::operator::enter(&body)?;";
    assert_eq!(strays([("functions/chat/src/routes.rs", handler)].into_iter()).len(), 1);
    assert_eq!(strays([("shared/runtime/src/invocation.rs", handler)].into_iter()).len(), 0);
    let imported = "use vivier_tenancy::doors::http::{OFFICE, enter};";
    assert_eq!(strays([("functions/chat/src/routes.rs", imported)].into_iter()).len(), 1);
    let names = "use vivier_tenancy::doors::http::{OFFICE, TENANT};";
    assert_eq!(strays([("functions/authorizer/src/decide.rs", names)].into_iter()).len(), 0);
    let tested = "fn f() {}\n#[cfg(test)]\nmod tests { doors::http::enter(&context) }";
    assert_eq!(strays([("shared/runtime/src/http/cursor.rs", tested)].into_iter()).len(), 0);
}
