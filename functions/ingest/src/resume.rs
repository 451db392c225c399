//! Takes up what lost events and killed processes left unfinished, tenant by tenant.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivier_domain::{document::DocumentStatus, tenant::TenantStatus};
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::documents::{self, Document};
use vivier_tenancy::{
    PlatformScope, TenantScope,
    rooms::files::{FileKey, UPLOAD_LIFETIME},
};

use crate::{
    App, removal,
    run::{self, Outcome},
    turn::Turn,
};

/// How long a document is left to the event that its file's arrival sends.
const GRACE: Duration = Duration::from_secs(20);
/// Documents of one tenant in one run.
const MOST: u32 = 50;
/// No document is begun after this long: the schedule fires again within a minute.
const BUDGET: Duration = Duration::from_mins(2);
/// The reason of a document whose file never came.
pub const NO_UPLOAD: &str = "no-upload";

/// Resumes the documents of every active tenant. One tenant's failure is logged and stops no other.
pub async fn run(app: &App, platform: &PlatformScope) -> Result<Value, HandlerError> {
    let (started, turn) = (Instant::now(), Turn::begin(app.lasts, 0));
    let (mut resumed, mut failures) = (0u32, 0u32);
    for tenant in app.tenancy.registry()?.list(platform).await? {
        if tenant.status != TenantStatus::Active {
            continue;
        }
        let scope = platform.lend(&tenant);
        match resume(app, &scope, started, &turn).await {
            Ok((done, failed)) => {
                resumed += done;
                failures += failed;
            }
            Err(error) => {
                failures += 1;
                tracing::error!(tenant = %scope.tenant(), error = telemetry::chain(&error), "a tenant was left out");
            }
        }
    }
    Ok(json!({"resumed": resumed, "failures": failures}))
}

async fn resume(
    app: &App,
    scope: &TenantScope,
    started: Instant,
    turn: &Turn,
) -> Result<(u32, u32), HandlerError> {
    let unfinished = {
        let now = app.clock.now();
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        let found = documents::list_unfinished(&tx, now, now - GRACE, MOST).await?;
        tx.commit().await?;
        found
    };
    let (mut done, mut failed) = (0, 0);
    for document in unfinished {
        if started.elapsed() > BUDGET {
            break;
        }
        match take_up(app, scope, &document, turn).await {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(error) => {
                failed += 1;
                let error = telemetry::chain(&error);
                tracing::error!(tenant = %scope.tenant(), document = %document.id, error, "a document was left unfinished");
            }
        }
    }
    Ok((done, failed))
}

/// Whether anything was done.
async fn take_up(
    app: &App,
    scope: &TenantScope,
    document: &Document,
    turn: &Turn,
) -> Result<bool, HandlerError> {
    if document.status == DocumentStatus::Deleting {
        return Ok(removal::carry_out(app, scope, document.id).await?);
    }
    // Looked for before a run is begun: waiting for a person to upload is no attempt.
    let key = FileKey::Document(document.id, document.version);
    if app.tenancy.files(scope).await?.size(&key).await?.is_some() {
        let outcome = run::run(app, scope, document.id, turn).await?;
        return Ok(!matches!(outcome, Outcome::NotTaken));
    }
    let now = app.clock.now();
    if now < document.announced_at + UPLOAD_LIFETIME + GRACE {
        return Ok(false);
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let given_up = documents::give_up(&tx, document.id, NO_UPLOAD, now).await?;
    tx.commit().await?;
    Ok(given_up)
}
