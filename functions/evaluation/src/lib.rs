//! Measures how well a front office's questions are answered.
//!
//! Members keep a set of questions, each with the document that answers it or none. A run asks them all, by the very code that
//! answers candidates and by the settings published or in draft, and keeps the figures: so that a change of settings or
//! documents shows its effect. Runs are asked for by members, and each day by a schedule.

pub mod figures;
pub mod routes;
pub mod run;
pub mod tick;
pub mod view;

use std::{path::PathBuf, sync::Arc};

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};
use vivier_text::{Embedder, LocalE5};

/// What the function holds from cold start on.
#[derive(Clone)]
pub struct App {
    /// The rooms it may open: the shared database, settings, the registry.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The model that turns questions into vectors.
    pub embedder: Arc<dyn Embedder>,
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
        let embedder = LocalE5::open(&model).map_err(StartError::dependency)?;
        Ok(Self { tenancy, clock: Clock::System, embedder: Arc::new(embedder) })
    }
}
