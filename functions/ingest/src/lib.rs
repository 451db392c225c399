//! Brings documents from upload to answers.
//!
//! A member announces a document and gets an address to upload it to. The file's arrival starts a run: slice by slice its
//! text is read in a child process with limits, cut into pieces, and the pieces are staged with their vectors; at the end
//! they take the place of those that answered. A run that ends anywhere is gone on with where it stood, by the next
//! invocation or by a schedule.

pub mod announcement;
pub mod arrival;
pub mod batch;
pub mod edition;
pub mod ending;
pub mod extraction;
pub mod labels;
pub mod pieces;
pub mod recognition;
pub mod removal;
pub mod resume;
pub mod routes;
pub mod run;
pub mod slice;
pub mod turn;
pub mod view;

use std::{path::PathBuf, sync::Arc, time::Duration};

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{
    Tenancy,
    config::{parsed, required},
};
use vivier_text::{Embedder, LocalE5};

/// What the function holds from cold start on.
#[derive(Clone)]
pub struct App {
    /// The rooms it may open: files, the tenant's own database, the shared one, events, the registry.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The model that turns pieces into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// How long an invocation begins new work on a document for.
    pub lasts: Duration,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment and opens the model in `MODEL_PATH`. `RUN_SECONDS` is how long an invocation begins new work for.
    pub fn from_env() -> Result<Self, StartError> {
        let tenancy = tenancy_from_env()?;
        let model = PathBuf::from(required("MODEL_PATH")?);
        let embedder = LocalE5::open(&model).map_err(StartError::dependency)?;
        let lasts = Duration::from_secs(parsed("RUN_SECONDS", turn::USUAL_SECONDS)?);
        Ok(Self { tenancy, clock: Clock::System, embedder: Arc::new(embedder), lasts })
    }
}
