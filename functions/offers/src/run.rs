//! One run of an import: take it, read its file, bring the rows in, publish the index. Each step can be repeated, and a
//! run that takes up another's work goes on where that one stopped.

use vivier_domain::{ids::ImportId, import::MAXIMUM_BYTES};
use vivier_runtime::{
    entries,
    telemetry::{self, Unit},
};
use vivier_store::{
    audit::{self, Entry},
    imports::{self, Lease},
};
use vivier_tenancy::{
    TenantScope,
    rooms::{
        Session,
        files::{Fetched, FileKey, Files},
    },
};

use crate::{
    App,
    apply::{Applied, apply},
    error::RunError,
    lease::{self, Right, Take, Taken},
    publish,
    rows::FileFault,
};

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The rows are in and the index is published.
    Succeeded,
    /// The import failed for this reason, for good.
    Failed(String),
    /// It waits for a member to confirm that its source did shrink.
    Held,
    /// There was nothing to do, or somebody else does it.
    Left,
}

/// Runs an import, if it may be run now, and enters how it ended in the audit log.
pub async fn run(app: &App, scope: &TenantScope, id: ImportId) -> Result<Outcome, RunError> {
    let outcome = carry_out(app, scope, id).await?;
    let ended = match &outcome {
        Outcome::Succeeded => audit::Outcome::Done,
        Outcome::Failed(_) => audit::Outcome::Failed,
        Outcome::Held | Outcome::Left => return Ok(outcome),
    };
    let subject = id.to_string();
    let entry = Entry::of(scope, app.clock.now(), "imports.run", &subject, ended);
    entries::enter(&app.tenancy, scope, &entry).await;
    Ok(outcome)
}

async fn carry_out(app: &App, scope: &TenantScope, id: ImportId) -> Result<Outcome, RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let taken = match lease::take(&mut session, id, app.clock.now()).await? {
        Take::Taken(taken) => taken,
        Take::Left => return Ok(Outcome::Left),
        Take::Failed(failure) => {
            tracing::warn!(import_id = %id, failure, "an import failed");
            if failure == lease::EXHAUSTED {
                telemetry::metric("offers", "GivenUp", Unit::Count, 1);
            }
            return Ok(Outcome::Failed(failure.to_owned()));
        }
    };
    let files = app.tenancy.files(scope).await?;
    match steps(app, &mut session, &files, &taken).await {
        Ok(true) => Ok(Outcome::Succeeded),
        Ok(false) => Ok(Outcome::Held),
        Err(RunError::File(fault)) => {
            fail(app, &mut session, &taken.lease, &fault).await?;
            Ok(Outcome::Failed(fault.to_string()))
        }
        Err(RunError::Lost) => {
            tracing::warn!(import_id = %id, "an import was taken up by another run");
            Ok(Outcome::Left)
        }
        Err(error) => {
            // A session that broke is of no use here; when no other is to be had, the lease ends by itself.
            drop(session);
            if error.is_outage()
                && let Err(second) = release(app, scope, &taken.lease).await
            {
                tracing::warn!(
                    error = vivier_runtime::telemetry::chain(&second),
                    "a lease could not be given back"
                );
            }
            Err(error)
        }
    }
}

async fn release(app: &App, scope: &TenantScope, lease: &Lease) -> Result<(), RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    if imports::hold(&tx, lease).await? {
        imports::release(&tx, lease).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether the import was carried out to its end; otherwise it is held back.
async fn steps(app: &App, session: &mut Session, files: &Files<'_>, taken: &Taken) -> Result<bool, RunError> {
    let Taken { lease, applied, .. } = taken;
    let import_id = lease.import();
    if !applied {
        let right = Right::Import(*lease);
        let bytes = lease::hold_while(session, &right, Box::pin(fetch(files, import_id))).await??;
        let counts = match apply(session, taken, &bytes, app.clock.now()).await? {
            Applied::Done(counts) => counts,
            Applied::Held(counts) => {
                tracing::warn!(%import_id, closing = counts.closed, "an import waits to be confirmed");
                return Ok(false);
            }
        };
        tracing::info!(%import_id, read = counts.read, created = counts.created, updated = counts.updated,
                       closed = counts.closed, rejected = counts.rejected, "the rows of an import are in");
    }
    let published = publish::publish(app, session, files, &Right::Import(*lease)).await?;
    let generation = published.generation;
    let tx = session.begin().await?;
    if !imports::hold(&tx, lease).await? {
        return Err(RunError::Lost);
    }
    imports::succeed(&tx, lease, generation, app.clock.now()).await?;
    tx.commit().await?;
    tracing::info!(%import_id, %generation, "an import succeeded");
    // The import is done; what cannot be removed now, the next one removes.
    if let Err(error) = publish::remove_old(files, &published).await {
        tracing::warn!(error = vivier_runtime::telemetry::chain(&error), "old indexes could not be removed");
    }
    Ok(true)
}

async fn fetch(files: &Files<'_>, import: ImportId) -> Result<Vec<u8>, RunError> {
    let key = FileKey::Import(import);
    // Asked first: a file beyond the limit must not be read into memory.
    match files.size(&key).await? {
        None => return Err(FileFault::Missing.into()),
        Some(size) if size > MAXIMUM_BYTES => return Err(FileFault::TooLarge.into()),
        Some(_) => {}
    }
    match files.get(&key, None).await? {
        Fetched::Found(file) => Ok(file.bytes),
        Fetched::Missing | Fetched::Unchanged => Err(FileFault::Missing.into()),
    }
}

async fn fail(app: &App, session: &mut Session, lease: &Lease, fault: &FileFault) -> Result<(), RunError> {
    let failure = fault.to_string();
    let tx = session.begin().await?;
    if imports::hold(&tx, lease).await? {
        imports::fail(&tx, lease.import(), &failure, app.clock.now()).await?;
        tx.commit().await?;
        tracing::warn!(import_id = %lease.import(), failure, "an import failed");
    }
    Ok(())
}
