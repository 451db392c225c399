//! How a front office's search engine finds, as its tenant has published it: what says the same, and what weighs how much.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use vivier_domain::{
    event::{Trial, Variant},
    ids::{ProjectId, TenantId},
    opaque::Opaque,
    settings::{ProjectSettings, search::SearchSettings},
};
use vivier_index::{SearchRequest, Synonyms};
use vivier_runtime::Settings;
use vivier_tenancy::{Tenancy, TenantScope};
use vivier_threshold::{Key, Visitor};

/// More front offices than this are not remembered.
const MOST: usize = 512;

/// The settings, and the rules read from them.
#[derive(Debug, Default)]
pub(crate) struct Tuning {
    settings: Settings,
    read: Mutex<HashMap<(TenantId, ProjectId), Arc<Front>>>,
}

/// A front office's settings, and the rules read from them.
#[derive(Debug)]
pub(crate) struct Front {
    settings: Arc<ProjectSettings>,
    synonyms: Arc<Synonyms>,
    tried: Option<Tried>,
    /// Whether these are the tenant's own; defaults stand in where they could never be read.
    known: bool,
}

/// What is tried with a part of the visitors.
#[derive(Debug)]
struct Tried {
    experiment: Opaque<8>,
    percent: u8,
    settings: SearchSettings,
    synonyms: Arc<Synonyms>,
}

impl Front {
    fn unknown() -> Self {
        Self { known: false, ..Self::new(Arc::default()) }
    }

    fn new(settings: Arc<ProjectSettings>) -> Self {
        let search = &settings.search;
        let read = |settings: &SearchSettings| Arc::new(Synonyms::of(settings));
        let experiment = search.experiment.as_ref().zip(search.fingerprint()).zip(search.tried());
        let tried = experiment.map(|((experiment, fingerprint), tried)| Tried {
            experiment: fingerprint,
            percent: experiment.percent,
            synonyms: read(&tried),
            settings: tried,
        });
        Self { synonyms: read(search), tried, settings, known: true }
    }

    /// So many visitors must have searched for a text before a member reads it; nothing where it is not known how many the tenant wants.
    pub(crate) fn visitors(&self) -> Option<u16> {
        self.known.then_some(self.settings.search.query_visitors)
    }

    /// A visitor's part in the experiment, if there is one.
    pub(crate) fn trial(&self, key: &Key, project: ProjectId, visitor: Visitor) -> Option<Trial> {
        let Tried { experiment, percent, .. } = *self.tried.as_ref()?;
        let tries = visitor.tries(key, project, experiment, percent);
        Some(Trial { experiment, variant: if tries { Variant::B } else { Variant::A } })
    }

    /// Makes a search the front office's own. What the request says of words and meaning stays.
    pub(crate) fn tune(&self, trial: Option<Trial>, request: &mut SearchRequest) {
        let tried = self.tried.as_ref().filter(|_| trial.is_some_and(|trial| trial.variant == Variant::B));
        let (settings, synonyms) = match tried {
            Some(tried) => (&tried.settings, &tried.synonyms),
            None => (&self.settings.search, &self.synonyms),
        };
        request.tune(settings, Arc::clone(synonyms));
    }
}

impl Tuning {
    /// The front office that was entered. What was read of its settings is kept for as long as they do not change.
    pub(crate) async fn front(&self, tenancy: &Tenancy, scope: &TenantScope) -> Option<Arc<Front>> {
        let place = (scope.tenant(), scope.project()?);
        let Some(settings) = self.settings.lately(tenancy, scope).await else {
            return Some(Arc::new(Front::unknown()));
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(front) = read.get(&place)
            && Arc::ptr_eq(&front.settings, &settings)
        {
            return Some(Arc::clone(front));
        }
        let front = Arc::new(Front::new(settings));
        if read.len() >= MOST && !read.contains_key(&place) {
            read.clear();
        }
        read.insert(place, Arc::clone(&front));
        Some(front)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::{ids::TenantId, settings::search};
    use vivier_index::Fingerprint;

    fn request() -> SearchRequest {
        SearchRequest::new(Fingerprint::of(TenantId::generate()), jiff::civil::date(2026, 1, 1))
    }

    #[test]
    fn only_who_tries_searches_by_what_is_tried() {
        let weights = search::Weights { title: 900, ..search::Weights::default() };
        let experiment = Some(search::Experiment { percent: 50, weights, ..search::Experiment::default() });
        let search = SearchSettings { experiment, ..SearchSettings::default() };
        let front = Front::new(Arc::new(ProjectSettings { search, ..ProjectSettings::default() }));
        let (key, project) = (Key::generate().unwrap(), ProjectId::generate());
        let mut seen = Vec::new();
        for host in 1..=64 {
            let trial = front.trial(&key, project, Visitor::at([192, 0, 2, host].into()));
            let mut tuned = request();
            front.tune(trial, &mut tuned);
            let variant = trial.unwrap().variant;
            let title = if variant == Variant::B { 9.0 } else { 2.0 };
            assert!((tuned.fields.title - title).abs() < 1e-6);
            seen.push(variant);
        }
        assert!(seen.contains(&Variant::A) && seen.contains(&Variant::B));
        let usual = Front::new(Arc::default());
        assert_eq!(usual.trial(&key, project, Visitor::at([192, 0, 2, 1].into())), None);
        assert_eq!(usual.visitors(), Some(5));
    }
}
