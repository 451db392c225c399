//! What holds for the front office that a request came in by, as its tenant has published it. Remembered for seconds: a change is
//! followed soon, and no request reads it at every step.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use vivier_domain::{
    ids::{ProjectId, TenantId},
    settings::{ProjectSettings, Published},
};
use vivier_tenancy::{
    Tenancy, TenancyError, TenantScope,
    rooms::records::{Place, RecordKey},
};

use crate::telemetry;

/// For so long settings hold as they were read.
const FRESH: Duration = Duration::from_secs(3);
/// How long one that can do without waits for them.
const PATIENCE: Duration = Duration::from_millis(150);
/// More front offices than this are not remembered.
const MOST: usize = 512;

type Known = HashMap<(TenantId, ProjectId), (Instant, Arc<ProjectSettings>)>;

/// The settings that this process has read lately.
#[derive(Debug, Default)]
pub struct Settings(Mutex<Known>);

impl Settings {
    /// What holds for the scope's front office; the defaults where nothing is published, or there is none.
    ///
    /// # Errors
    /// When they are not fresh and cannot be read.
    pub async fn of(
        &self,
        tenancy: &Tenancy,
        scope: &TenantScope,
    ) -> Result<Arc<ProjectSettings>, TenancyError> {
        let Some(project) = scope.project() else { return Ok(Arc::default()) };
        match self.remembered(scope, project) {
            Some((read, settings)) if read.elapsed() < FRESH => Ok(settings),
            _ => self.read(tenancy, scope, project).await,
        }
    }

    /// The same for one that goes on without: what was known last where they cannot be read soon, or else the defaults.
    pub async fn lately(&self, tenancy: &Tenancy, scope: &TenantScope) -> Arc<ProjectSettings> {
        let Some(project) = scope.project() else { return Arc::default() };
        let known = self.remembered(scope, project);
        if let Some((read, settings)) = &known
            && read.elapsed() < FRESH
        {
            return Arc::clone(settings);
        }
        match tokio::time::timeout(PATIENCE, self.read(tenancy, scope, project)).await {
            Ok(Ok(settings)) => return settings,
            Ok(Err(error)) => {
                tracing::warn!(
                    error = telemetry::chain(&error),
                    "settings cannot be read: the last ones hold"
                );
            }
            Err(_) => tracing::warn!("settings are not read in time: the last ones hold"),
        }
        let settings = known.map(|(_, settings)| settings).unwrap_or_default();
        // Tried again in a while, not by every request.
        self.remember(scope, project, Instant::now(), settings)
    }

    async fn read(
        &self,
        tenancy: &Tenancy,
        scope: &TenantScope,
        project: ProjectId,
    ) -> Result<Arc<ProjectSettings>, TenancyError> {
        let read = Instant::now();
        let key: RecordKey<Published<ProjectSettings>> = RecordKey::published(Place::Project(project));
        let found = tenancy.records(scope)?.fetch(&key).await?;
        let settings = found.map(|found| found.value.settings).unwrap_or_default();
        Ok(self.remember(scope, project, read, Arc::new(settings)))
    }

    fn remembered(&self, scope: &TenantScope, project: ProjectId) -> Option<(Instant, Arc<ProjectSettings>)> {
        self.known().get(&(scope.tenant(), project)).cloned()
    }

    /// What did not change stays the same object: what was made of it need not be made anew.
    fn remember(
        &self,
        scope: &TenantScope,
        project: ProjectId,
        read: Instant,
        settings: Arc<ProjectSettings>,
    ) -> Arc<ProjectSettings> {
        let place = (scope.tenant(), project);
        let mut known = self.known();
        let same =
            known.get(&place).map(|(_, before)| Arc::clone(before)).filter(|before| *before == settings);
        let settings = same.unwrap_or(settings);
        if known.len() >= MOST && !known.contains_key(&place) {
            known.clear();
        }
        known.insert(place, (read, Arc::clone(&settings)));
        settings
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
