//! Takes from front offices' pages what only a browser knows: that a suggestion was taken, that somebody went on to apply.
//!
//! What is told is counted, never stored with whoever told it. Nothing that a page says is free text.

pub mod limits;
pub mod routes;
pub mod told;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the event stream, and counters of how much one caller tells.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
