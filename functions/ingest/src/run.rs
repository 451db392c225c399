//! One run on one document: received → extracting → embedding → ready, or failed with a reason.
//!
//! Pieces are in the shared database, the document's state is in the tenant's own: no transaction spans both. So the
//! document's row is held while pieces are written or published. A deletion waits for it, then finds all there is to
//! remove; or it came first, and the run finds its lease gone and writes nothing.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use vivier_domain::{document::MAXIMUM_BYTES, ids::DocumentId};
use vivier_runtime::{
    HandlerError, entries,
    telemetry::{self, Unit},
};
use vivier_store::{
    audit::{self, Entry},
    documents::{self, Document, Failure, Lease},
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::files::{Fetched, FileKey},
};

use crate::{
    App,
    edition::{Made, Making, READING},
    ending,
    extraction::Upload,
    turn::Turn,
};

/// Runs that may be begun on one file without any of them coming further.
pub const MOST_ATTEMPTS: u32 = 5;
/// The reason of a document whose runs all broke off.
pub const ATTEMPTS_EXHAUSTED: &str = "attempts-exhausted";

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody else works on the document, or there is nothing to do.
    NotTaken,
    /// Its file has not arrived.
    NoFile,
    /// It came further, and is handed on.
    HandedOn,
    /// It can be answered from.
    Ready,
    /// Its newest file cannot be used.
    Failed,
    /// It was deleted, or taken over, in the meantime: nothing was written.
    Overtaken,
}

/// Runs on a document, unless somebody else does. A store that failed is an error, and the document is left for a
/// later run.
pub async fn run(
    app: &App,
    scope: &TenantScope,
    id: DocumentId,
    turn: &Turn,
) -> Result<Outcome, HandlerError> {
    let now = app.clock.now();
    let claimed = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let claimed = documents::claim(&tx, id, now, now + READING).await?;
        tx.commit().await?;
        claimed
    };
    let Some((document, mut lease)) = claimed else { return Ok(Outcome::NotTaken) };
    match work(app, scope, &document, &mut lease, turn).await {
        Ok(outcome) => {
            tracing::info!(document = %id, attempt = document.attempts, outcome = ?outcome, "a run ended");
            enter(app, scope, id, outcome).await;
            Ok(outcome)
        }
        Err(error) => {
            // Otherwise the next run would wait for the lease to end.
            if let Err(second) = release(app, scope, lease, !is_outage(&error)).await {
                tracing::warn!(document = %id, error = %second, "a lease was not given back");
            }
            Err(error)
        }
    }
}

/// Enters what a run made of a document, when it made anything of it.
async fn enter(app: &App, scope: &TenantScope, id: DocumentId, outcome: Outcome) {
    let ended = match outcome {
        Outcome::Ready => audit::Outcome::Done,
        Outcome::Failed => audit::Outcome::Failed,
        Outcome::NotTaken | Outcome::NoFile | Outcome::HandedOn | Outcome::Overtaken => return,
    };
    let subject = id.to_string();
    let entry = Entry::of(scope, app.clock.now(), "documents.prepare", &subject, ended);
    entries::enter(&app.tenancy, scope, &entry).await;
}

/// Whether a store was out of reach: that says nothing about the document.
fn is_outage(error: &HandlerError) -> bool {
    match error {
        HandlerError::Tenancy(TenancyError::Cloud { .. } | TenancyError::Busy(_)) => true,
        HandlerError::Tenancy(TenancyError::Database(error)) => error.is_transient(),
        _ => false,
    }
}

async fn release(app: &App, scope: &TenantScope, lease: Lease, counts: bool) -> Result<(), HandlerError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    documents::release(&tx, lease, counts, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn work(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    lease: &mut Lease,
    turn: &Turn,
) -> Result<Outcome, HandlerError> {
    let key = FileKey::Document(document.id, document.version);
    let files = app.tenancy.files(scope).await?;
    let Some(head) = files.head(&key).await? else { return no_file(app, scope, *lease).await };
    if !document.working && document.etag.as_deref() == Some(&head.etag) {
        return ending::repeat(app, scope, *lease).await;
    }
    let bad = |reason| ending::fail(app, scope, *lease, Some(&head.etag), Failure::of(reason));
    if document.attempts > MOST_ATTEMPTS {
        telemetry::metric("ingest", "GivenUp", Unit::Count, 1);
        return bad(ATTEMPTS_EXHAUSTED).await;
    }
    // Asked first, so that no more than this comes into memory.
    if head.bytes > MAXIMUM_BYTES {
        return bad("too_large").await;
    }
    let Fetched::Found(file) = files.get(&key, None).await? else {
        return no_file(app, scope, *lease).await;
    };
    let content = Sha256::digest(&file.bytes).to_vec();
    let begun = if document.working && document.etag.as_deref() == Some(&file.etag) {
        document.clone()
    } else {
        if is_the_present(document, &content, &app.embedder.identity().name) {
            return ending::keep(app, scope, *lease, &file.etag).await;
        }
        if let Some(twin) = ending::twin(app, scope, document.id, &content).await? {
            return ending::fail(app, scope, *lease, Some(&file.etag), ending::duplicate(twin)).await;
        }
        match ending::begin(app, scope, *lease, document, &file.etag).await? {
            Some(begun) => begun,
            None => return Ok(Outcome::Overtaken),
        }
    };
    let upload = Upload { bytes: file.bytes, name: begun.name.clone(), media_type: begun.media_type.clone() };
    let mut making =
        Making { app, scope, document: &begun, lease, upload: Arc::new(upload), turn, moved: false };
    match making.go_on().await? {
        Made::Whole(chunks) => ending::finish(app, scope, *lease, &file.etag, &content, chunks).await,
        Made::Bad(reason) => ending::fail(app, scope, *lease, Some(&file.etag), Failure::of(reason)).await,
        Made::Overtaken => Ok(Outcome::Overtaken),
        Made::InPart => {
            release(app, scope, *lease, false).await?;
            hand_on(app, scope, &key, turn.hops).await;
            Ok(Outcome::HandedOn)
        }
    }
}

async fn no_file(app: &App, scope: &TenantScope, lease: Lease) -> Result<Outcome, HandlerError> {
    release(app, scope, lease, false).await?;
    Ok(Outcome::NoFile)
}

/// Whether a file is what the document answers from already, by today's model; not where it is to be read again anyway.
fn is_the_present(document: &Document, content: &[u8], model: &str) -> bool {
    !document.forced
        && document.ready_edition.is_some()
        && document.ready_model.as_deref() == Some(model)
        && document.content.as_deref() == Some(content)
}

/// Has the rest done by another invocation at once. Where that fails the schedule does it, within a minute.
pub async fn hand_on(app: &App, scope: &TenantScope, key: &FileKey, hops: u32) {
    let handed = match app.tenancy.relay(scope) {
        Ok(relay) => relay.hand_on(key, hops).await,
        Err(error) => Err(error),
    };
    match handed {
        Ok(true) => {}
        Ok(false) => tracing::info!(hops, "the rest is left to the schedule"),
        Err(error) => {
            tracing::warn!(error = telemetry::chain(&error), "the rest could not be handed on");
        }
    }
}
