//! Answers candidates' questions from the tenant's documents.
//!
//! Finds pieces by meaning and by words, quotes the sentences that speak of what was asked, each bound to its document,
//! place and characters, or says that the documents do not answer. Nothing is made up: every word of an answer is quoted.
//! Keeps the conversation in the tenant's own table for as long as the tenant keeps conversations.

pub mod answer;
pub mod decide;
pub mod figure;
pub mod likeness;
pub mod passage;
pub mod question;
pub mod rank;
pub mod retrieve;
pub mod routes;
pub mod select;
pub mod sessions;
pub mod texts;
pub mod trace;
pub mod view;
pub mod words;

use std::{path::PathBuf, sync::Arc};

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};
use vivier_text::{Embedder, LocalE5};

/// What the function holds from cold start on.
#[derive(Clone)]
pub struct App {
    /// The rooms it may open: conversations, the shared database, settings, events.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The model that turns questions and sentences into vectors.
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
