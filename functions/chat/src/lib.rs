//! Answers candidates' questions from the tenant's documents.
//!
//! Finds pieces by meaning and by words, quotes the sentences that speak of what was asked, each bound to its document,
//! place and characters, or says that the documents do not answer. Nothing is made up: every word of an answer is quoted.
//! Around that it greets, shows offers to whoever wishes for a job, understands questions that lean on the one before, and
//! hands over to a person. Keeps the conversation in the tenant's own table for as long as the tenant keeps conversations.

pub mod export;
mod limits;
pub mod listing;
mod offers;
pub mod reply;
mod respond;
pub mod resume;
pub mod routes;
pub mod sessions;
pub mod spoken;
mod stream;
pub mod texts;
pub mod view;
pub mod written;

use std::{path::PathBuf, sync::Arc};

use vivier_index::Indexes;
use vivier_runtime::{Clock, Settings, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};
use vivier_text::{Embedder, LocalE5};

/// What the function holds from cold start on.
#[derive(Clone)]
pub struct App {
    /// The rooms it may open: conversations, the index, the shared database, settings, limits, models, events.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The model that turns questions and sentences into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// The tenants' published offers.
    pub indexes: Arc<Indexes>,
    /// The front offices' settings as they were read lately.
    pub settings: Arc<Settings>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Nothing is called yet.
    pub fn new(tenancy: Tenancy, clock: Clock, embedder: Arc<dyn Embedder>) -> Self {
        Self { tenancy, clock, embedder, indexes: Arc::default(), settings: Arc::default() }
    }

    /// Reads the environment and opens the model in `MODEL_PATH`.
    pub fn from_env() -> Result<Self, StartError> {
        let tenancy = tenancy_from_env()?;
        let model = PathBuf::from(required("MODEL_PATH")?);
        let embedder = LocalE5::open(&model).map_err(StartError::dependency)?;
        Ok(Self::new(tenancy, Clock::System, Arc::new(embedder)))
    }
}
