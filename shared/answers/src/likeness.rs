//! Words of two languages have no letters in common: whether a French passage speaks of an English question's words is
//! told by the words' vectors.

use std::collections::{HashMap, HashSet};

use vivier_text::{EmbedError, Embedder};

use crate::{
    passage::{Passage, Sentence},
    question::Question,
    words::subject_words,
};

/// Cosines of single words below this are chance: `night` and `nuit` have 0.76, `dog` and `jour` 0.44.
pub const CHANCE: f32 = 0.55;
/// The most words of passages whose vectors are computed: some 0.3 s.
const MOST_WORDS: usize = 120;

/// For each word of a question, how alike the words of passages in another language are: key to cosine.
pub type Likeness = Vec<HashMap<String, f32>>;

/// Compares a question's words with those of `passages`, the first ones first.
pub fn compare(
    embedder: &dyn Embedder,
    question: &Question,
    passages: &[&Passage<'_>],
) -> Result<Likeness, EmbedError> {
    let mut alike: Likeness = vec![HashMap::new(); question.words.len()];
    if passages.is_empty() || question.words.is_empty() {
        return Ok(alike);
    }
    let asked: Vec<Vec<f32>> =
        question.words.iter().map(|word| embedder.query(&word.folded)).collect::<Result<_, _>>()?;
    let mut seen = HashSet::new();
    for passage in passages {
        let context = format!("{} {}", passage.found.heading.join(" "), passage.found.body);
        for word in subject_words(&context) {
            if seen.len() >= MOST_WORDS {
                break;
            }
            if !seen.insert(word.key.clone()) {
                continue;
            }
            let vector = embedder.query(&word.folded)?;
            for (position, asked) in asked.iter().enumerate() {
                let cosine = cosine(asked, &vector);
                if cosine >= CHANCE {
                    alike[position].insert(word.key.clone(), cosine);
                }
            }
        }
    }
    Ok(alike)
}

/// The cosine of a question and a sentence as it is meant in its piece; `None` where the sentence has no vector.
pub fn nearness(question: &[f32], sentence: &Sentence) -> Option<f32> {
    let length = cosine(&sentence.vector, &sentence.vector).sqrt();
    (length > 0.0).then(|| cosine(question, &sentence.vector) / length)
}

/// The cosine of two vectors of length 1.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
