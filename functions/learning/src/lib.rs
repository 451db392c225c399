//! Tells a front office what is to be learnt from the use of its search.
//!
//! What candidates search for most, what finds nothing, where hits are opened, and which of two settings does better. Only texts
//! that enough different visitors searched for can be read; all else is summed.

pub mod figures;
pub mod routes;
pub mod view;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the shared database, projects and their settings.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
