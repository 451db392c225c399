//! Shows a tenant's audit log to those who may read it, hands it out as a file, and checks for operators that nobody
//! tampered with it (K8.1a). The entries themselves are written where things are done.

pub mod command;
pub mod export;
pub mod query;
pub mod routes;
pub mod view;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the shared database and the registry.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
