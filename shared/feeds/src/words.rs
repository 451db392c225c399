//! Texts as feeds mean them: their words, whatever the case, the accents and what stands between.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text in lower case and without accents. Letters and digits are apart: `Bac+2`, `bac 2` and `BAC2` are the
/// same words.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for character in text.nfd().filter(|c| !is_combining_mark(*c)) {
        let kind = character.is_alphanumeric().then(|| character.is_numeric());
        if kind.is_some() {
            if kind != last {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        last = kind;
    }
    words
}

/// The words of a text with a space between them: how names and values are compared.
pub(crate) fn fold(text: &str) -> String {
    words(text).join(" ")
}

/// A text on one line, with single spaces.
pub(crate) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        for text in ["Bac+2", "BAC2", " bac_2 ", "Bac +2", "bâc-2"] {
            assert_eq!(fold(text), "bac 2", "{text}");
        }
        assert_eq!(fold("Débutant accepté (H/F)"), "debutant accepte h f");
        assert_eq!(fold("«  »"), "");
        assert_eq!(line(" a\n\t b\u{a0}c "), "a b c");
    }
}
