//! The map of data and what the stores of the test stack really hold: columns and indexes from PostgreSQL's catalogue, attributes from
//! items that the code itself wrote.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod databases;
mod items;
mod seed;

/// Fails with every sentence, not only the first.
#[track_caller]
fn nothing_wrong(found: &[String]) {
    assert!(found.is_empty(), "\n  - {}\n", found.join("\n  - "));
}
