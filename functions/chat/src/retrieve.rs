//! A question goes in, what the tenant's documents say to it comes out.

use std::sync::Arc;

use vivier_runtime::{
    http::{Problem, ProblemKind},
    telemetry,
};
use vivier_store::chunks::{self, Retrieved, Wanted};
use vivier_tenancy::TenantScope;

use crate::{
    App,
    answer::{self, Answer},
    question::Question,
};

/// The most pieces by meaning, and the most by words.
const LIMIT: u32 = 20;

/// Answers from the tenant's documents.
pub async fn answer(app: &App, scope: &TenantScope, question: Question) -> Result<Answer, Problem> {
    // "Hello" names nothing that a document could speak of.
    if question.words.is_empty() {
        return Ok(Answer::unknown(&question));
    }
    let embedder = Arc::clone(&app.embedder);
    let text = question.text.clone();
    let vector = computed(tokio::task::spawn_blocking(move || embedder.query(&text)).await)?;
    let retrieved = retrieve(app, scope, &question, &vector).await?;
    let embedder = Arc::clone(&app.embedder);
    let computing = tokio::task::spawn_blocking(move || {
        answer::answer(embedder.as_ref(), &question, &vector, &retrieved)
    });
    let (answer, evidence) = computed(computing.await)?;
    let balance = evidence.map(|evidence| evidence.balance());
    tracing::info!(kind = ?answer.kind, citations = answer.citations.len(), balance, "a question was answered");
    Ok(answer)
}

async fn retrieve(
    app: &App,
    scope: &TenantScope,
    question: &Question,
    vector: &[f32],
) -> Result<Retrieved, Problem> {
    let words: Vec<String> = question.words.iter().map(|word| word.folded.clone()).collect();
    let wanted = Wanted { vector, model: &app.embedder.identity().name, words: &words, limit: LIMIT };
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let retrieved = chunks::retrieve(&tx, wanted).await?;
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
