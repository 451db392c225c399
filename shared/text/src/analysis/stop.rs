//! Words too common to tell one offer from another.

/// French and English function words, folded. Left out because they mean something here: `as` (aide-soignant),
/// `est` (the direction), `it` (information technology), `son` (the sound), `or`.
const STOP_WORDS: &[&str] = &[
    "a", "afin", "ai", "ainsi", "and", "at", "au", "aux", "avec", "avez", "by", "ce", "ces", "cet", "cette",
    "chez", "comme", "d", "dans", "de", "des", "dont", "du", "elle", "elles", "en", "es", "et", "etes",
    "etre", "eu", "for", "from", "il", "ils", "in", "is", "j", "je", "l", "la", "le", "les", "leur", "leurs",
    "lors", "lui", "ma", "mais", "me", "mes", "mon", "n", "ne", "nos", "notre", "nous", "of", "on", "ont",
    "ou", "our", "par", "pas", "pour", "qu", "que", "qui", "s", "sa", "sans", "se", "sera", "serez", "ses",
    "si", "sont", "sous", "sur", "ta", "te", "the", "this", "to", "toi", "ton", "tu", "un", "une", "vers",
    "vos", "votre", "vous", "with", "y", "you", "your",
];

/// Nothing longer needs to be looked up.
const LONGEST: usize = 5;

/// Whether a folded word is left out of indexes and searches.
pub fn is_stop_word(folded: &str) -> bool {
    folded.len() <= LONGEST && STOP_WORDS.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_folded() {
        assert!(STOP_WORDS.is_sorted());
        assert!(STOP_WORDS.iter().all(|word| word.len() <= LONGEST));
        assert!(STOP_WORDS.iter().all(|word| crate::analysis::fold(word) == *word));
    }

    #[test]
    fn acronyms_of_the_trade_are_kept() {
        for word in ["as", "it", "rh", "son", "c"] {
            assert!(!is_stop_word(word), "{word}");
        }
    }
}
