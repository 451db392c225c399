//! Choosing the sentences that answer, out of the passages found.

use std::collections::HashSet;

use vivier_store::passages::Retrieved;
use vivier_text::{EmbedError, Embedder};

use crate::{
    decide::Evidence,
    likeness::{self, Likeness},
    own_case::is_own_case,
    passage::{Passage, Sentence},
    question::Question,
    rank::{self, Ranked},
};

/// Sentences of one answer.
const MOST_SENTENCES: usize = 3;
/// Passages of another language whose words are compared one by one.
const CROSSED: usize = 3;
/// What a word above a sentence (a heading, a pronoun's noun) counts for, and one elsewhere in its piece.
const ABOVE: f32 = 0.6;
const ELSEWHERE: f32 = 0.3;
/// Sentences that a further one is chosen from.
const CANDIDATES: usize = 12;
/// What its passage's score counts for beside the sentence's own nearness.
const PASSAGE: f32 = 0.5;
/// What words count for beside meaning.
const WORDS: f32 = 0.5;
/// What a thing of the kind asked for counts for; and how well it meets a word that it stands for.
const SOUGHT: f32 = 0.2;
const STANDS_FOR: f32 = 0.9;
/// A further sentence of the piece is quoted if it says more of what was asked, or stands beside and is about as good.
const FURTHER_SUPPORT: f32 = 0.15;
const FURTHER_SCORE: f32 = 0.6;
const AS_GOOD: f32 = 0.85;

/// What was chosen.
#[derive(Debug)]
pub struct Selection<'a> {
    /// The passage.
    pub passage: &'a Passage<'a>,
    /// Its sentences to be quoted, in order.
    pub sentences: Vec<&'a Sentence>,
    /// What speaks for them.
    pub evidence: Evidence,
}

struct Asked<'q> {
    question: &'q Question,
    weights: Vec<f32>,
    alike: Likeness,
}

impl Asked<'_> {
    /// How well each of the question's words is met by a sentence, 0 to 1.
    fn met(&self, passage: &Passage<'_>, sentence: &Sentence) -> Vec<f32> {
        let crossing = self.crosses(passage);
        let best = |keys: &HashSet<String>, position: usize| {
            let key = &self.question.words[position].key;
            if keys.contains(key) {
                return 1.0;
            }
            if !crossing {
                return 0.0;
            }
            self.alike[position]
                .iter()
                .filter(|(key, _)| keys.contains(*key))
                .map(|(_, c)| *c)
                .fold(0.0, f32::max)
        };
        let text = passage.text(sentence);
        // A figure or a name alone is none of the question's subject: something else of it must be spoken of.
        let sought = self.question.sought.filter(|sought| {
            let words =
                self.question.words.iter().filter(|word| !word.general && !sought.stands_for(&word.key));
            sought.is_in(text) && words.into_iter().any(|word| passage.keys.contains(&word.key))
        });
        let each = |position: usize| {
            let stands_for =
                sought.is_some_and(|sought| sought.stands_for(&self.question.words[position].key));
            best(&sentence.keys, position)
                .max(ABOVE * best(&sentence.above, position))
                .max(ELSEWHERE * best(&passage.keys, position))
                .max(if stands_for { STANDS_FOR } else { 0.0 })
        };
        (0..self.question.words.len()).map(each).collect()
    }

    fn crosses(&self, passage: &Passage<'_>) -> bool {
        passage.found.language != self.question.language.tag()
    }

    fn weigh(&self, met: &[f32]) -> f32 {
        met.iter().zip(&self.weights).map(|(met, weight)| met * weight).sum()
    }

    /// How much of the question a whole passage speaks of.
    fn support(&self, passage: &Passage<'_>) -> f32 {
        let span = 0..passage.found.body.len();
        let keys = passage.keys.clone();
        let whole = Sentence { span, line: None, keys, above: HashSet::new(), vector: Vec::new() };
        self.weigh(&self.met(passage, &whole))
    }

    fn sought(&self, text: &str) -> f32 {
        if self.question.sought.is_some_and(|sought| sought.is_in(text)) { SOUGHT } else { 0.0 }
    }
}

struct Candidate<'a> {
    passage: &'a Passage<'a>,
    sentence: &'a Sentence,
    met: Vec<f32>,
    score: f32,
    nearness: f32,
}

/// Chooses from the passages, the best first; `None` if there is nothing to choose from, or the question names nothing.
pub fn select<'a>(
    embedder: &dyn Embedder,
    question: &Question,
    vector: &[f32],
    retrieved: &Retrieved,
    ranked: &'a [Ranked<'a>],
) -> Result<Option<Selection<'a>>, EmbedError> {
    if question.words.is_empty() {
        return Ok(None);
    }
    let close = &ranked[..ranked.len().min(rank::CLOSE)];
    let passages = || close.iter().map(|ranked| &ranked.passage);
    let crossed: Vec<&Passage<'_>> =
        passages().filter(|p| p.found.language != question.language.tag()).take(CROSSED).collect();
    let alike = likeness::compare(embedder, question, &crossed)?;
    let asked = Asked { question, weights: rank::weights(question, retrieved), alike };

    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for Ranked { passage, score: standing, .. } in close {
        for sentence in &passage.sentences {
            let met = asked.met(passage, sentence);
            let nearness = likeness::nearness(vector, sentence).unwrap_or(passage.found.cosine);
            let score = PASSAGE * standing
                + WORDS * asked.weigh(&met)
                + nearness
                + asked.sought(passage.text(sentence));
            candidates.push(Candidate { passage, sentence, met, score, nearness });
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(first) = candidates.first() else { return Ok(None) };

    let mut chosen = vec![first];
    let mut met = first.met.clone();
    for further in candidates[1..].iter().take(CANDIDATES) {
        if chosen.len() == MOST_SENTENCES {
            break;
        }
        let same = std::ptr::eq(further.passage, first.passage);
        let union: Vec<f32> = met.iter().zip(&further.met).map(|(a, b)| a.max(*b)).collect();
        let gain = asked.weigh(&union) - asked.weigh(&met);
        let more = gain >= FURTHER_SUPPORT && further.score >= FURTHER_SCORE * first.score;
        let beside = same && first.passage.are_neighbours(first.sentence, further.sentence);
        if same && (more || beside && further.score >= AS_GOOD * first.score) {
            chosen.push(further);
            met = union;
        }
    }
    let passage = first.passage;
    let evidence = Evidence {
        support: asked.support(passage),
        quoted: asked.weigh(&met),
        nearness: first.nearness,
        cosine: passage.found.cosine,
        standing: passage.found.cosine - rank::usual(retrieved),
        crossing: asked.crosses(passage),
        lacking: question.sought.is_some_and(|sought| {
            sought.is_certain() && !chosen.iter().any(|c| sought.is_in(passage.text(c.sentence)))
        }),
        own_case: is_own_case(&question.text),
    };
    let mut sentences: Vec<&Sentence> = chosen.into_iter().map(|candidate| candidate.sentence).collect();
    sentences.sort_by_key(|sentence| sentence.span.start);
    Ok(Some(Selection { passage, sentences, evidence }))
}
