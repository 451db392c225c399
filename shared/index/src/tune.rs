//! A front office's own way of searching, as its settings say: what says the same, and what weighs how much.

use std::sync::Arc;

use vivier_domain::settings::search::SearchSettings;

use crate::query::FieldWeights;
use crate::rank::Weights;
use crate::request::SearchRequest;
use crate::synonyms::{Synonym, Synonyms};

impl Synonyms {
    /// The rules of a front office.
    pub fn of(settings: &SearchSettings) -> Self {
        let equal = settings.synonyms.iter().map(|words| Synonym::Equal { words: words.clone() });
        let one_way = settings
            .one_way
            .iter()
            .map(|rule| Synonym::OneWay { from: rule.from.clone(), to: rule.to.clone() });
        Self::new(&equal.chain(one_way).collect::<Vec<_>>())
    }
}

impl SearchRequest {
    /// Gives the search a front office's weights, and its rules, which were read from the same settings. What the search itself leaves
    /// out stays out, and it always has something to go by.
    pub fn tune(&mut self, settings: &SearchSettings, synonyms: Arc<Synonyms>) {
        let weights = settings.weights;
        let part = |percent: u16| f32::from(percent) / 100.0;
        self.fields = FieldWeights {
            title: part(weights.title),
            occupation: part(weights.occupation),
            skills: part(weights.skills),
            company: part(weights.company),
            city: part(weights.city),
            description: part(weights.description),
        };
        let Weights { words, meaning, recency } = self.weights;
        let tuned = meaning * part(weights.meaning);
        let meaning = if words > 0.0 || tuned > 0.0 { tuned } else { meaning };
        self.weights = Weights { words, meaning, recency: recency * part(weights.recency) };
        self.synonyms = synonyms;
    }
}

#[cfg(test)]
mod tests {
    use vivier_domain::{ids::TenantId, settings::search};

    use super::*;
    use crate::cursor::Fingerprint;

    fn request() -> SearchRequest {
        SearchRequest::new(Fingerprint::of(TenantId::generate()), jiff::civil::date(2026, 1, 1))
    }

    #[test]
    fn the_usual_settings_are_those_of_the_engine() {
        let mut tuned = request();
        tuned.tune(&SearchSettings::default(), Arc::default());
        assert_eq!((tuned.fields, tuned.weights), (FieldWeights::default(), Weights::default()));
    }

    #[test]
    fn without_meaning_and_without_words() {
        let weights = search::Weights { meaning: 0, recency: 200, ..search::Weights::default() };
        let settings = SearchSettings { weights, ..SearchSettings::default() };
        let usual = Weights::default();
        let mut both = request();
        both.tune(&settings, Arc::default());
        assert_eq!(both.weights, Weights { meaning: 0.0, recency: 2.0 * usual.recency, ..usual });
        // Who asks for meaning alone gets it.
        let mut alone = SearchRequest { weights: Weights { words: 0.0, ..usual }, ..request() };
        alone.tune(&settings, Arc::default());
        assert_eq!(alone.weights, Weights { words: 0.0, recency: 2.0 * usual.recency, ..usual });
    }
}
