//! How a front office's search engine finds: words that mean the same to this company, and what weighs how much.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::tenant::is_printable;
use crate::opaque::Opaque;

/// The most groups of words that mean the same.
pub const MOST_GROUPS: usize = 500;
/// The most words of one group.
pub const MOST_WORDS: usize = 20;
/// The most characters of one word.
pub const LONGEST_WORD: usize = 60;
/// The heaviest a field may weigh, in percent.
pub const HEAVIEST: u16 = 1_000;

/// As many different visitors must have searched for a text before a member reads it, where a tenant asks for no more. Fewer than
/// five is where offices of statistics begin to suppress cells; more would leave a small front office with nothing to read.
pub const USUAL_VISITORS: u16 = 5;
/// The most that a tenant may ask for.
pub const MOST_VISITORS: u16 = 100;

/// How is searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchSettings {
    /// Groups of words, or of several words each, that mean the same.
    pub synonyms: Vec<Vec<String>>,
    /// Words for which others are found as well, and not the other way round.
    pub one_way: Vec<OneWay>,
    /// What weighs how much.
    pub weights: Weights,
    /// So many different visitors must have searched for a text within a month before a member reads it.
    pub query_visitors: u16,
    /// What is tried with a part of the visitors.
    pub experiment: Option<Experiment>,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self {
            synonyms: Vec::new(),
            one_way: Vec::new(),
            weights: Weights::default(),
            query_visitors: USUAL_VISITORS,
            experiment: None,
        }
    }
}

/// Other settings, by which a part of the visitors searches, so that the two can be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Experiment {
    /// So many of a hundred visitors.
    pub percent: u8,
    /// As [`SearchSettings::synonyms`].
    pub synonyms: Vec<Vec<String>>,
    /// As [`SearchSettings::one_way`].
    pub one_way: Vec<OneWay>,
    /// As [`SearchSettings::weights`].
    pub weights: Weights,
}

/// Who searches `from` finds `to` as well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneWay {
    /// A word, or several, as candidates type them.
    pub from: String,
    /// What is found as well.
    pub to: Vec<String>,
}

/// What counts how much, in percent: 0 to 1000. The first six: what a word counts in each field of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// The title.
    pub title: u16,
    /// The occupation.
    pub occupation: u16,
    /// The skills.
    pub skills: u16,
    /// The company.
    pub company: u16,
    /// The place.
    pub city: u16,
    /// The text.
    pub description: u16,
    /// Of an offer's meaning, beside its words; 0 leaves it out.
    pub meaning: u16,
    /// Of having been published lately.
    pub recency: u16,
}

/// Those of the search engine itself.
impl Default for Weights {
    fn default() -> Self {
        Self {
            title: 200,
            occupation: 150,
            skills: 130,
            company: 100,
            city: 100,
            description: 50,
            meaning: 100,
            recency: 100,
        }
    }
}

impl Weights {
    fn of_fields(self) -> [(&'static str, u16); 6] {
        [
            ("title", self.title),
            ("occupation", self.occupation),
            ("skills", self.skills),
            ("company", self.company),
            ("city", self.city),
            ("description", self.description),
        ]
    }
}

impl SearchSettings {
    /// The settings that the experiment tries; none where there is no experiment.
    pub fn tried(&self) -> Option<Self> {
        let Experiment { synonyms, one_way, weights, .. } = self.experiment.clone()?;
        Some(Self { synonyms, one_way, weights, query_visitors: self.query_visitors, experiment: None })
    }

    /// Stands for the experiment in figures: another one where either of the two settings, or how many try, is another.
    pub fn fingerprint(&self) -> Option<Opaque<8>> {
        let experiment = self.experiment.as_ref()?;
        let compared = serde_json::to_vec(&(&self.synonyms, &self.one_way, self.weights, experiment)).ok()?;
        Sha256::digest(compared).first_chunk().copied().map(Opaque)
    }

    pub(super) fn broken(&self) -> Vec<(String, &'static str)> {
        let mut found = broken_in("search", &self.synonyms, &self.one_way, self.weights);
        if !(USUAL_VISITORS..=MOST_VISITORS).contains(&self.query_visitors) {
            found.push(("search.query_visitors".to_owned(), "out-of-range"));
        }
        if let Some(Experiment { percent, synonyms, one_way, weights }) = &self.experiment {
            if !(1..=99).contains(percent) {
                found.push(("search.experiment.percent".to_owned(), "out-of-range"));
            }
            found.extend(broken_in("search.experiment", synonyms, one_way, *weights));
        }
        found
    }
}

/// What does not hold of rules and weights at a place of the document.
fn broken_in(
    at: &str,
    synonyms: &[Vec<String>],
    one_way: &[OneWay],
    weights: Weights,
) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    if synonyms.len() > MOST_GROUPS {
        found.push((format!("{at}.synonyms"), "too-many"));
    }
    for (place, group) in synonyms.iter().enumerate().take(MOST_GROUPS) {
        found.extend(wrong(group).map(|code| (format!("{at}.synonyms[{place}]"), code)));
    }
    for (place, rule) in one_way.iter().enumerate().take(MOST_GROUPS) {
        let group: Vec<String> = std::iter::once(&rule.from).chain(&rule.to).cloned().collect();
        found.extend(wrong(&group).map(|code| (format!("{at}.one_way[{place}]"), code)));
    }
    if one_way.len() > MOST_GROUPS {
        found.push((format!("{at}.one_way"), "too-many"));
    }
    let fields = weights.of_fields();
    let others = [("meaning", weights.meaning), ("recency", weights.recency)];
    let heavy = fields.iter().chain(&others).filter(|(_, weight)| *weight > HEAVIEST);
    found.extend(heavy.map(|(name, _)| (format!("{at}.weights.{name}"), "out-of-range")));
    if fields.iter().all(|(_, weight)| *weight == 0) {
        // Nothing could be told from anything else.
        found.push((format!("{at}.weights"), "all-zero"));
    }
    found
}

fn wrong(group: &[String]) -> Option<&'static str> {
    let distinct: BTreeSet<_> = group.iter().map(|word| word.to_lowercase()).collect();
    if group.len() < 2 {
        Some("too-few")
    } else if group.len() > MOST_WORDS {
        Some("too-many")
    } else if distinct.len() < group.len() {
        Some("repeated")
    } else if !group.iter().all(|word| is_printable(word, LONGEST_WORD)) {
        Some("invalid")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn groups() {
        let many: Vec<_> = (0..=MOST_WORDS).map(|n| n.to_string()).collect();
        let long = "a".repeat(LONGEST_WORD + 1);
        for (words, code) in [
            (group(&["CDI", "contrat à durée indéterminée"]), None),
            (group(&["CDI"]), Some("too-few")),
            (group(&[]), Some("too-few")),
            (group(&["CDI", "cdi"]), Some("repeated")),
            (group(&["CDI", ""]), Some("invalid")),
            (group(&["CDI", long.as_str()]), Some("invalid")),
            (group(&["CDI", "a\nb"]), Some("invalid")),
            (many, Some("too-many")),
        ] {
            let settings = SearchSettings { synonyms: vec![words], ..SearchSettings::default() };
            let expected: Vec<_> =
                code.map(|code| ("search.synonyms[0]".to_owned(), code)).into_iter().collect();
            assert_eq!(settings.broken(), expected);
        }
        let groups = vec![group(&["a", "b"]); MOST_GROUPS + 1];
        let settings = SearchSettings { synonyms: groups, ..SearchSettings::default() };
        assert_eq!(settings.broken(), [("search.synonyms".to_owned(), "too-many")]);
    }

    #[test]
    fn rules_of_one_direction() {
        let rule = |from: &str, to: &[&str]| OneWay { from: from.to_owned(), to: group(to) };
        for (rule, code) in [
            (rule("dev", &["développeur"]), None),
            (rule("dev", &[]), Some("too-few")),
            (rule("dev", &["Dev"]), Some("repeated")),
            (rule("", &["dev"]), Some("invalid")),
        ] {
            let settings = SearchSettings { one_way: vec![rule], ..SearchSettings::default() };
            let expected: Vec<_> =
                code.map(|code| ("search.one_way[0]".to_owned(), code)).into_iter().collect();
            assert_eq!(settings.broken(), expected);
        }
    }

    #[test]
    fn weights() {
        let weights = |title, rest| Weights {
            title,
            occupation: rest,
            skills: rest,
            company: rest,
            city: rest,
            description: rest,
            ..Weights::default()
        };
        for (weights, field) in [
            (Weights::default(), None),
            (weights(HEAVIEST, 0), None),
            (weights(HEAVIEST + 1, 0), Some("search.weights.title")),
            (weights(0, 0), Some("search.weights")),
        ] {
            let broken = SearchSettings { weights, ..SearchSettings::default() }.broken();
            assert_eq!(broken.first().map(|(field, _)| field.as_str()), field);
        }
    }

    #[test]
    fn an_experiment_and_how_many_visitors() {
        let none = SearchSettings::default();
        assert_eq!((none.tried(), none.fingerprint()), (None, None));
        let experiment = |percent, title| {
            let weights = Weights { title, ..Weights::default() };
            let experiment = Some(Experiment { percent, weights, ..Experiment::default() });
            SearchSettings { experiment, ..SearchSettings::default() }
        };
        let half = experiment(50, 300);
        assert!(half.broken().is_empty());
        assert_eq!(half.tried().map(|tried| (tried.weights.title, tried.experiment)), Some((300, None)));
        assert_eq!(half.fingerprint(), experiment(50, 300).fingerprint());
        for other in [experiment(40, 300), experiment(50, 301)] {
            assert_ne!(half.fingerprint(), other.fingerprint());
        }
        for (settings, field) in [
            (experiment(0, 300), "search.experiment.percent"),
            (experiment(100, 300), "search.experiment.percent"),
            (experiment(50, 2000), "search.experiment.weights.title"),
            (SearchSettings { query_visitors: 4, ..none.clone() }, "search.query_visitors"),
            (SearchSettings { query_visitors: 101, ..none }, "search.query_visitors"),
        ] {
            assert_eq!(settings.broken(), [(field.to_owned(), "out-of-range")]);
        }
        let old: SearchSettings = serde_json::from_str(r#"{"synonyms": [], "one_way": []}"#).unwrap();
        assert_eq!(old, SearchSettings::default(), "as settings were written before there were experiments");
    }
}
