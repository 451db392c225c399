//! Shows a tenant's figures: totals beside the period before, series, breakdowns, lists of what was used most, and funnels.
//!
//! Everything is read from what was counted when events were stored, in one query, by days of the tenant's own time zone.

pub mod period;
pub mod routes;
pub mod view;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The room it may open: the shared database.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
