//! A question goes in, what the tenant's documents say to it comes out.

use std::sync::Arc;

use vivier_domain::settings::chat::ChatSettings;
use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_store::passages::{self, EXACT_UP_TO, Retrieved, Wanted};
use vivier_tenancy::TenantScope;

use crate::{
    App,
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

/// Answers from the tenant's documents, as far as they answer in the front office that asks.
pub async fn answer(
    app: &App,
    scope: &TenantScope,
    question: Question,
    settings: &ChatSettings,
) -> Result<Answered, Problem> {
    // "Hello" names nothing that a document could speak of.
    if question.words.is_empty() {
        return Ok(Answered { answer: Answer::unknown(&question), trace: Trace::default(), best: None });
    }
    let embedder = Arc::clone(&app.embedder);
    let text = question.text.clone();
    let vector = computed(tokio::task::spawn_blocking(move || embedder.query(&text)).await)?;
    let retrieved = retrieve(app, scope, &question, &vector, settings).await?;
    let embedder = Arc::clone(&app.embedder);
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
    app: &App,
    scope: &TenantScope,
    question: &Question,
    vector: &[f32],
    settings: &ChatSettings,
) -> Result<Retrieved, Problem> {
    let words = question.terms();
    let wanted = Wanted {
        vector,
        model: &app.embedder.identity().name,
        words: &words,
        project: scope.project(),
        tags: &settings.tags,
        limit: LIMIT,
        exact_up_to: EXACT_UP_TO,
    };
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let retrieved = passages::retrieve(&tx, wanted).await?;
    tx.commit().await?;
    Ok(retrieved)
}

/// The outcome of a computation on another thread. Its errors name files of the model, never a text.
fn computed<T>(
    outcome: Result<Result<T, vivier_text::EmbedError>, tokio::task::JoinError>,
) -> Result<T, Problem> {
    let error = match outcome {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => telemetry::chain(&error),
        Err(_) => "the computation broke off".to_owned(),
    };
    tracing::error!(error, "an answer could not be computed");
    Err(Problem::new(ProblemKind::Internal))
}
