//! Offers come in as files: a member announces an import and uploads a CSV or JSON lines file; its good rows are
//! brought into the tenant's database, offers the file no longer has are closed, and a new search index is published.
//!
//! Three things wake it: requests of the back office ([`routes`]), a file that arrived ([`run`]), and a schedule that
//! takes up what stands still ([`resume`]).

pub mod apply;
pub mod error;
pub mod lease;
pub mod publish;
pub mod resume;
pub mod routes;
pub mod rows;
pub mod run;
pub mod sift;
pub mod view;

use serde_json::{Value, json};
use vivier_runtime::{Clock, HandlerError};
use vivier_tenancy::{
    PlatformScope, Tenancy,
    doors::{self, file::ObjectCreated},
    rooms::files::FileKey,
};

/// What every handler needs.
#[derive(Debug, Clone)]
pub struct App {
    /// The doors and rooms.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}

/// A file arrived: its import runs, and so do those that had to wait for it.
pub async fn file(app: App, event: ObjectCreated) -> Result<Value, HandlerError> {
    let Ok((scope, FileKey::Import(id))) = doors::file::enter(app.tenancy.names(), &event) else {
        // The rule lets only imports through; anything else is nobody's loss.
        tracing::warn!("a file that is no import arrived");
        return Ok(json!({"outcome": "ignored"}));
    };
    let outcome = match run::run(&app, &scope, id).await? {
        run::Outcome::Succeeded => "succeeded",
        run::Outcome::Failed(_) => "failed",
        run::Outcome::Left => return Ok(json!({"outcome": "left"})),
    };
    let waiting = resume::tenant(&app, &scope, app.clock.now()).await?;
    Ok(json!({"outcome": outcome, "waiting": waiting}))
}

/// The schedule fired: imports that stand still are taken up.
pub async fn schedule(app: App, platform: PlatformScope) -> Result<Value, HandlerError> {
    let report = resume::all(&app, &platform).await?;
    Ok(json!(report))
}
