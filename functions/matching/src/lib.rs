//! A candidate's CV is matched with the tenant's offers: read in memory, weighed, answered, gone.
//!
//! Nothing here writes. The function's role can write nothing but counts, and what a CV says lives in types that print as
//! `[redacted]`. The score sees titles, skills, years and the place, because [`vivier_index::CandidateProfile`] has nothing else.

mod candidate;
mod cv;
pub mod elsewhere;
mod residency;
pub mod routes;

use std::{path::PathBuf, sync::Arc};

use vivier_index::{Indexes, SearchIndex};
use vivier_outside::Outside;
use vivier_reference::Reference;
use vivier_resume::LocalParser;
use vivier_runtime::{
    Clock, StartError,
    http::{Problem, ProblemKind},
    telemetry, tenancy_from_env,
};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope, config::required};
use vivier_text::{Embedder, OfferEmbedder};

use crate::elsewhere::terms::Remembered;
pub use candidate::{Understood, understand};

/// What every request needs.
#[derive(Clone)]
pub struct App {
    /// The doors and rooms.
    pub tenancy: Tenancy,
    /// The tenants' indexes.
    pub indexes: Arc<Indexes>,
    /// The model that turns titles into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Who reads CVs, where the tenant has nobody else.
    pub own: LocalParser,
    /// Who else does.
    pub remembered: Arc<Remembered>,
    /// Whom other parsers may be.
    pub outside: Outside,
    /// Places.
    pub reference: Arc<Reference>,
    /// The time.
    pub clock: Clock,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment, and opens the model in `MODEL_PATH`. The places in `REFERENCE_PATH` are opened by the first CV.
    pub async fn from_env() -> Result<Self, StartError> {
        let model = PathBuf::from(required("MODEL_PATH")?);
        let outside = Outside::from_env()?;
        let reference = Arc::new(Reference::in_folder(PathBuf::from(required("REFERENCE_PATH")?)));
        // Read from the disk while the clients are being made.
        let opening = tokio::task::spawn_blocking(move || OfferEmbedder::open(&model));
        let tenancy = tenancy_from_env()?;
        let embedder = opening.await.map_err(StartError::dependency)?.map_err(StartError::dependency)?;
        Ok(Self {
            tenancy,
            indexes: Arc::default(),
            embedder: Arc::new(embedder),
            own: LocalParser::default(),
            remembered: Arc::default(),
            outside,
            reference,
            clock: Clock::System,
        })
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
