//! Candidates search the tenant's offers, open one, and get suggestions while typing.
//!
//! A search touches no server: it reads the tenant's published index, which lies in memory. A newer index is followed
//! within seconds of its publication, and the one at hand answers until the newer is loaded.

mod follow;
mod indexes;
mod parameters;
pub mod routes;

use std::sync::Arc;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What every request needs.
#[derive(Debug, Clone)]
pub struct App {
    tenancy: Tenancy,
    indexes: Arc<indexes::Indexes>,
    clock: Clock,
}

impl App {
    /// Loads nothing yet: a tenant's first request does.
    pub fn new(tenancy: Tenancy) -> Self {
        Self { tenancy, indexes: Arc::default(), clock: Clock::System }
    }
}
