//! One run on one document: received → extracting → embedding → ready, or failed with a reason.
//!
//! Pieces are in the shared database, the document's state is in the tenant's own: no transaction spans both. So the
//! document's row is held while the pieces are written. A deletion waits for it, then finds all there is to remove; or
//! it came first, and the run finds its lease gone and writes nothing.

use std::time::Duration;

use vivier_domain::{
    document::{DocumentStatus, MAXIMUM_BYTES},
    event::EventKind,
    ids::DocumentId,
};
use vivier_runtime::{HandlerError, entries};
use vivier_store::{
    audit::{self, Entry},
    chunks::{self, NewChunk, Source},
    documents::{self, Document, Lease},
    sources::{self, Publication},
};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::files::{Fetched, FileKey},
};

use crate::{App, extraction, pieces};

/// How long a run may be silent before another takes the document up. Reading a file may take 20 s of it.
pub const LEASE: Duration = Duration::from_secs(90);
/// How long it may be silent once its text is read: a batch of pieces takes some seconds.
const RENEWAL: Duration = Duration::from_secs(45);
/// Runs that may be begun on one file.
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
    /// It can be answered from.
    Ready,
    /// It cannot be used.
    Failed,
    /// It was deleted, or taken over, in the meantime: nothing was written.
    Overtaken,
}

/// What a run comes to, before it is written down.
enum Verdict {
    Pieces(Vec<NewChunk>),
    Bad(&'static str),
    /// The file is the one that the document's present state was reached with.
    Same,
    NoFile,
    Overtaken,
}

/// Runs on a document, unless somebody else does. A store that failed is an error, and the document is left for a
/// later run.
pub async fn run(app: &App, scope: &TenantScope, id: DocumentId) -> Result<Outcome, HandlerError> {
    let now = app.clock.now();
    let claimed = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let claimed = documents::claim(&tx, id, now, now + LEASE).await?;
        tx.commit().await?;
        claimed
    };
    let Some((document, mut lease)) = claimed else { return Ok(Outcome::NotTaken) };
    match work(app, scope, &document, &mut lease).await {
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
        Outcome::NotTaken | Outcome::NoFile | Outcome::Overtaken => return,
    };
    let subject = id.to_string();
    let entry = Entry::of(scope, app.clock.now(), "documents.prepare", &subject, ended);
    entries::enter(&app.tenancy, scope, &entry).await;
}

/// Whether a store was out of reach: that says nothing about the document.
fn is_outage(error: &HandlerError) -> bool {
    match error {
        HandlerError::Tenancy(TenancyError::Cloud { .. }) => true,
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
) -> Result<Outcome, HandlerError> {
    if document.attempts > MOST_ATTEMPTS {
        return fail(app, scope, document, *lease, None, ATTEMPTS_EXHAUSTED).await;
    }
    let mut etag = document.etag.clone();
    match judge(app, scope, document, lease, &mut etag).await? {
        Verdict::Pieces(pieces) => finish(app, scope, document, *lease, etag.as_deref(), &pieces).await,
        Verdict::Bad(reason) => fail(app, scope, document, *lease, etag.as_deref(), reason).await,
        Verdict::Same => repeat(app, scope, document, *lease).await,
        Verdict::Overtaken => Ok(Outcome::Overtaken),
        Verdict::NoFile => {
            release(app, scope, *lease, false).await?;
            Ok(Outcome::NoFile)
        }
    }
}

async fn judge(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    lease: &mut Lease,
    etag: &mut Option<String>,
) -> Result<Verdict, HandlerError> {
    let files = app.tenancy.files(scope).await?;
    let key = FileKey::Document(document.id, document.version);
    match files.size(&key).await? {
        None => return Ok(Verdict::NoFile),
        // Asked first, so that no more than this comes into memory.
        Some(bytes) if bytes > MAXIMUM_BYTES => return Ok(Verdict::Bad("too_large")),
        Some(_) => {}
    }
    let file = match files.get(&key, etag.as_deref()).await? {
        Fetched::Missing => return Ok(Verdict::NoFile),
        Fetched::Unchanged => return Ok(Verdict::Same),
        Fetched::Found(file) => file,
    };
    *etag = Some(file.etag);
    let extracted =
        match extraction::read(file.bytes, document.name.clone(), document.media_type.clone()).await? {
            Ok(extracted) => extracted,
            Err(error) => return Ok(Verdict::Bad(error.code())),
        };
    let chunks = vivier_text::chunks(&extracted);
    if chunks.is_empty() {
        return Ok(Verdict::Bad("no_text"));
    }
    if chunks.len() > pieces::MOST {
        return Ok(Verdict::Bad("too_large"));
    }
    let mut pieces = Vec::with_capacity(chunks.len());
    for batch in chunks.chunks(pieces::BATCH) {
        let Some(renewed) = renew(app, scope, *lease).await? else { return Ok(Verdict::Overtaken) };
        *lease = renewed;
        pieces.extend(pieces::embed(&app.embedder, &document.name, batch.to_vec()).await?);
    }
    Ok(Verdict::Pieces(pieces))
}

async fn renew(app: &App, scope: &TenantScope, lease: Lease) -> Result<Option<Lease>, HandlerError> {
    let now = app.clock.now();
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let renewed = documents::renew(&tx, lease, DocumentStatus::Embedding, now, now + RENEWAL).await?;
    tx.commit().await?;
    Ok(renewed)
}

async fn finish(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    lease: Lease,
    etag: Option<&str>,
    pieces: &[NewChunk],
) -> Result<Outcome, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    if !documents::lock(&held, lease).await? {
        return Ok(Outcome::Overtaken);
    }
    let model = app.embedder.identity();
    let source = Source {
        document: document.id,
        edition: document.version,
        model: &model.name,
        dimension: model.dimension,
    };
    let mut shared = app.tenancy.pool(scope).await?;
    let tx = shared.begin().await?;
    let count = pieces.len() as u32;
    for batch in pieces.chunks(crate::pieces::BATCH) {
        chunks::stage(&tx, source, batch).await?;
    }
    let publication = Publication {
        document: document.id,
        version: document.version,
        edition: document.version,
        name: &document.name,
        tags: &[],
        projects: &[],
        model: &model.name,
        chunks: count,
    };
    sources::publish(&tx, publication).await?;
    tx.commit().await?;
    let now = app.clock.now();
    documents::finish(&held, lease, etag.unwrap_or_default(), count, now).await?;
    held.commit().await?;
    let event = EventKind::DocumentReady { document_id: document.id, chunks: count };
    app.tenancy.events(scope)?.publish(now, [event]).await;
    Ok(Outcome::Ready)
}

async fn fail(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    lease: Lease,
    etag: Option<&str>,
    reason: &str,
) -> Result<Outcome, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    if !documents::lock(&held, lease).await? {
        return Ok(Outcome::Overtaken);
    }
    // What an earlier file said must not be answered in the name of this one.
    let mut shared = app.tenancy.pool(scope).await?;
    let tx = shared.begin().await?;
    sources::withdraw(&tx, document.id).await?;
    chunks::remove(&tx, document.id).await?;
    tx.commit().await?;
    documents::fail(&held, lease, etag, reason, app.clock.now()).await?;
    held.commit().await?;
    tracing::info!(document = %document.id, reason, "a document cannot be used");
    Ok(Outcome::Failed)
}

/// Writes down again what the same file came to before.
async fn repeat(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    lease: Lease,
) -> Result<Outcome, HandlerError> {
    let now = app.clock.now();
    let mut own = app.tenancy.silo(scope).await?;
    let tx = own.begin().await?;
    let etag = document.etag.as_deref();
    let outcome = if let Some(chunks) = document.chunks {
        documents::finish(&tx, lease, etag.unwrap_or_default(), chunks, now).await?;
        Outcome::Ready
    } else {
        documents::fail(&tx, lease, etag, document.reason.as_deref().unwrap_or("unreadable"), now).await?;
        Outcome::Failed
    };
    tx.commit().await?;
    Ok(outcome)
}
