//! Sessions on the server (K6.2d), and what a member does with the own account: passwords and second factors (K6.2).
//!
//! A browser gets one opaque cookie; the user pool's tokens stay here, sealed under it. Guessing is slowed down and
//! stopped by account and by address, and nobody learns from an answer, or from its time, who has an account.

mod admission;
mod answer;
mod challenge;
mod config;
mod factors;
mod ledger;
mod login;
mod mine;
mod password;
mod patience;
pub mod routes;
mod throttle;
mod visitor;

use std::sync::Arc;

pub use config::SessionConfig;
pub use login::SETUP_WAITS;
use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: registry, records, sessions, attempts, accounts, people, mail, the audit log.
    pub tenancy: Tenancy,
    /// What the environment says.
    pub config: Arc<SessionConfig>,
    /// The time.
    pub clock: Clock,
}
