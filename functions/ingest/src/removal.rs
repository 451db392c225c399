//! Removing a document: first what it answers with, then its files, last the row that says so, once a second look has found
//! nothing else.
//!
//! The row stays in the state `deleting` until then, so that a removal cut off halfway is taken up again.

use vivier_domain::ids::DocumentId;
use vivier_runtime::entries;
use vivier_store::{
    audit::{Entry, Outcome},
    chunks, documents, sources,
};
use vivier_tenancy::{TenancyError, TenantScope};

use crate::App;

/// How often a removal is tried before it is left to the schedule.
const TRIES: u32 = 3;

/// Marks a document for removal, which ends every run on it; `false` if there is no such document.
pub async fn begin(app: &App, scope: &TenantScope, id: DocumentId) -> Result<bool, TenancyError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let found = documents::begin_deletion(&tx, id, app.clock.now()).await?;
    tx.commit().await?;
    Ok(found)
}

/// Removes what is left of a document marked for removal, and looks again; whether nothing is left. Repeating it does
/// nothing.
pub async fn carry_out(app: &App, scope: &TenantScope, id: DocumentId) -> Result<bool, TenancyError> {
    let files = app.tenancy.files(scope).await?;
    let mut versions = 0;
    for _ in 0..TRIES {
        remove_pieces(app, scope, id).await?;
        versions += files.delete_document(id).await?;
        // A run whose connection to the tenant's database broke may have written its pieces after the first look, and a file
        // may have come by an address that was given out before.
        if remains(app, scope, id).await? == 0 && !files.holds_document(id).await? {
            forget(app, scope, id).await?;
            tracing::info!(document = %id, versions, "a document was removed");
            return Ok(true);
        }
    }
    tracing::warn!(document = %id, versions, "something of a document is left; its removal goes on");
    Ok(false)
}

/// It answers nothing from the first commit on, whatever becomes of the second.
async fn remove_pieces(app: &App, scope: &TenantScope, id: DocumentId) -> Result<(), TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    sources::withdraw(&tx, id).await?;
    tx.commit().await?;
    let tx = session.begin().await?;
    chunks::remove(&tx, id).await?;
    Ok(tx.commit().await?)
}

/// How many rows of the shared database still speak of a document.
async fn remains(app: &App, scope: &TenantScope, id: DocumentId) -> Result<u64, TenancyError> {
    let mut session = app.tenancy.pool(scope).await?;
    let tx = session.begin().await?;
    let remains = sources::remains(&tx, id).await?;
    tx.commit().await?;
    Ok(remains)
}

async fn forget(app: &App, scope: &TenantScope, id: DocumentId) -> Result<(), TenancyError> {
    {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        documents::remove(&tx, id).await?;
        tx.commit().await?;
    }
    // A member's request is entered by the edge; this is for one that was cut off and is taken up by the schedule.
    if scope.member().is_none() {
        let (now, subject) = (app.clock.now(), id.to_string());
        let entry = Entry::of(scope, now, "documents.remove", &subject, Outcome::Done);
        entries::enter(&app.tenancy, scope, &entry).await;
    }
    Ok(())
}
