//! A file arrived in a tenant's bucket. Events come late, twice, or for a document that is gone by now.

use serde_json::{Value, json};
use vivier_domain::{document::DocumentStatus, ids::DocumentId};
use vivier_runtime::HandlerError;
use vivier_store::documents;
use vivier_tenancy::{
    TenantScope,
    doors::file::{self, ObjectCreated},
    rooms::files::FileKey,
};

use crate::{
    App, removal,
    run::{self, Outcome},
    turn::Turn,
};

/// Handles one event.
pub async fn take(app: &App, event: &ObjectCreated) -> Result<Value, HandlerError> {
    // A file at no place of ours, or in no bucket of ours, is nobody's document: it will not become one by coming again.
    let Ok((scope, FileKey::Document(id, version))) = file::enter(app.tenancy.names(), event) else {
        return Ok(json!({"outcome": "ignored"}));
    };
    let document = {
        let mut session = app.tenancy.silo(&scope).await?;
        let tx = session.begin().await?;
        let document = documents::fetch(&tx, id).await?;
        tx.commit().await?;
        document
    };
    let Some(document) = document else {
        // The row is written before the address is given out, so the document was deleted: its file goes too.
        let versions = app.tenancy.files(&scope).await?.delete_document(id).await?;
        tracing::info!(document = %id, versions, "a file of a deleted document was removed");
        return Ok(json!({"outcome": "removed"}));
    };
    if document.status == DocumentStatus::Deleting {
        removal::carry_out(app, &scope, id).await?;
        return Ok(json!({"outcome": "removed"}));
    }
    let (files, key) = (app.tenancy.files(&scope).await?, FileKey::Document(id, version));
    if document.version != version {
        // A file for an address that was given out before a newer version was announced.
        if version < document.version && document.ready_version != Some(version) {
            files.delete(&key).await?;
        }
        return Ok(json!({"outcome": "ignored"}));
    }
    let Some(head) = files.head(&key).await? else { return Ok(json!({"outcome": "repeated"})) };
    let known = document.etag.as_deref() == Some(&head.etag);
    if document.status.is_final() {
        if known {
            return Ok(json!({"outcome": "repeated"}));
        }
        reopen(app, &scope, id).await?;
    }
    match run::run(app, &scope, id, &Turn::begin(app.lasts, event.hops())).await? {
        Outcome::NotTaken => {
            // Whoever works on it may have read an older file: it looks again when it is done.
            if !known {
                reopen(app, &scope, id).await?;
            }
            Ok(json!({"outcome": "noted"}))
        }
        outcome => Ok(json!({"outcome": format!("{outcome:?}").to_lowercase()})),
    }
}

async fn reopen(app: &App, scope: &TenantScope, id: DocumentId) -> Result<(), HandlerError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    documents::reopen(&tx, id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}
