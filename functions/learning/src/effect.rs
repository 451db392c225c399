//! What a new rule would change, before anybody publishes it.

use serde::Serialize;
use utoipa::ToSchema;
use vivier_store::search_tests::SearchTest;
use vivier_text::analysis::fold;

use crate::engine::{DEPTH, Engine, EngineError, Found, Settings};

/// What a rule changes.
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
    /// So many were asked.
    pub asked: usize,
    /// So many of them would find something.
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
    /// Without the rule.
    pub before: Ranked,
    /// With it.
    pub after: Ranked,
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
    /// So many were asked.
    pub asked: usize,
    /// Of so many the first ten hits are others, or in another order.
    pub changed: usize,
    /// Share of the first ten hits that stay among them, over all that were asked; null where none was.
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

/// Asks everything by both settings.
pub fn measure(
    engine: &mut Engine,
    before: &Settings,
    after: &Settings,
    asked: &Asked,
) -> Result<SynonymEffect, EngineError> {
    let mut queries = Vec::new();
    for query in &asked.without_results {
        let found = engine.search(query, after)?;
        if found.total > 0 && engine.search(query, before)?.total == 0 {
            let titles = found.hits.iter().take(3).map(|hit| hit.title.clone()).collect();
            queries.push(NowFound { query: query.clone(), results: found.total, titles });
        }
    }
    let without_results =
        EffectOnNothing { asked: asked.without_results.len(), found: queries.len(), queries };
    let tests = if asked.tests.is_empty() {
        None
    } else {
        let (before, after) = (rank(engine, before, &asked.tests)?, rank(engine, after, &asked.tests)?);
        Some(EffectOnTests { asked: asked.tests.len(), before, after })
    };
    let (mut changed, mut kept) = (Vec::new(), 0.0);
    for query in &asked.top {
        let (old, new) = (engine.search(query, before)?, engine.search(query, after)?);
        let overlap = overlap(&old, &new);
        kept += overlap;
        let ids = |found: &Found| found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>();
        if ids(&old) != ids(&new) {
            changed.push(ChangedTop { query: query.clone(), overlap_at_10: overlap });
        }
    }
    let top_queries = EffectOnTop {
        asked: asked.top.len(),
        changed: changed.len(),
        overlap_at_10: (!asked.top.is_empty()).then(|| kept / asked.top.len() as f64),
        queries: changed,
    };
    Ok(SynonymEffect { without_results, tests, top_queries })
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

fn rank(engine: &mut Engine, by: &Settings, tests: &[SearchTest]) -> Result<Ranked, EngineError> {
    let mut sum = Ranked { hit_at_1: 0.0, hit_at_5: 0.0, ndcg_at_10: 0.0 };
    for test in tests {
        let found = engine.search(&test.query, by)?;
        let names: Vec<[String; 2]> =
            found.hits.iter().map(|hit| [hit.reference.clone(), fold(&hit.title)]).collect();
        let places = places(&test.expected, &names);
        let within = |place: usize| f64::from(places.iter().any(|at| *at <= place));
        sum.hit_at_1 += within(1);
        sum.hit_at_5 += within(5);
        sum.ndcg_at_10 += ndcg(&places, test.expected.len());
    }
    let count = tests.len().max(1) as f64;
    Ok(Ranked {
        hit_at_1: sum.hit_at_1 / count,
        hit_at_5: sum.hit_at_5 / count,
        ndcg_at_10: sum.ndcg_at_10 / count,
    })
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
    use super::*;

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
