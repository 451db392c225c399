//! What is near by meaning and what is near by words become one order.

use vivier_store::chunks::{Found, Retrieved};

use crate::question::Question;

/// Damps the first places (reciprocal rank fusion, G. Cormack et al. 2009). Smaller than the usual 60, since the lists
/// are of twenty.
const DAMPING: f32 = 10.0;
/// Passages looked at closely.
pub const CLOSE: usize = 8;
/// A word that most pieces have still tells a little.
const LEAST_WEIGHT: f32 = 0.3;
/// A part of its weight stays to a word that a passage can answer without.
const GENERAL: f32 = 0.25;

/// How much a piece's two ranks are worth; at most `2 / (DAMPING + 1)`.
pub fn fused(found: &Found) -> f32 {
    let worth = |rank: Option<u32>| rank.map_or(0.0, |rank| 1.0 / (DAMPING + rank as f32));
    worth(found.by_meaning) + worth(found.by_words)
}

/// The best pieces, the best first.
pub fn best(retrieved: &Retrieved) -> Vec<&Found> {
    let mut order: Vec<&Found> = retrieved.found.iter().collect();
    order.sort_by(|a, b| {
        fused(b).total_cmp(&fused(a)).then_with(|| (a.document, a.ordinal).cmp(&(b.document, b.ordinal)))
    });
    order.truncate(CLOSE);
    order
}

/// How much each of a question's words tells: the rarer, the more (inverse document frequency). They sum up to 1.
pub fn weights(question: &Question, retrieved: &Retrieved) -> Vec<f32> {
    let total = retrieved.total as f32;
    let rarity = |position: usize| {
        let frequency = retrieved.frequencies.get(position).copied().unwrap_or(0) as f32;
        let weight = ((total + 1.0) / (frequency + 0.5)).ln().max(LEAST_WEIGHT);
        if question.words[position].general { weight * GENERAL } else { weight }
    };
    let weights: Vec<f32> = (0..question.words.len()).map(rarity).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::tests::found;

    fn ranked(by_meaning: Option<u32>, by_words: Option<u32>) -> Found {
        Found { by_meaning, by_words, ..found("x") }
    }

    #[test]
    fn being_near_both_ways_is_better_than_one() {
        for (better, worse) in [
            ((Some(1), Some(1)), (Some(1), None)),
            ((Some(3), Some(3)), (Some(1), None)),
            ((Some(1), None), (Some(2), None)),
            ((Some(1), Some(2)), (Some(2), Some(2))),
        ] {
            assert!(
                fused(&ranked(better.0, better.1)) > fused(&ranked(worse.0, worse.1)),
                "{better:?} {worse:?}"
            );
        }
    }

    #[test]
    fn a_rare_word_weighs_more() {
        let question = Question::read("prime fournil").unwrap();
        let retrieved = Retrieved { total: 100, frequencies: vec![40, 1], ..Retrieved::default() };
        let weights = weights(&question, &retrieved);
        assert!(weights[1] > 3.0 * weights[0] && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
