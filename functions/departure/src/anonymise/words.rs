//! Words that stand where persons' words stood: neutral ones, of the language that was written in. They are public, and nothing that is made of
//! them alone says anything of anybody.

use std::{collections::HashSet, sync::LazyLock};

// Statics, as a text's words are told by which of the two they are.
static FRENCH: &[&str] = &[
    "texte",
    "neutre",
    "exemple",
    "ligne",
    "phrase",
    "mot",
    "page",
    "partie",
    "section",
    "contenu",
    "modèle",
    "forme",
    "simple",
    "ordinaire",
    "quelconque",
    "général",
    "commun",
    "courant",
    "vide",
    "fictif",
    "suite",
    "valeur",
    "donnée",
    "essai",
    "test",
    "objet",
    "sujet",
    "point",
    "liste",
    "titre",
    "note",
    "élément",
    "question",
    "réponse",
    "message",
    "le",
    "la",
    "un",
    "une",
    "de",
    "et",
    "pour",
    "avec",
    "dans",
];
static ENGLISH: &[&str] = &[
    "text", "neutral", "example", "line", "sentence", "word", "page", "part", "section", "content", "sample",
    "form", "plain", "ordinary", "any", "general", "common", "usual", "empty", "made", "up", "value", "data",
    "trial", "test", "object", "subject", "point", "list", "title", "note", "item", "question", "answer",
    "message", "the", "a", "of", "and", "for", "with", "in",
];
/// Words that English has and French has not.
const TELLING: &[&str] =
    &["the", "and", "of", "for", "with", "is", "are", "you", "we", "our", "your", "to", "in", "not", "this"];

/// What masks and fixed values have besides.
const OTHERS: &[&str] = &["anonymous", "invalid", "fictif", "https", "partner", "offers"];

static FILLERS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| FRENCH.iter().chain(ENGLISH).chain(OTHERS).copied().collect());

/// The words to fill a text with, in the language that it seems to be written in: French where nothing tells.
pub(super) fn fillers(text: &str) -> &'static [&'static str] {
    let words = words(text);
    let (mut all, mut english) = (0_u32, 0_u32);
    for word in words {
        all += 1;
        english += u32::from(TELLING.contains(&word.to_lowercase().as_str()));
    }
    if english * 8 >= all.max(1) { ENGLISH } else { FRENCH }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a text has no other words than those that stand where persons' words stood.
pub(super) fn is_filler(text: &str) -> bool {
    words(text).all(|word| FILLERS.contains(word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_told_from_small_words() {
        for (text, english) in [
            ("Where is the office and who works in it?", true),
            ("Où se trouve le bureau ?", false),
            ("Boulanger", false),
            ("", false),
        ] {
            assert_eq!(std::ptr::eq(fillers(text), ENGLISH), english, "{text}");
        }
    }

    #[test]
    fn fillers_are_known_whatever_their_case() {
        assert!(is_filler("Texte neutre, Exemple de question."));
        assert!(!is_filler("Texte de Camille"));
    }
}
