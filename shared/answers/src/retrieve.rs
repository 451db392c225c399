//! A question goes in, what the tenant's documents say to it comes out.

use std::sync::Arc;

use vivier_domain::{ids::ProjectId, settings::chat::ChatSettings};
use vivier_store::passages::{self, EXACT_UP_TO, Retrieved, Wanted};
use vivier_tenancy::{Tenancy, TenancyError, TenantScope};
use vivier_text::{EmbedError, Embedder};

use crate::{
    answer::{self, Answer},
    question::Question,
    trace::Trace,
};

/// The most pieces by meaning, and the most by words.
pub const LIMIT: u32 = 20;

/// An answer, and how it came about.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// What was found, and why it was accepted or not.
    pub trace: Trace,
    /// The best sentences, whether they were good enough or not: for calibration, and for whoever writes an answer from
    /// them. Not for candidates.
    pub best: Option<String>,
}

/// The documents that a front office is answered from, and the model that reads its questions.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// The rooms: the shared database is needed.
    pub tenancy: &'a Tenancy,
    /// The model.
    pub embedder: &'a Arc<dyn Embedder>,
    /// Whose documents.
    pub scope: &'a TenantScope,
    /// The front office; without one, the documents of all are asked.
    pub project: Option<ProjectId>,
}

impl std::fmt::Debug for Library<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("project", &self.project).finish_non_exhaustive()
    }
}

/// Why there is no answer. None of it repeats a text: errors of the model name its files.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The documents are out of reach.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The model failed.
    #[error("the model failed")]
    Embed(#[from] EmbedError),
    /// A thread ended before its computation did.
    #[error("the computation broke off")]
    Broken,
}

/// Answers from the tenant's documents, as far as they answer in the front office that asks.
pub async fn answer(
    library: Library<'_>,
    question: Question,
    settings: &ChatSettings,
) -> Result<Answered, AnswerError> {
    // "Hello" names nothing that a document could speak of.
    if question.words.is_empty() {
        return Ok(Answered { answer: Answer::unknown(&question), trace: Trace::default(), best: None });
    }
    let embedder = Arc::clone(library.embedder);
    let text = question.text.clone();
    let vector = computed(tokio::task::spawn_blocking(move || embedder.query(&text)).await)?;
    let retrieved = retrieve(library, &question, &vector, settings).await?;
    let embedder = Arc::clone(library.embedder);
    let how = answer::How::of(settings);
    let computing = tokio::task::spawn_blocking(move || {
        answer::answer(embedder.as_ref(), &question, &vector, &retrieved, how)
    });
    let answered = computed(computing.await)?;
    let balance = answered.trace.balance;
    let citations = answered.answer.citations.len();
    tracing::info!(kind = ?answered.answer.kind, citations, balance, "a question was answered");
    Ok(answered)
}

async fn retrieve(
    library: Library<'_>,
    question: &Question,
    vector: &[f32],
    settings: &ChatSettings,
) -> Result<Retrieved, AnswerError> {
    let words = question.terms();
    let wanted = Wanted {
        vector,
        model: &library.embedder.identity().name,
        words: &words,
        project: library.project,
        tags: &settings.tags,
        limit: LIMIT,
        exact_up_to: EXACT_UP_TO,
    };
    let mut session = library.tenancy.pool(library.scope).await?;
    let tx = session.begin().await.map_err(TenancyError::from)?;
    let retrieved = passages::retrieve(&tx, wanted).await.map_err(TenancyError::from)?;
    tx.commit().await.map_err(TenancyError::from)?;
    Ok(retrieved)
}

/// The outcome of a computation on another thread.
fn computed<T>(outcome: Result<Result<T, EmbedError>, tokio::task::JoinError>) -> Result<T, AnswerError> {
    Ok(outcome.map_err(|_| AnswerError::Broken)??)
}
