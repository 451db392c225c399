//! From what a candidate types to the words of a search: what offers should have, what they must have in one piece, and what they
//! must not have.

use std::collections::HashSet;

use vivier_text::analysis::{fold, long_form, short_forms, terms};

/// What is longer is no search; the rest is not read.
const MAX_CHARS: usize = 1_000;
/// More words than anybody types cost time and find nothing more.
pub(crate) const MAX_TERMS: usize = 32;

/// The words of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// What offers should have, each once.
    pub(crate) wanted: Vec<Wanted>,
    /// What stood in quotation marks: stems that offers must have in one piece and in order.
    pub(crate) phrases: Vec<Vec<String>>,
    /// What offers must not have: a word, or a phrase.
    pub(crate) unwanted: Vec<Vec<String>>,
    /// Neighbouring words that offers write as one, as stems; see [`Self::neighbours`].
    pub(crate) joined: Vec<String>,
    /// Each two words that stand beside each other, as they were typed, written as one.
    pub(crate) neighbours: Vec<String>,
    /// The last word may go on: nothing was typed behind it.
    pub(crate) open: bool,
}

/// A word that offers should have, or what says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) stem: String,
    /// Folded, as it was typed.
    pub(crate) typed: String,
    /// Each a list of stems that must all be there: the long form of an abbreviation, a synonym, the word meant by a slip.
    pub(crate) same: Vec<Vec<String>>,
}

impl Words {
    /// Reads `q`. Nothing in it is an error.
    pub(crate) fn parse(q: &str) -> Self {
        let end = q.char_indices().nth(MAX_CHARS).map_or(q.len(), |(at, _)| at);
        let mut pieces = Pieces::default();
        pieces.read(&q[..end]);
        let mut seen = HashSet::new();
        let mut wanted: Vec<Wanted> = terms(&pieces.wanted)
            .into_iter()
            .filter(|term| seen.insert(term.text.clone()))
            .take(MAX_TERMS)
            .map(|term| Wanted { stem: term.text, typed: fold(&pieces.wanted[term.span]), same: Vec::new() })
            .collect();
        let stems: Vec<String> = wanted.iter().map(|word| word.stem.clone()).collect();
        for (at, stem) in stems.iter().enumerate() {
            wanted[at].same.extend(long_form(stem).map(<[String]>::to_vec));
            for (short, length) in short_forms(&stems[at..]) {
                wanted[at..at + length].iter_mut().for_each(|word| word.same.push(vec![short.to_owned()]));
            }
        }
        Self {
            wanted,
            joined: Vec::new(),
            neighbours: neighbours(&pieces.wanted),
            phrases: pieces
                .phrases
                .iter()
                .map(|text| stems_of(text))
                .filter(|stems| stems.len() > 1)
                .collect(),
            unwanted: pieces
                .unwanted
                .iter()
                .map(|text| stems_of(text))
                .filter(|stems| !stems.is_empty())
                .collect(),
            open: q.ends_with(char::is_alphanumeric),
        }
    }

    /// Every stem that may be why an offer was found.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &String> {
        self.wanted.iter().flat_map(|word| std::iter::once(&word.stem).chain(word.same.iter().flatten()))
    }
}

/// Each two neighbouring words of letters as one, function words too: `sous chef`.
fn neighbours(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‑')).collect();
    let pairs = parts
        .windows(2)
        .filter(|pair| pair.iter().all(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 1));
    pairs.map(|pair| fold(&pair.concat())).take(MAX_TERMS).collect()
}

/// The stems of a text, in order.
pub(crate) fn stems_of(text: &str) -> Vec<String> {
    terms(text).into_iter().map(|term| term.text).take(MAX_TERMS).collect()
}

/// A search, taken apart.
#[derive(Default)]
struct Pieces {
    wanted: String,
    phrases: Vec<String>,
    unwanted: Vec<String>,
}

impl Pieces {
    fn read(&mut self, mut rest: &str) {
        let mut word_before = false;
        while let Some(first) = rest.chars().next() {
            let behind = &rest[first.len_utf8()..];
            // A dash before a word and after a space; `chef - adjoint` and `sous-chef` exclude nothing.
            let minus = matches!(first, '-' | '−' | '–') && !word_before;
            if minus && let Some((phrase, after)) = quoted(behind) {
                self.unwanted.push(phrase.to_owned());
                rest = after;
            } else if minus && behind.starts_with(char::is_alphanumeric) {
                let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
                self.unwanted
                    .extend(terms(&behind[..end]).into_iter().map(|term| behind[term.span].to_owned()));
                rest = &behind[end..];
            } else if !word_before && let Some((phrase, after)) = quoted(rest) {
                self.phrases.push(phrase.to_owned());
                self.wanted.push(' ');
                self.wanted.push_str(phrase);
                self.wanted.push(' ');
                rest = after;
            } else {
                self.wanted.push(first);
                rest = behind;
            }
            word_before =
                self.wanted.ends_with(|c: char| !c.is_whitespace()) && !rest.starts_with(char::is_whitespace);
        }
    }
}

/// What stands in quotation marks at the beginning of a text, and what follows. A mark that is never closed quotes nothing.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let marks = [('"', '"'), ('«', '»'), ('“', '”'), ('„', '“')];
    let (open, close) = marks.into_iter().find(|(open, _)| text.starts_with(*open))?;
    let inside = &text[open.len_utf8()..];
    let (phrase, after) = inside.split_once(close)?;
    Some((phrase, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(q: &str) -> (Vec<String>, Vec<Vec<String>>, Vec<Vec<String>>) {
        let words = Words::parse(q);
        (words.wanted.into_iter().map(|word| word.stem).collect(), words.phrases, words.unwanted)
    }

    fn stems(text: &str) -> Vec<String> {
        stems_of(text)
    }

    #[test]
    fn what_is_wanted_and_what_is_not() {
        for (q, wanted, phrases, unwanted) in [
            ("chef -stage", "chef", &[][..], &["stage"][..]),
            ("sous-chef", "sous-chef", &[], &[]),
            ("chef - adjoint", "chef adjoint", &[], &[]),
            ("-a -b c", "c", &[], &["b"]),
            ("\"chef de rang\" nuit", "chef de rang nuit", &["chef rang"], &[]),
            ("« chef de rang »", "chef rang", &["chef rang"], &[]),
            ("serveur -\"chef de rang\"", "serveur", &[], &["chef rang"]),
            ("\"soudeur", "soudeur", &[], &[]),
            ("\"soudeur\"", "soudeur", &[], &[]),
            ("l'\"oeuvre\"", "oeuvre", &[], &[]),
            ("−stage soudeur", "soudeur", &[], &["stage"]),
        ] {
            let all = |texts: &[&str]| texts.iter().map(|text| stems(text)).collect::<Vec<_>>();
            assert_eq!(read(q), (stems(wanted), all(phrases), all(unwanted)), "{q}");
        }
    }
}
