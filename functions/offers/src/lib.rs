//! Offers come in as files: a member announces an import and uploads a CSV or JSON lines file; its good rows are
//! brought into the tenant's database, offers the file no longer has are closed, and a new search index is published.
//!
//! Three things wake it: requests of the back office ([`routes`]), a file that arrived ([`run`]), and a schedule that
//! takes up what stands still ([`resume`]).

pub mod apply;
pub mod complete;
pub mod error;
pub mod lease;
pub mod meaning;
pub mod publish;
pub mod resume;
pub mod routes;
pub mod rows;
pub mod run;
pub mod sift;
pub mod view;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vivier_reference::Reference;
use vivier_runtime::{Clock, HandlerError, StartError, tenancy_from_env};
use vivier_tenancy::{
    PlatformScope, Tenancy,
    config::{parsed, required},
    doors::{self, file::ObjectCreated},
    rooms::files::FileKey,
};
use vivier_text::{Embedder, OfferEmbedder};

/// What every handler needs.
#[derive(Clone)]
pub struct App {
    /// The doors and rooms.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// The model that turns offers into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Places and occupations.
    pub reference: Arc<Reference>,
    /// How long a turn makes vectors for.
    pub lasts: Duration,
}

/// Seconds, where nobody says.
const USUAL_SECONDS: u64 = 45;

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("model", self.embedder.identity()).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment and opens the model in `MODEL_PATH`; places and occupations in `REFERENCE_PATH` are opened by the first index that is built. `RUN_SECONDS` is how long a turn makes vectors for.
    pub fn from_env() -> Result<Self, StartError> {
        let tenancy = tenancy_from_env()?;
        let model = PathBuf::from(required("MODEL_PATH")?);
        let embedder = OfferEmbedder::open(&model).map_err(StartError::dependency)?;
        let reference = Arc::new(Reference::in_folder(PathBuf::from(required("REFERENCE_PATH")?)));
        let lasts = Duration::from_secs(parsed("RUN_SECONDS", USUAL_SECONDS)?);
        Ok(Self { tenancy, clock: Clock::System, embedder: Arc::new(embedder), reference, lasts })
    }
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
        run::Outcome::Held => "held",
        run::Outcome::Left => return Ok(json!({"outcome": "left"})),
    };
    let waiting = resume::tenant(&app, &scope, app.clock.now()).await?;
    meaning::run(&app, &scope, Instant::now() + app.lasts).await?;
    Ok(json!({"outcome": outcome, "waiting": waiting}))
}

/// The schedule fired: imports that stand still are taken up.
pub async fn schedule(app: App, platform: PlatformScope) -> Result<Value, HandlerError> {
    let report = resume::all(&app, &platform).await?;
    Ok(json!(report))
}
