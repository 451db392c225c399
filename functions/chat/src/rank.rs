//! What is near by meaning and what is near by words become one order.

use vivier_domain::settings::chat::RetrievalWeights;
use vivier_store::passages::{Found, Retrieved};

use crate::{likeness::nearness, passage::Passage, question::Question};

/// Passages looked at closely.
pub const CLOSE: usize = 10;
/// What words count for beside a cosine: the heaviest passage has 1, the others their share of it.
const WORDS: f32 = 0.5;
/// What the nearest sentence counts for beside its passage.
const NEAREST: f32 = 0.5;
/// A word that most pieces have still tells a little.
const LEAST_WEIGHT: f32 = 0.3;
/// A part of its weight stays to a word that a passage can answer without.
const GENERAL: f32 = 0.25;

/// A passage that was looked at closely.
#[derive(Debug)]
pub struct Ranked<'a> {
    /// The passage.
    pub passage: Passage<'a>,
    /// Cosine of its nearest sentence and the question.
    pub nearest: f32,
    /// What its meaning, its words and its nearest sentence come to.
    pub score: f32,
}

/// The best passages, the best first: chosen by meaning and words, then ordered by their nearest sentence too.
pub fn rank<'a>(vector: &[f32], retrieved: &'a Retrieved, weights: RetrievalWeights) -> Vec<Ranked<'a>> {
    let share = |percent: u16| f32::from(percent) / 100.0;
    let (by_meaning, by_words) = (share(weights.meaning), share(weights.words));
    let heaviest = retrieved.found.iter().map(|found| found.weight).fold(f32::MIN_POSITIVE, f32::max);
    let score = |found: &Found| by_meaning * found.cosine + by_words * WORDS * found.weight / heaviest;
    let mut scored: Vec<(f32, &Found)> = retrieved.found.iter().map(|found| (score(found), found)).collect();
    scored.sort_by(|(one, a), (other, b)| {
        other.total_cmp(one).then_with(|| (a.document, a.ordinal).cmp(&(b.document, b.ordinal)))
    });
    scored.truncate(CLOSE);
    let close = |(score, found): (f32, &'a Found)| {
        let passage = Passage::of(found, vector.len());
        let nearest = passage.sentences.iter().filter_map(|sentence| nearness(vector, sentence));
        let nearest = nearest.reduce(f32::max).unwrap_or(found.cosine);
        Ranked { passage, nearest, score: score + by_meaning * NEAREST * nearest }
    };
    let mut ranked: Vec<Ranked<'a>> = scored.into_iter().map(close).collect();
    // The order of equals is that of before.
    ranked.sort_by(|one, other| other.score.total_cmp(&one.score));
    ranked
}

/// The cosine of passages that merely are near: the mean of those found by meaning behind the first few.
pub fn usual(retrieved: &Retrieved) -> f32 {
    /// Passages of the same subject are often several.
    const FIRST: u32 = 5;
    let behind = |found: &&Found| found.by_meaning.is_some_and(|rank| rank > FIRST);
    let cosines: Vec<f32> = retrieved.found.iter().filter(behind).map(|found| found.cosine).collect();
    if cosines.is_empty() { 0.0 } else { cosines.iter().sum::<f32>() / cosines.len() as f32 }
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

    fn order(found: Vec<Found>, meaning: u16, words: u16) -> Vec<u32> {
        let retrieved = Retrieved { found, ..Retrieved::default() };
        let ranked = rank(&[1.0], &retrieved, RetrievalWeights { words, meaning });
        ranked.iter().map(|ranked| ranked.passage.found.ordinal).collect()
    }

    fn piece(ordinal: u32, cosine: f32, weight: f32) -> Found {
        Found { ordinal, cosine, weight, ..found("Une phrase qui parle de cela.") }
    }

    #[test]
    fn being_near_both_ways_is_better_than_one_and_weights_decide_between_them() {
        let pieces = || vec![piece(0, 0.5, 1.0), piece(1, 0.1, 9.0), piece(2, 0.48, 8.0)];
        assert_eq!(order(pieces(), 100, 100)[0], 2);
        assert_eq!(order(pieces(), 100, 0), [0, 2, 1]);
        assert_eq!(order(pieces(), 0, 100), [1, 2, 0]);
    }

    #[test]
    fn the_nearest_sentence_lifts_its_passage() {
        let near = |ordinal: u32, byte: i8| Found {
            sentences: vec![byte.cast_unsigned(), 0],
            ..piece(ordinal, 0.5, 0.0)
        };
        let retrieved = Retrieved { found: vec![near(0, -127), near(1, 127)], ..Retrieved::default() };
        let ranked = rank(&[1.0, 0.0], &retrieved, RetrievalWeights::default());
        assert_eq!(ranked.iter().map(|r| r.passage.found.ordinal).collect::<Vec<_>>(), [1, 0]);
        assert!(ranked[0].nearest > 0.99);
    }

    #[test]
    fn few_are_looked_at_closely() {
        let pieces = (0..40).map(|n| piece(n, 0.5, n as f32)).collect();
        let order = order(pieces, 100, 100);
        assert_eq!(order, (30..40).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_rare_word_weighs_more() {
        let question = Question::read("prime fournil").unwrap();
        let retrieved = Retrieved { total: 100, frequencies: vec![40, 1], ..Retrieved::default() };
        let weights = weights(&question, &retrieved);
        assert!(weights[1] > 3.0 * weights[0] && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
