//! The table of scheduled tasks (K8.1b): operators see all of it, run what they like, and decide about tenants' own tasks; members see
//! their tenant's own; and a watch finds what is silent or fails, and has it made up for.

pub mod command;
pub mod routes;
pub mod view;
pub mod watch;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the table of tasks, the registry, the audit log.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
