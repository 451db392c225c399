//! How a front office's search engine finds, as its tenant has published it: what says the same, and what weighs how much.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use vivier_domain::{
    ids::{ProjectId, TenantId},
    settings::{ProjectSettings, search::SearchSettings},
};
use vivier_index::{FieldWeights, SearchRequest, Synonym, Synonyms, Weights};
use vivier_runtime::Settings;
use vivier_tenancy::{Tenancy, TenantScope};

/// More front offices than this are not remembered.
const MOST: usize = 512;

/// The settings, and the rules read from them.
#[derive(Debug, Default)]
pub(crate) struct Tuning {
    settings: Settings,
    read: Mutex<HashMap<FrontOffice, Read>>,
}

type FrontOffice = (TenantId, ProjectId);
/// Settings, and the rules read from them.
type Read = (Arc<ProjectSettings>, Arc<Synonyms>);

impl Tuning {
    /// Makes a search the front office's own. What the request says of words and meaning stays.
    pub(crate) async fn tune(&self, tenancy: &Tenancy, scope: &TenantScope, request: &mut SearchRequest) {
        let Some(project) = scope.project() else { return };
        let settings = self.settings.lately(tenancy, scope).await;
        weigh(&settings.search, request);
        request.synonyms = self.synonyms((scope.tenant(), project), settings);
    }

    /// The rules, read once for as long as they do not change.
    fn synonyms(&self, place: FrontOffice, settings: Arc<ProjectSettings>) -> Arc<Synonyms> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, synonyms)) = read.get(&place)
            && Arc::ptr_eq(of, &settings)
        {
            return Arc::clone(synonyms);
        }
        let synonyms = Arc::new(Synonyms::new(&rules(&settings.search)));
        if read.len() >= MOST && !read.contains_key(&place) {
            read.clear();
        }
        read.insert(place, (settings, Arc::clone(&synonyms)));
        synonyms
    }
}

/// Gives a search the front office's weights. What the request itself leaves out stays out, and a search always has something to go by.
fn weigh(settings: &SearchSettings, request: &mut SearchRequest) {
    let weights = settings.weights;
    let part = |percent: u16| f32::from(percent) / 100.0;
    request.fields = FieldWeights {
        title: part(weights.title),
        occupation: part(weights.occupation),
        skills: part(weights.skills),
        company: part(weights.company),
        city: part(weights.city),
        description: part(weights.description),
    };
    let Weights { words, meaning, recency } = request.weights;
    let tuned = meaning * part(weights.meaning);
    let meaning = if words > 0.0 || tuned > 0.0 { tuned } else { meaning };
    request.weights = Weights { words, meaning, recency: recency * part(weights.recency) };
}

fn rules(settings: &SearchSettings) -> Vec<Synonym> {
    let equal = settings.synonyms.iter().map(|words| Synonym::Equal { words: words.clone() });
    let one_way =
        settings.one_way.iter().map(|rule| Synonym::OneWay { from: rule.from.clone(), to: rule.to.clone() });
    equal.chain(one_way).collect()
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
    fn the_usual_settings_are_those_of_the_engine() {
        let mut tuned = request();
        weigh(&SearchSettings::default(), &mut tuned);
        assert_eq!((tuned.fields, tuned.weights), (FieldWeights::default(), Weights::default()));
    }

    #[test]
    fn without_meaning_and_without_words() {
        let weights = search::Weights { meaning: 0, recency: 200, ..search::Weights::default() };
        let settings = SearchSettings { weights, ..SearchSettings::default() };
        let usual = Weights::default();
        let mut both = request();
        weigh(&settings, &mut both);
        assert_eq!(both.weights, Weights { meaning: 0.0, recency: 2.0 * usual.recency, ..usual });
        // Who asks for meaning alone gets it.
        let mut alone = SearchRequest { weights: Weights { words: 0.0, ..usual }, ..request() };
        weigh(&settings, &mut alone);
        assert_eq!(alone.weights, Weights { words: 0.0, recency: 2.0 * usual.recency, ..usual });
    }
}
