//! The shared database as the functions meet it: through TLS, as the roles of functions, against the test stack.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

mod audit;
#[path = "../common/mod.rs"]
mod common;
mod events;
mod house;
mod purge;
mod purge_reports;
mod queries;
mod rights;
mod row_security;
mod schema;
mod statements;
mod test_runs;
mod whole_months;
