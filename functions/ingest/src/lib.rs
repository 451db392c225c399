//! Brings documents from upload to answers.
//!
//! A member announces a document and gets an address to upload it to. The file's arrival starts a run: its text is read
//! in a child process with limits, cut into pieces, and the pieces with their vectors replace those the document had.
//! Every step can be repeated; a schedule takes up what a lost event or a killed process left unfinished.

pub mod announcement;
pub mod arrival;
pub mod extraction;
pub mod pieces;
pub mod recognition;
pub mod removal;
pub mod resume;
pub mod routes;
pub mod run;
pub mod view;

use std::{path::PathBuf, sync::Arc};

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};
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
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment and opens the model in `MODEL_PATH`.
    pub async fn from_env() -> Result<Self, StartError> {
        let tenancy = tenancy_from_env().await?;
        let model = PathBuf::from(required("MODEL_PATH")?);
        let embedder = LocalE5::open(&model).map_err(StartError::dependency)?;
        Ok(Self { tenancy, clock: Clock::System, embedder: Arc::new(embedder) })
    }
}
