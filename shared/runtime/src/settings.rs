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
/// How long one that can do without waits for them: where some are known, and where none are.
const PATIENCE: Duration = Duration::from_millis(150);
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
/// More front offices than this are not remembered.
const MOST: usize = 512;

/// What is known of a front office.
#[derive(Debug, Clone)]
struct Known {
    /// `None` as long as they could never be read.
    settings: Option<Arc<ProjectSettings>>,
    /// When they were read.
    read: Option<Instant>,
    /// When that was tried last.
    tried: Instant,
}

/// The settings that this process has read lately.
#[derive(Debug, Default)]
pub struct Settings(Mutex<HashMap<(TenantId, ProjectId), Known>>);

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
        match self.fresh(scope, project) {
            Some(settings) => Ok(settings),
            None => self.read(tenancy, scope, project).await,
        }
    }

    /// The same for one that goes on without: what was known last where they cannot be read soon, and nothing where they could never be
    /// read. Tried again in a while, not by every request.
    pub async fn lately(&self, tenancy: &Tenancy, scope: &TenantScope) -> Option<Arc<ProjectSettings>> {
        let project = scope.project()?;
        if let Some(settings) = self.fresh(scope, project) {
            return Some(settings);
        }
        let known = self.known().get(&(scope.tenant(), project)).cloned();
        let last = known.as_ref().and_then(|known| known.settings.clone());
        if known.is_some_and(|known| known.tried.elapsed() < FRESH) {
            return last;
        }
        let patience = if last.is_some() { PATIENCE } else { FIRST_PATIENCE };
        match tokio::time::timeout(patience, self.read(tenancy, scope, project)).await {
            Ok(Ok(settings)) => return Some(settings),
            Ok(Err(error)) => {
                tracing::warn!(
                    error = telemetry::chain(&error),
                    "settings cannot be read: the last ones hold"
                );
            }
            Err(_) => tracing::warn!("settings are not read in time: the last ones hold"),
        }
        self.remember(scope, project, None);
        last
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
        let settings = Arc::new(found.map(|found| found.value.settings).unwrap_or_default());
        Ok(self.remember(scope, project, Some((read, settings))).unwrap_or_default())
    }

    fn fresh(&self, scope: &TenantScope, project: ProjectId) -> Option<Arc<ProjectSettings>> {
        let known = self.known();
        let known = known.get(&(scope.tenant(), project))?;
        known.read.filter(|read| read.elapsed() < FRESH).and(known.settings.clone())
    }

    /// Takes down what was read, or that nothing was; what is known from now on. What did not change stays the same object: what was made
    /// of it need not be made anew.
    fn remember(
        &self,
        scope: &TenantScope,
        project: ProjectId,
        found: Option<(Instant, Arc<ProjectSettings>)>,
    ) -> Option<Arc<ProjectSettings>> {
        let place = (scope.tenant(), project);
        let mut all = self.known();
        if all.len() >= MOST && !all.contains_key(&place) {
            all.clear();
        }
        let known = all.entry(place).or_insert(Known { settings: None, read: None, tried: Instant::now() });
        known.tried = Instant::now();
        if let Some((read, settings)) = found {
            known.read = Some(read);
            if known.settings.as_ref() != Some(&settings) {
                known.settings = Some(settings);
            }
        }
        known.settings.clone()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(TenantId, ProjectId), Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
