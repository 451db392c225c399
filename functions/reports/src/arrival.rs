//! A file that somebody waits for is made by another invocation of this function, which is woken for it at once. The schedule makes what
//! nobody was woken for.

use serde_json::{Value, json};
use vivier_domain::ids::ReportRunId;
use vivier_runtime::{HandlerError, telemetry};
use vivier_store::reports;
use vivier_tenancy::{
    TenantScope,
    doors::file::{self, ObjectCreated},
    rooms::files::FileKey,
};

use crate::{App, contents::MakeError, mailing, make};

/// Wakes this function for a file.
pub(crate) async fn wake(app: &App, scope: &TenantScope, run: ReportRunId) {
    let woken = async { app.tenancy.relay(scope)?.hand_on(&FileKey::Report(run), 0).await };
    if let Err(error) = woken.await {
        tracing::warn!(%run, error = telemetry::chain(&error), "a report's file waits for the schedule");
    }
}

/// Makes the file that this function was woken for, unless somebody does.
pub async fn take(app: &App, event: &ObjectCreated) -> Result<Value, HandlerError> {
    let Ok((scope, FileKey::Report(id))) = file::enter(app.tenancy.names(), event) else {
        return Ok(json!({"outcome": "ignored"}));
    };
    let mut session = app.tenancy.silo(&scope).await?;
    let tx = session.begin().await?;
    let taken = reports::claim_one(&tx, id, false).await?;
    tx.commit().await?;
    drop(session);
    let Some(taken) = taken else { return Ok(json!({"outcome": "repeated"})) };
    match make::make(app, &scope, &taken).await {
        Ok(make::Ended::Ready) => Ok(json!({"outcome": "ready"})),
        Ok(make::Ended::Failed(_)) => Ok(json!({"outcome": "failed"})),
        Err(MakeError::Lost) => Ok(json!({"outcome": "lost"})),
        Err(error) => Err(mailing::other(error)),
    }
}
