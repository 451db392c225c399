//! The workspace's contracts: what no single crate can promise for all of them.
//!
//! Each module holds one contract. Its checks are plain functions that return what is wrong, one sentence each, so that a
//! small bad sample can show that they would notice; the test of the same name applies them to the repository.

mod audited;
mod catalogue;
mod data_map;
mod decisions;
mod defaults;
mod doors;
mod events;
mod house;
mod imports;
mod routes;
mod sql;
mod template;
mod workspace;

/// Fails with every sentence, not only the first.
#[track_caller]
fn nothing_wrong(found: &[String]) {
    assert!(found.is_empty(), "\n  - {}\n", found.join("\n  - "));
}
