//! What is near by meaning and what is near by words become one order.

use vivier_domain::settings::chat::RetrievalWeights;
use vivier_store::passages::{Found, Retrieved};
use vivier_text::{analysis::words, impact};

use crate::{likeness::nearness, passage::Passage, question::Question};

/// Passages looked at closely.
pub const CLOSE: usize = 10;
/// What the nearest sentence counts for beside its passage.
const NEAREST: f32 = 0.8;
/// What the document's opening counts for: a passage from the middle is found by what its document is about.
const OPENING: f32 = 0.4;
/// What a unit of BM25 counts for beside a cosine.
const WORDS: f32 = 0.025;
/// What two words of the question that stand side by side count for, by their mean rarity.
const PAIRS: f32 = 0.015;
/// A word that most pieces have still tells a little.
const LEAST_WEIGHT: f32 = 0.3;
/// A part of its weight stays to a word that a passage can answer without.
const GENERAL: f32 = 0.25;

/// A passage with what it comes to.
#[derive(Debug)]
pub struct Ranked<'a> {
    /// The passage.
    pub passage: Passage<'a>,
    /// Cosine of its nearest sentence and the question.
    pub nearest: f32,
    /// What its meaning and its words come to.
    pub score: f32,
}

/// All passages that were found, the best first: by the meaning of the passage, of its nearest sentence and of its document,
/// and by the question's words, alone and side by side. The weights were chosen on the development halves of two public
/// sets (questions on administrative pages and on encyclopaedia passages), on the flat top of both.
pub fn rank<'a>(
    question: &Question,
    vector: &[f32],
    retrieved: &'a Retrieved,
    weights: RetrievalWeights,
) -> Vec<Ranked<'a>> {
    let share = |percent: u16| f32::from(percent) / 100.0;
    let (by_meaning, by_words) = (share(weights.meaning), share(weights.words));
    let pairs = Pairs::of(question, retrieved);
    let score = |found: &'a Found| {
        let passage = Passage::of(found, vector.len());
        let nearest = passage.sentences.iter().filter_map(|sentence| nearness(vector, sentence));
        let nearest = nearest.reduce(f32::max).unwrap_or(found.cosine);
        let meaning = found.cosine + NEAREST * nearest + OPENING * found.opening;
        let words = WORDS * found.weight + PAIRS * pairs.weight(found);
        Ranked { passage, nearest, score: by_meaning * meaning + by_words * words }
    };
    let mut ranked: Vec<Ranked<'a>> = retrieved.found.iter().map(score).collect();
    let place = |ranked: &Ranked<'_>| (ranked.passage.found.document, ranked.passage.found.ordinal);
    ranked
        .sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| place(one).cmp(&place(other))));
    ranked
}

/// Words that stand side by side in a question, as terms, with their mean rarity.
struct Pairs(Vec<(String, String, f32)>);

impl Pairs {
    fn of(question: &Question, retrieved: &Retrieved) -> Self {
        let terms: Vec<Option<String>> =
            question.terms().into_iter().map(|terms| terms.into_iter().next()).collect();
        let rarity = |position: usize| rarity(retrieved, position);
        let pair = |position: usize| {
            let (one, other) = (terms[position].clone()?, terms[position + 1].clone()?);
            Some((one, other, f32::midpoint(rarity(position), rarity(position + 1))))
        };
        Self((0..terms.len().saturating_sub(1)).filter_map(pair).collect())
    }

    /// The sum of the rarities of the pairs that a piece has side by side, common words between them left aside.
    fn weight(&self, found: &Found) -> f32 {
        if self.0.is_empty() {
            return 0.0;
        }
        let terms: Vec<String> =
            words(&found.body).into_iter().filter_map(|word| impact::term(&word.text)).collect();
        let has = |one: &str, other: &str| terms.windows(2).any(|pair| pair[0] == one && pair[1] == other);
        self.0.iter().filter(|(one, other, _)| has(one, other)).map(|(.., rarity)| rarity).sum()
    }
}

/// How rare the word at a position of the question is among the pieces asked: its inverse document frequency.
fn rarity(retrieved: &Retrieved, position: usize) -> f32 {
    let total = retrieved.total as f32;
    let frequency = retrieved.frequencies.get(position).copied().unwrap_or(0) as f32;
    (1.0 + (total - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
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
    let weight = |position: usize| {
        let weight = rarity(retrieved, position).max(LEAST_WEIGHT);
        if question.words[position].general { weight * GENERAL } else { weight }
    };
    let weights: Vec<f32> = (0..question.words.len()).map(weight).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::tests::found;

    fn order(question: &str, found: Vec<Found>, meaning: u16, words: u16) -> Vec<u32> {
        let retrieved = Retrieved { found, ..Retrieved::default() };
        let question = Question::read(question).unwrap();
        let ranked = rank(&question, &[1.0], &retrieved, RetrievalWeights { words, meaning });
        ranked.iter().map(|ranked| ranked.passage.found.ordinal).collect()
    }

    fn piece(ordinal: u32, cosine: f32, weight: f32) -> Found {
        Found { ordinal, cosine, opening: cosine, weight, ..found("Une phrase qui parle de cela.") }
    }

    #[test]
    fn being_near_both_ways_is_better_than_one_and_weights_decide_between_them() {
        let pieces = || vec![piece(0, 0.5, 1.0), piece(1, 0.1, 20.0), piece(2, 0.48, 15.0)];
        assert_eq!(order("prime", pieces(), 100, 100)[0], 2);
        assert_eq!(order("prime", pieces(), 100, 0), [0, 2, 1]);
        assert_eq!(order("prime", pieces(), 0, 100), [1, 2, 0]);
    }

    #[test]
    fn the_nearest_sentence_lifts_its_passage() {
        let near = |ordinal: u32, byte: i8| Found {
            sentences: vec![byte.cast_unsigned(), 0],
            ..piece(ordinal, 0.5, 0.0)
        };
        let retrieved = Retrieved { found: vec![near(0, -127), near(1, 127)], ..Retrieved::default() };
        let question = Question::read("prime").unwrap();
        let ranked = rank(&question, &[1.0, 0.0], &retrieved, RetrievalWeights::default());
        assert_eq!(ranked.iter().map(|r| r.passage.found.ordinal).collect::<Vec<_>>(), [1, 0]);
        assert!(ranked[0].nearest > 0.99);
    }

    #[test]
    fn words_side_by_side_lift_their_passage() {
        let text = |ordinal: u32, body: &str| Found { body: body.into(), ..piece(ordinal, 0.5, 5.0) };
        let apart = text(0, "La prime est versée à qui travaille de nuit.");
        let beside = text(1, "Elle a une prime de nuit pour son travail.");
        assert_eq!(order("prime de nuit", vec![apart, beside], 100, 100), [1, 0]);
    }

    #[test]
    fn a_rare_word_weighs_more() {
        let question = Question::read("prime fournil").unwrap();
        let retrieved = Retrieved { total: 100, frequencies: vec![40, 1], ..Retrieved::default() };
        let weights = weights(&question, &retrieved);
        assert!(weights[1] > 3.0 * weights[0] && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
