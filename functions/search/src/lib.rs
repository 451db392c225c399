//! Candidates search the tenant's offers, open one, and get suggestions while typing.
//!
//! A search touches no server: it reads the tenant's published index, which lies in memory. A newer index is followed
//! within seconds of its publication, and the one at hand answers until the newer is loaded.

mod parameters;
pub mod routes;

use std::sync::Arc;

use vivier_index::{Indexes, SearchIndex};
use vivier_runtime::{
    Clock,
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope};

/// What every request needs.
#[derive(Debug, Clone)]
pub struct App {
    tenancy: Tenancy,
    indexes: Arc<Indexes>,
    clock: Clock,
}

impl App {
    /// Loads nothing yet: a tenant's first request does.
    pub fn new(tenancy: Tenancy) -> Self {
        Self { tenancy, indexes: Arc::default(), clock: Clock::System }
    }

    /// The tenant's index; `None` when nothing was published yet.
    async fn index(&self, scope: &TenantScope) -> Result<Option<Arc<SearchIndex>>, Problem> {
        let open = async { Ok::<_, TenancyError>(self.tenancy.files(scope).await?.published_index()) };
        self.indexes.current(scope.tenant(), open).await.map_err(|error| {
            tracing::error!(error = telemetry::chain(&error), "no index could be loaded");
            Problem::new(ProblemKind::Unavailable)
        })
    }
}
