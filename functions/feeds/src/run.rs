//! One run of a feed: what an earlier attempt left is settled, the file is fetched, and an import gets it. Each step can be repeated.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use vivier_domain::ids::ImportId;
use vivier_runtime::HandlerError;
use vivier_store::feeds::{self, Ended, Lease, MOST_ATTEMPTS, Taken, Validators};
use vivier_tenancy::{TenancyError, TenantScope, rooms::files::FileKey};

use crate::{
    App,
    credentials::Credentials,
    pull::{self, Pulled, Wanted, fault::Fault},
};

/// How often a lease is renewed: well before it ends.
const RENEWAL: Duration = Duration::from_secs(15);

/// Why a run stopped before its end. Another goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was silent for too long, or its feed was changed or removed.
    #[error("the lease was lost")]
    Lost,
    /// A store failed.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// What to do with an import that an earlier attempt announced cannot be told while another is going in.
    #[error("imports are locked")]
    Locked,
}

impl From<vivier_tenancy::rooms::database::DatabaseError> for RunError {
    fn from(error: vivier_tenancy::rooms::database::DatabaseError) -> Self {
        Self::Tenancy(error.into())
    }
}

impl From<RunError> for HandlerError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Tenancy(error) => Self::Tenancy(error),
            other => Self::other("a run of a feed stopped", other),
        }
    }
}

/// Carries a run out to its end.
pub async fn carry_out(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Ended, RunError> {
    let ended = steps(app, scope, taken).await?;
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    if !feeds::finish(&tx, taken.lease, &ended, app.clock.now()).await? {
        return Err(RunError::Lost);
    }
    tx.commit().await?;
    Ok(ended)
}

async fn steps(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Ended, RunError> {
    if let Some(import) = taken.announced
        && has_file(app, scope, import).await?
    {
        return Ok(Ended::Imported);
    }
    if taken.attempt > MOST_ATTEMPTS {
        return Ok(Ended::Failed { failure: "attempts-exhausted".to_owned(), passing: true });
    }
    let (bytes, file) =
        match hold_while(app, scope, taken.lease, Box::pin(fetch(app, scope, taken))).await?? {
            Ok(Pulled::Unchanged) => return Ok(Ended::Unchanged(None, None)),
            Ok(Pulled::File { bytes, etag, last_modified }) => {
                let sha256 = Some(Sha256::digest(&bytes).to_vec());
                (bytes, Validators { etag, last_modified, sha256 })
            }
            Err(fault) => {
                return Ok(Ended::Failed { failure: fault.to_string(), passing: fault.is_passing() });
            }
        };
    let size = bytes.len() as u64;
    if file.sha256 == taken.known.sha256 {
        return Ok(Ended::Unchanged(Some(file), Some(size)));
    }
    // Announced before the file is there: a file never arrives unannounced.
    let import = ImportId::generate();
    announce(app, scope, taken, import, &file, size).await?;
    let files = app.tenancy.files(scope).await?;
    let (key, media_type) = (FileKey::Import(import), taken.feed.terms.format.media_type());
    hold_while(app, scope, taken.lease, Box::pin(files.put(&key, bytes, media_type))).await??;
    Ok(Ended::Imported)
}

/// Whether the import that an earlier attempt announced got its file. One that did not is withdrawn, so that it never will.
async fn has_file(app: &App, scope: &TenantScope, import: ImportId) -> Result<bool, RunError> {
    if app.tenancy.files(scope).await?.size(&FileKey::Import(import)).await?.is_some() {
        return Ok(true);
    }
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    let withdrawn = feeds::withdraw(&tx, import, app.clock.now()).await?.ok_or(RunError::Locked)?;
    tx.commit().await?;
    Ok(!withdrawn)
}

async fn fetch(app: &App, scope: &TenantScope, taken: &Taken) -> Result<Result<Pulled, Fault>, TenancyError> {
    let terms = &taken.feed.terms;
    let credentials = match terms.credentials {
        None => None,
        Some(kept) => {
            let stored = app.tenancy.secrets(scope).await?.fetch(kept.secret).await?;
            let Some(read) = stored.as_ref().and_then(Credentials::read) else {
                return Ok(Err(Fault::CredentialsMissing));
            };
            Some(read)
        }
    };
    let wanted = Wanted {
        address: &terms.address,
        credentials: credentials.as_ref(),
        host_keys: &terms.host_keys,
        known: &taken.known,
    };
    Ok(pull::pull(&app.outside, wanted).await)
}

async fn announce(
    app: &App,
    scope: &TenantScope,
    taken: &Taken,
    import: ImportId,
    file: &Validators,
    bytes: u64,
) -> Result<(), RunError> {
    let mut session = app.tenancy.silo(scope).await?;
    let tx = session.begin().await?;
    if !feeds::announce(&tx, taken, import, file, bytes, app.clock.now()).await? {
        return Err(RunError::Lost);
    }
    tx.commit().await?;
    Ok(())
}

/// Waits for work that needs no database, and renews the lease meanwhile. Losing it drops the work.
async fn hold_while<T>(
    app: &App,
    scope: &TenantScope,
    lease: Lease,
    mut work: impl Future<Output = T> + Unpin,
) -> Result<T, RunError> {
    let mut renewal = interval(RENEWAL);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            output = &mut work => return Ok(output),
            _ = renewal.tick() => {
                let mut session = app.tenancy.silo(scope).await?;
                let tx = session.begin().await?;
                if !feeds::hold(&tx, lease).await? {
                    return Err(RunError::Lost);
                }
                tx.commit().await?;
            }
        }
    }
}
