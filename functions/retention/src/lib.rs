//! Keeps the promise that data does not outlive its days (K8.1a, K9.1e).
//!
//! Once a day, tenant by tenant, it removes conversations, events and audit entries that are older than the tenant
//! keeps them, at most so many in one run; what is left over, the next run takes. An operator may run it by hand, or
//! dry, and set a tenant's days. What was removed is reported, kept, and shown to the tenant's back office.

pub mod command;
pub mod configure;
pub mod kind;
pub mod partitions;
pub mod reports;
pub mod routes;
pub mod run;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: registry, settings, conversations and the shared database.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
