//! Makes, shows, disables and removes tenants. Operators invoke it directly; no route of the API leads here.
//!
//! Creating is idempotent and resumable: every step can be done again, and the tenant is served only after the last.

mod arrive;
mod command;
mod create;
mod delete;
mod describe;
mod destroy;
mod entry;
mod limit;
mod luggage;
mod people;
mod refresh;
mod senders;

pub use command::{App, handle};
