//! Candidates search the tenant's offers, open one, and get suggestions while typing.
//!
//! A search waits for no server, but for moments for its settings: it reads the tenant's published index, which lies in memory.
//! A newer index is followed within seconds of its publication, and the one at hand answers until the newer is loaded.

mod learning;
mod meaning;
mod occupations;
mod places;
pub mod routes;
mod tuning;

use std::{path::PathBuf, sync::Arc};

use vivier_index::{Indexes, SearchIndex};
use vivier_reference::Reference;
use vivier_runtime::{
    Clock, StartError,
    http::{Problem, ProblemKind},
    telemetry, tenancy_from_env,
};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope, config::required};
use vivier_text::{Embedder, OfferEmbedder};

pub use meaning::Meanings;
use tuning::Tuning;

/// What every request needs.
#[derive(Clone)]
pub struct App {
    tenancy: Tenancy,
    indexes: Arc<Indexes>,
    meanings: Meanings,
    tuning: Arc<Tuning>,
    reference: Arc<Reference>,
    clock: Clock,
}

impl App {
    /// The rooms it opens.
    pub const fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    /// Loads no index yet: a tenant's first request does.
    pub fn new(
        tenancy: Tenancy,
        clock: Clock,
        embedder: Arc<dyn Embedder>,
        reference: Arc<Reference>,
    ) -> Self {
        let meanings = Meanings::new(embedder);
        Self { tenancy, indexes: Arc::default(), meanings, tuning: Arc::default(), reference, clock }
    }

    /// Reads the environment and opens the model in `MODEL_PATH`. The places in `REFERENCE_PATH` are opened by the first request
    /// that names one.
    pub async fn from_env() -> Result<Self, StartError> {
        let model = PathBuf::from(required("MODEL_PATH")?);
        // Read from the disk while the clients are being made.
        let opening = tokio::task::spawn_blocking(move || OfferEmbedder::open(&model));
        let tenancy = tenancy_from_env()?;
        let embedder = opening.await.map_err(StartError::dependency)?.map_err(StartError::dependency)?;
        let reference = Arc::new(Reference::in_folder(PathBuf::from(required("REFERENCE_PATH")?)));
        Ok(Self::new(tenancy, Clock::System, Arc::new(embedder), reference))
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
