//! Records and doors as the functions meet them: in the shared tables of the test stack.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

mod keys;
mod senders;
mod settings;

use jiff::{SignedDuration, Timestamp};

/// A moment, in minutes from one that every test counts from.
fn at(minutes: i64) -> Timestamp {
    "2026-04-01T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}
