//! Tells a front office what is to be learnt from the use of its search.
//!
//! What candidates search for most, what finds nothing, where hits are opened, which of two settings does better, and which synonyms
//! would help. Only texts that enough different visitors searched for can be read; all else is summed.

pub mod effect;
pub mod engine;
pub mod figures;
pub mod propose;
pub mod routes;
pub mod view;

use std::{path::PathBuf, sync::Arc};

use vivier_index::Indexes;
use vivier_reference::Reference;
use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};
use vivier_text::{Embedder, OfferEmbedder};

/// What the function holds from cold start on.
#[derive(Clone)]
pub struct App {
    /// The rooms it may open: the shared database, projects and their settings, the published index.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The tenants' indexes.
    pub indexes: Arc<Indexes>,
    /// The model that turns searches into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// The occupations.
    pub reference: Arc<Reference>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment and opens the model in `MODEL_PATH`.
    pub fn from_env() -> Result<Self, StartError> {
        let tenancy = tenancy_from_env()?;
        let model = PathBuf::from(required("MODEL_PATH")?);
        let embedder = OfferEmbedder::open(&model).map_err(StartError::dependency)?;
        let reference = Arc::new(Reference::in_folder(PathBuf::from(required("REFERENCE_PATH")?)));
        let (clock, indexes) = (Clock::System, Arc::default());
        Ok(Self { tenancy, clock, indexes, embedder: Arc::new(embedder), reference })
    }
}
