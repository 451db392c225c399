//! Removing a document: first what it answers with, then its files, last the row that says so.
//!
//! The row stays in the state `deleting` until nothing else is left, so that a removal cut off halfway is taken up again.

use vivier_domain::ids::DocumentId;
use vivier_runtime::entries;
use vivier_store::{
    audit::{Entry, Outcome},
    chunks, documents, sources,
};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// Marks a document for removal, which ends every run on it; `false` if there is no such document.
pub async fn begin(app: &App, scope: &TenantScope, id: DocumentId) -> Result<bool, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let found = documents::begin_deletion(&tx, id, app.clock.now()).await?;
    tx.commit().await?;
    Ok(found)
}

/// Removes what is left of a document marked for removal. Repeating it does nothing.
pub async fn carry_out(app: &App, scope: &TenantScope, id: DocumentId) -> Result<(), TenancyError> {
    remove_chunks(app, scope, id).await?;
    let versions = app.tenancy.files(scope).await?.delete_document(id).await?;
    // A run whose connection to the tenant's database broke may have written its pieces after the first look.
    remove_chunks(app, scope, id).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    documents::remove(&tx, id).await?;
    tx.commit().await?;
    tracing::info!(document = %id, versions, "a document was removed");
    // A member's request is entered by the edge; this is for one that was cut off and is taken up by the schedule.
    if scope.member().is_none() {
        let (now, subject) = (app.clock.now(), id.to_string());
        let entry = Entry::of(scope, now, "documents.remove", &subject, Outcome::Done);
        entries::enter(&app.tenancy, scope, &entry).await;
    }
    Ok(())
}

async fn remove_chunks(app: &App, scope: &TenantScope, id: DocumentId) -> Result<u64, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    sources::withdraw(&tx, id).await?;
    let removed = chunks::remove(&tx, id).await?;
    tx.commit().await?;
    Ok(removed)
}
