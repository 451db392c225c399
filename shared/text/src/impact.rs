//! What a word counts in a piece: the part of Okapi BM25 that does not depend on other pieces, computed once and stored
//! with it. How rare the word is, is known only when it is asked for.

use std::collections::BTreeMap;

use crate::analysis::{is_stop_word, root, stem, words};

/// How soon repeating a word counts for no more: `k1` of Okapi BM25 (S. Robertson and H. Zaragoza, The Probabilistic
/// Relevance Framework, 2009).
const SATURATION: f32 = 1.2;
/// How much longer pieces are held to say less by each word: `b`. Pieces are of much the same length.
const LENGTH: f32 = 0.4;
/// Words with a meaning of their own in a usual piece. Fixed, so that what is stored never depends on other documents.
const USUAL: f32 = 100.0;

/// The term that a folded word is found by; `None` for words too common to find anything by.
pub fn term(folded: &str) -> Option<String> {
    (!is_stop_word(folded)).then(|| root(&stem(folded)))
}

/// The terms of a text, each once, with what it counts there.
pub fn impacts(text: &str) -> BTreeMap<String, f32> {
    let mut counts: BTreeMap<String, f32> = BTreeMap::new();
    let mut length = 0.0;
    for term in words(text).into_iter().filter_map(|word| term(&word.text)) {
        *counts.entry(term).or_default() += 1.0;
        length += 1.0;
    }
    let by_length = SATURATION * (1.0 - LENGTH + LENGTH * length / USUAL);
    for count in counts.values_mut() {
        *count = *count * (SATURATION + 1.0) / (*count + by_length);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_term_and_common_words_are_none() {
        let found = impacts("Les congés payés : le congé du salarié, et la paie.");
        let terms: Vec<_> = found.keys().map(String::as_str).collect();
        assert_eq!(terms, ["cong", "pai", "pay", "salar"]);
        assert!(found["cong"] > found["pay"]);
    }

    #[test]
    fn a_word_counts_more_when_repeated_and_less_in_a_longer_text() {
        let one = impacts("prime")["prim"];
        let two = impacts("prime prime")["prim"];
        let long = impacts(&format!("prime {}", "autre ".repeat(200)))["prim"];
        assert!(one < two && two < 2.0 * one && long < one);
        assert!(impacts("").is_empty() && impacts("le la les").is_empty());
    }
}
