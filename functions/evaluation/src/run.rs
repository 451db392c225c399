//! Work on one run: its questions are asked one after the other, each outcome is stored before the next is asked.

use std::time::Instant;

use vivier_answers::{
    answer::Kind,
    question::Question,
    retrieve::{self, AnswerError, Library},
    smalltalk, wish,
};
use vivier_domain::{
    ids::{DocumentId, ProjectId},
    settings::{ProjectSettings, chat::ChatSettings},
    test_run::Edition,
};
use vivier_runtime::HandlerError;
use vivier_store::{
    settings,
    test_runs::{self, Lease, Outcome, TestRun},
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::records::Place};

use crate::{App, figures::Figures};

/// A run is given up when it was taken up so often without coming further.
const MOST_ATTEMPTS: u32 = 10;

/// What was done for a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// There was nothing to do.
    Nothing,
    /// So many questions were asked; there may be more.
    Asked(u32),
}

/// Works on the tenant's oldest unfinished run that nobody else works on.
pub async fn work(app: &App, scope: &TenantScope, until: Instant) -> Result<Worked, HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let claimed = test_runs::claim(&tx).await?;
    tx.commit().await?;
    drop(session);
    let Some((run, lease)) = claimed else { return Ok(Worked::Nothing) };
    if lease.attempt > MOST_ATTEMPTS {
        tracing::error!(run = %run.id, "a test run was given up");
        finish(app, scope, lease, None).await?;
        return Ok(Worked::Asked(0));
    }
    let mut asked = 0;
    let outcome = ask(app, scope, &run, lease, until, &mut asked).await;
    if outcome.is_err() {
        // Otherwise the next attempt would wait for the lease to end. The error that led here says more than one here would.
        let _released = release(app, scope, lease, asked > 0).await;
    }
    outcome.map(|()| Worked::Asked(asked))
}

async fn ask(
    app: &App,
    scope: &TenantScope,
    run: &TestRun,
    lease: Lease,
    until: Instant,
    asked: &mut u32,
) -> Result<(), HandlerError> {
    let settings: ChatSettings = serde_json::from_value(run.settings.clone())
        .map_err(|_| TenancyError::Corrupt("settings of a test run"))?;
    while let Some(question) = next(app, scope, lease).await? {
        if Instant::now() >= until {
            return release(app, scope, lease, *asked > 0).await;
        }
        let outcome = outcome(app, scope, run.project, &settings, question).await?;
        if !record(app, scope, lease, &outcome).await? {
            tracing::info!(run = %run.id, "a test run was taken over");
            return Ok(());
        }
        *asked += 1;
    }
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let outcomes = test_runs::list_outcomes(&tx, run.project, run.id).await?;
    tx.commit().await?;
    drop(session);
    finish(app, scope, lease, Some(&Figures::of(&outcomes))).await
}

// A session is given back before a question is asked: asking takes one of its own, and there may be no second.

async fn next(app: &App, scope: &TenantScope, lease: Lease) -> Result<Option<Outcome>, HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let next = test_runs::next(&tx, lease).await?;
    tx.commit().await?;
    Ok(next)
}

async fn record(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    outcome: &Outcome,
) -> Result<bool, HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let held = test_runs::record(&tx, lease, outcome).await?;
    tx.commit().await?;
    Ok(held)
}

/// The chatbot's settings of a front office, published or in draft; `None` where there is no draft.
pub async fn settings(
    app: &App,
    scope: &TenantScope,
    project: ProjectId,
    edition: Edition,
) -> Result<Option<ChatSettings>, TenancyError> {
    let state =
        settings::fetch::<ProjectSettings>(&app.tenancy.records(scope)?, Place::Project(project)).await?;
    Ok(match edition {
        Edition::Published => Some(state.settings().chat),
        Edition::Draft => state.draft().map(|draft| draft.settings.chat.clone()),
    })
}

/// Asks a question as a candidate of the front office would.
async fn outcome(
    app: &App,
    scope: &TenantScope,
    project: ProjectId,
    settings: &ChatSettings,
    question: Outcome,
) -> Result<Outcome, HandlerError> {
    let unanswered = Outcome { answered: Some(false), ..question };
    let text = &unanswered.question;
    let of_offers = settings.offers && wish::read(text).is_some();
    let Some(asked) = Question::read(text).filter(|_| !of_offers && smalltalk::recognise(text).is_none())
    else {
        return Ok(unanswered);
    };
    let library = Library { tenancy: &app.tenancy, embedder: &app.embedder, scope, project: Some(project) };
    let answered = retrieve::answer(library, asked, settings).await.map_err(failure)?;
    let mut documents = Vec::new();
    for passage in &answered.trace.passages {
        if !documents.contains(&passage.document_id) {
            documents.push(passage.document_id);
        }
    }
    let expected = unanswered.expected.map(DocumentId::as_uuid);
    let place = documents.iter().position(|document| Some(*document) == expected);
    Ok(Outcome {
        place: place.map(|place| place as u32 + 1),
        answered: Some(answered.answer.kind == Kind::Extract),
        cited: answered.answer.citations.iter().any(|citation| Some(citation.document_id) == expected),
        ..unanswered
    })
}

fn failure(error: AnswerError) -> HandlerError {
    match error {
        AnswerError::Tenancy(error) => error.into(),
        error => HandlerError::Other("a question could not be asked".into(), Box::new(error)),
    }
}

async fn release(app: &App, scope: &TenantScope, lease: Lease, moved: bool) -> Result<(), HandlerError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    test_runs::release(&tx, lease, moved).await?;
    Ok(tx.commit().await?)
}

async fn finish(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    figures: Option<&Figures>,
) -> Result<(), HandlerError> {
    let figures = figures.and_then(|figures| serde_json::to_value(figures).ok());
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    test_runs::finish(&tx, lease, figures.as_ref(), app.clock.now()).await?;
    Ok(tx.commit().await?)
}
