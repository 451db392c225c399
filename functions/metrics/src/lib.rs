//! Counts the use of every tenant.
//!
//! Takes events from the stream and stores each once in the shared database, whatever number of times it arrives.
//! What can never be counted goes to the dead-letter queue with its reason and holds nobody up.
//! Answers a back-office member's question how often what happened in a period.

pub mod batch;
pub mod queries;
pub mod record;
pub mod routes;
pub mod store;
pub mod summary;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the shared database and the dead-letter queue.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
