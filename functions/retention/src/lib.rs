//! Keeps the promise that data does not outlive its days (K8.1a, K9.1e).
//!
//! Once a day, tenant by tenant, it removes of each kind of data what is older than the tenant keeps it, at most so many in one run; what is
//! left over, the next run takes. What is held stays. Members choose their days within what was promised, see what the next run would
//! remove, and place holds; an operator may run it by hand, or dry. What was removed is reported, kept, and shown.

pub mod command;
pub mod configure;
pub mod holds;
pub mod kind;
pub mod partitions;
pub mod policies;
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
