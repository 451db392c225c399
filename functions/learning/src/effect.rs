//! What a new rule would change, before anybody publishes it.

use serde::Serialize;
use utoipa::ToSchema;
use vivier_store::search_tests::SearchTest;
use vivier_text::analysis::fold;

use crate::engine::{Ask, DEPTH, EngineError, Found, Settings};

/// What a rule changes. Where time is too short for everything, of each list as much was compared as of the others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SynonymEffect {
    /// Searches that found nothing.
    pub without_results: EffectOnNothing,
    /// The front office's own searches; null where it has none.
    pub tests: Option<EffectOnTests>,
    /// What is searched for most.
    pub top_queries: EffectOnTop,
}

/// On searches that found nothing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EffectOnNothing {
    /// So many there are to ask.
    pub asked: usize,
    /// For so many of them there was time.
    pub compared: usize,
    /// So many of these would find something.
    pub found: usize,
    /// Which ones.
    pub queries: Vec<NowFound>,
}

/// A search that would find something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NowFound {
    /// The search.
    pub query: String,
    /// How many offers.
    pub results: u64,
    /// The titles of the first ones.
    pub titles: Vec<String>,
}

/// On the front office's own searches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EffectOnTests {
    /// So many there are.
    pub asked: usize,
    /// For so many of them there was time.
    pub compared: usize,
    /// How well these do without the rule; null where there was time for none.
    pub before: Option<Ranked>,
    /// And with it.
    pub after: Option<Ranked>,
}

/// How well searches find what they are to find.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Ranked {
    /// Share of the searches that find an expected offer first.
    pub hit_at_1: f64,
    /// Share of those that find one among the first five.
    pub hit_at_5: f64,
    /// Normalised discounted cumulative gain of the first ten (K. Järvelin and J. Kekäläinen 2002), each expected offer counting
    /// once.
    pub ndcg_at_10: f64,
}

/// On what is searched for most.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EffectOnTop {
    /// So many there are to ask.
    pub asked: usize,
    /// For so many of them there was time.
    pub compared: usize,
    /// Of so many of these the first ten hits are others, or in another order.
    pub changed: usize,
    /// Share of the first ten hits that stay among them, over all that were compared; null where none was.
    pub overlap_at_10: Option<f64>,
    /// Those that change, with the share that stays.
    pub queries: Vec<ChangedTop>,
}

/// A search whose first ten hits change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangedTop {
    /// The search.
    pub query: String,
    /// Share of the first ten hits that stay among them.
    pub overlap_at_10: f64,
}

/// What is asked.
#[derive(Debug, Default)]
pub struct Asked {
    /// Searches that found nothing.
    pub without_results: Vec<String>,
    /// The front office's own.
    pub tests: Vec<SearchTest>,
    /// What is searched for most.
    pub top: Vec<String>,
}

/// Asks everything by both settings, one of each list in turn, for as long as there is `time` for another.
pub fn measure(
    engine: &mut impl Ask,
    before: &Settings,
    after: &Settings,
    asked: &Asked,
    time: impl Fn() -> bool,
) -> Result<SynonymEffect, EngineError> {
    let Asked { without_results, tests, top } = asked;
    let (mut found, mut changed) = (Vec::new(), Vec::new());
    let (mut old_ranks, mut new_ranks) = (Sum::default(), Sum::default());
    let mut compared = [0; 3];
    let mut kept = 0.0;
    for turn in 0..without_results.len().max(tests.len()).max(top.len()) {
        if let Some(query) = without_results.get(turn) {
            if !time() {
                break;
            }
            found.extend(finds(engine, before, after, query)?);
            compared[0] += 1;
        }
        if let Some(test) = tests.get(turn) {
            if !time() {
                break;
            }
            old_ranks.add(test, &engine.search(&test.query, before)?);
            new_ranks.add(test, &engine.search(&test.query, after)?);
            compared[1] += 1;
        }
        if let Some(query) = top.get(turn) {
            if !time() {
                break;
            }
            let (old, new) = (engine.search(query, before)?, engine.search(query, after)?);
            let overlap = overlap(&old, &new);
            kept += overlap;
            let ids = |found: &Found| found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>();
            if ids(&old) != ids(&new) {
                changed.push(ChangedTop { query: query.clone(), overlap_at_10: overlap });
            }
            compared[2] += 1;
        }
    }
    let [of_nothing, of_tests, of_top] = compared;
    Ok(SynonymEffect {
        without_results: EffectOnNothing {
            asked: without_results.len(),
            compared: of_nothing,
            found: found.len(),
            queries: found,
        },
        tests: (!tests.is_empty()).then(|| EffectOnTests {
            asked: tests.len(),
            compared: of_tests,
            before: old_ranks.mean(),
            after: new_ranks.mean(),
        }),
        top_queries: EffectOnTop {
            asked: top.len(),
            compared: of_top,
            changed: changed.len(),
            overlap_at_10: (of_top > 0).then(|| kept / of_top as f64),
            queries: changed,
        },
    })
}

/// What a search would find that finds nothing.
fn finds(
    engine: &mut impl Ask,
    before: &Settings,
    after: &Settings,
    query: &str,
) -> Result<Option<NowFound>, EngineError> {
    let found = engine.search(query, after)?;
    if found.total == 0 || engine.search(query, before)?.total > 0 {
        return Ok(None);
    }
    let titles = found.hits.iter().take(3).map(|hit| hit.title.clone()).collect();
    Ok(Some(NowFound { query: query.to_owned(), results: found.total, titles }))
}

/// Share of the first hits of the one that are among those of the other; nothing that stays nothing stays.
fn overlap(old: &Found, new: &Found) -> f64 {
    let most = old.hits.len().max(new.hits.len());
    if most == 0 {
        return 1.0;
    }
    let stays = old.hits.iter().filter(|hit| new.hits.iter().any(|other| other.id == hit.id));
    stays.count() as f64 / most as f64
}

/// How well searches found what they were to find, added up.
#[derive(Debug, Default)]
struct Sum {
    searches: u32,
    hit_at_1: f64,
    hit_at_5: f64,
    ndcg_at_10: f64,
}

impl Sum {
    fn add(&mut self, test: &SearchTest, found: &Found) {
        let names: Vec<[String; 2]> =
            found.hits.iter().map(|hit| [hit.reference.clone(), fold(&hit.title)]).collect();
        let places = places(&test.expected, &names);
        let within = |place: usize| f64::from(places.iter().any(|at| *at <= place));
        self.searches += 1;
        self.hit_at_1 += within(1);
        self.hit_at_5 += within(5);
        self.ndcg_at_10 += ndcg(&places, test.expected.len());
    }

    /// `None` where there was none.
    fn mean(&self) -> Option<Ranked> {
        let share = |sum: f64| sum / f64::from(self.searches);
        (self.searches > 0).then(|| Ranked {
            hit_at_1: share(self.hit_at_1),
            hit_at_5: share(self.hit_at_5),
            ndcg_at_10: share(self.ndcg_at_10),
        })
    }
}

/// The place, from 1, of the first hit that each expected offer names, by reference or title. A hit counts for one of them.
fn places(expected: &[String], hits: &[[String; 2]]) -> Vec<usize> {
    let mut taken = vec![false; hits.len()];
    let mut places = Vec::new();
    for name in expected {
        let title = fold(name);
        let is = |(at, hit): (usize, &[String; 2])| !taken[at] && (hit[0] == *name || hit[1] == title);
        if let Some(at) = hits.iter().enumerate().position(is) {
            taken[at] = true;
            places.push(at + 1);
        }
    }
    places
}

fn ndcg(places: &[usize], expected: usize) -> f64 {
    let gain = |place: usize| 1.0 / ((1 + place) as f64).log2();
    let ideal: f64 = (1..=expected.min(DEPTH)).map(gain).sum();
    if ideal > 0.0 { places.iter().copied().map(gain).sum::<f64>() / ideal } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use vivier_domain::settings::search::SearchSettings;

    use super::*;

    /// Notes what it is asked, and finds nothing.
    struct Nothing(Vec<String>);

    impl Ask for Nothing {
        fn search(&mut self, q: &str, _: &Settings) -> Result<Found, EngineError> {
            self.0.push(q.to_owned());
            Ok(Found { total: 0, hits: Vec::new() })
        }
    }

    #[test]
    fn what_there_is_time_for_is_of_each_list_as_much() {
        let texts = |list: &str, count: usize| (0..count).map(|n| format!("{list}{n}")).collect::<Vec<_>>();
        let tests = texts("test", 3);
        let tests = tests.into_iter().map(|query| SearchTest { query, expected: vec!["A".to_owned()] });
        let asked = Asked { without_results: texts("none", 5), tests: tests.collect(), top: texts("top", 2) };
        let settings = Settings::from(SearchSettings::default());
        for (times, compared) in
            [(0, [0, 0, 0]), (1, [1, 0, 0]), (5, [2, 2, 1]), (8, [3, 3, 2]), (99, [5, 3, 2])]
        {
            let (left, mut engine) = (Cell::<usize>::new(times), Nothing(Vec::new()));
            let time = || left.replace(left.get().saturating_sub(1)) > 0;
            let effect = measure(&mut engine, &settings, &settings, &asked, time).unwrap();
            let SynonymEffect { without_results, tests, top_queries } = effect;
            let tests = tests.unwrap();
            assert_eq!([without_results.asked, tests.asked, top_queries.asked], [5, 3, 2]);
            assert_eq!([without_results.compared, tests.compared, top_queries.compared], compared, "{times}");
            // What nothing is known of has no share.
            assert_eq!((tests.before.is_some(), tests.after.is_some()), (compared[1] > 0, compared[1] > 0));
            assert_eq!(top_queries.overlap_at_10, (compared[2] > 0).then_some(1.0));
            assert_eq!(engine.0.len(), compared[0] + 2 * (compared[1] + compared[2]), "{:?}", engine.0);
        }
        let nothing =
            measure(&mut Nothing(Vec::new()), &settings, &settings, &Asked::default(), || true).unwrap();
        assert_eq!((nothing.tests, nothing.top_queries.overlap_at_10), (None, None));
    }

    #[test]
    fn expected_offers_have_places() {
        let hits = |names: &[(&str, &str)]| {
            names.iter().map(|(reference, title)| [(*reference).to_owned(), fold(title)]).collect::<Vec<_>>()
        };
        let found = hits(&[("A", "Vendeuse"), ("B", "Caissier"), ("C", "Vendeuse")]);
        let at = |expected: &[&str]| {
            places(&expected.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &found)
        };
        assert_eq!(at(&["B"]), [2]);
        assert_eq!(at(&["vendeuse"]), [1]);
        assert_eq!(at(&["Vendeuse", "VENDEUSE"]), [1, 3], "a hit counts once");
        assert_eq!(at(&["b"]), [0; 0], "a reference is written as it is");
        assert_eq!(at(&["Soudeur"]), [0; 0]);
    }

    #[test]
    fn gains_are_normalised() {
        assert!((ndcg(&[1], 1) - 1.0).abs() < 1e-9);
        assert!((ndcg(&[3], 1) - 0.5).abs() < 1e-9);
        assert!((ndcg(&[1, 2], 2) - 1.0).abs() < 1e-9);
        assert!(ndcg(&[2], 2) < 0.5);
        assert!(ndcg(&[], 3).abs() < 1e-9);
        assert!((ndcg(&(1..=10).collect::<Vec<_>>(), 12) - 1.0).abs() < 1e-9);
    }
}
