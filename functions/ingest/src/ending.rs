//! The first and the last step of a run: what answers changes only here, and as a whole.

use vivier_domain::{event::EventKind, ids::DocumentId};
use vivier_runtime::HandlerError;
use vivier_store::{
    chunks,
    documents::{self, Document, Failure, Lease},
    sources::{self, Publication},
};
use vivier_tenancy::{TenancyError, TenantScope, rooms::files::FileKey};

use crate::{App, run::Outcome};

/// The reason of a document whose content another one has.
pub const DUPLICATE: &str = "duplicate";

/// A failure for having the content of another document.
pub const fn duplicate(twin: DocumentId) -> Failure<'static> {
    Failure { reason: DUPLICATE, duplicate_of: Some(twin) }
}

/// Another document that answers from the same content.
pub async fn twin(
    app: &App,
    scope: &TenantScope,
    id: DocumentId,
    content: &[u8],
) -> Result<Option<DocumentId>, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let tx = own.begin().await?;
    let twin = documents::find_twin(&tx, id, content).await?;
    tx.commit().await?;
    Ok(twin)
}

/// Begins a new edition, after letting go of one that was never finished. `None`: the document was deleted or taken over.
pub async fn begin(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    document: &Document,
    etag: &str,
) -> Result<Option<Document>, HandlerError> {
    // Fixed at the beginning: a change in between would cut the rest into other slices.
    let recognition = app.tenancy.records(scope)?.tenant_settings().await?.documents.recognition;
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    if documents::lock(&held, lease).await?.is_none() {
        return Ok(None);
    }
    discard(app, scope, document).await?;
    let begun = documents::begin(&held, lease, etag, recognition, app.clock.now()).await?;
    held.commit().await?;
    Ok(begun)
}

/// Removes what is staged of an edition that does not answer.
async fn discard(app: &App, scope: &TenantScope, document: &Document) -> Result<(), TenancyError> {
    if document.edition == 0 || document.ready_edition == Some(document.edition) {
        return Ok(());
    }
    let mut shared = app.tenancy.pool(scope).await?;
    let tx = shared.begin().await?;
    chunks::discard(&tx, document.id, document.edition).await?;
    Ok(tx.commit().await?)
}

/// Ends a run with success: from here on the edition answers, and no other.
pub async fn finish(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    etag: &str,
    content: &[u8],
    count: u32,
) -> Result<Outcome, HandlerError> {
    let model = &app.embedder.identity().name;
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    documents::hold_contents(&held).await?;
    let Some(document) = documents::lock(&held, lease).await? else { return Ok(Outcome::Overtaken) };
    // Two files of one content may have been worked on at the same time.
    if let Some(twin) = documents::find_twin(&held, document.id, content).await? {
        discard(app, scope, &document).await?;
        documents::fail(&held, lease, Some(etag), duplicate(twin), app.clock.now()).await?;
        held.commit().await?;
        return Ok(Outcome::Failed);
    }
    publish(app, scope, &document, document.edition, count, model).await?;
    let now = app.clock.now();
    documents::finish(&held, lease, content, model, count, now).await?;
    held.commit().await?;
    drop(own);
    let event = EventKind::DocumentReady { document_id: document.id, chunks: count };
    app.tenancy.events(scope)?.record(now, [event]);
    tidy(app, scope, &document).await;
    Ok(Outcome::Ready)
}

/// Ends a run on a file with the content that answers already: the edition goes on answering, for this version.
pub async fn keep(app: &App, scope: &TenantScope, lease: Lease, etag: &str) -> Result<Outcome, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    let Some(document) = documents::lock(&held, lease).await? else { return Ok(Outcome::Overtaken) };
    discard(app, scope, &document).await?;
    if let (Some(edition), Some(count), Some(model)) =
        (document.ready_edition, document.chunks, &document.ready_model)
    {
        publish(app, scope, &document, edition, count, model).await?;
    }
    documents::keep(&held, lease, etag, app.clock.now()).await?;
    held.commit().await?;
    drop(own);
    tidy(app, scope, &document).await;
    Ok(Outcome::Ready)
}

async fn publish(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    edition: u32,
    chunks: u32,
    model: &str,
) -> Result<(), TenancyError> {
    let mut shared = app.tenancy.pool(scope).await?;
    let tx = shared.begin().await?;
    let publication = Publication {
        document: document.id,
        version: document.version,
        edition,
        name: &document.name,
        tags: &document.tags,
        projects: &document.projects,
        model,
        chunks,
    };
    sources::publish(&tx, publication).await?;
    Ok(tx.commit().await?)
}

/// Ends a run for good, with the reason. What answered before goes on doing so.
pub async fn fail(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    etag: Option<&str>,
    failure: Failure<'_>,
) -> Result<Outcome, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let held = own.begin().await?;
    let Some(document) = documents::lock(&held, lease).await? else { return Ok(Outcome::Overtaken) };
    discard(app, scope, &document).await?;
    documents::fail(&held, lease, etag, failure, app.clock.now()).await?;
    held.commit().await?;
    tracing::info!(document = %document.id, reason = failure.reason, "a document cannot be used");
    Ok(Outcome::Failed)
}

/// Writes down again what the same file came to before.
pub async fn repeat(app: &App, scope: &TenantScope, lease: Lease) -> Result<Outcome, HandlerError> {
    let mut own = app.tenancy.silo(scope).await?;
    let tx = own.begin().await?;
    let Some(document) = documents::lock(&tx, lease).await? else { return Ok(Outcome::Overtaken) };
    documents::repeat(&tx, lease, app.clock.now()).await?;
    tx.commit().await?;
    Ok(if document.reason.is_none() { Outcome::Ready } else { Outcome::Failed })
}

/// Removes the files of versions that answer no more. What cannot be removed goes with the document, at the latest.
async fn tidy(app: &App, scope: &TenantScope, document: &Document) {
    for version in document.ready_version.unwrap_or(document.version)..document.version {
        let key = FileKey::Document(document.id, version);
        let removed = match app.tenancy.files(scope).await {
            Ok(files) => files.delete(&key).await,
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(document = %document.id, error = %error, "a former file was not removed");
        }
    }
}
