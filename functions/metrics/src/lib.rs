//! Counts the use of every tenant.
//!
//! Takes events from the stream and stores each once in the shared database, whatever number of times it arrives; every figure moves
//! by what is new, in the same transaction. What can never be counted goes to the dead-letter queue with its reason and holds nobody up;
//! an operator has it counted after all when the fault is mended.

pub mod batch;
pub mod command;
pub mod queries;
pub mod record;
pub mod replay;
pub mod store;

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
