//! Headings: which part of a CV begins here.

mod words;

use vivier_text::analysis::{fold, is_stop_word};

use self::words::{NEUTRAL, WEAK, WORDS};
use super::near::near;

/// A part of a CV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// Above all headings.
    Head,
    /// Who it is and where to find them.
    Contact,
    /// Positions held.
    Work,
    /// Diplomas.
    Education,
    /// What they can do, licences and certificates included: these are what offers ask for.
    Skills,
    /// What they speak.
    Languages,
    /// Anything else: hobbies, references, what they wish for.
    Other,
}

/// Most words of a heading.
const MAX_WORDS: usize = 6;
/// From this length on one wrong letter is a scanner's.
const FORGIVEN: usize = 7;

/// How sure it is that a text is a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// By its words alone.
    Words,
    /// Its words may be a skill as well: it takes a colon, capitals or the file's word.
    Perhaps,
}

/// The part that a heading begins, whatever it looks like.
pub(super) fn section(text: &str) -> Option<Section> {
    judged(text).map(|(section, _)| section)
}

/// The part that a heading begins and how sure it is.
pub(super) fn judged(text: &str) -> Option<(Section, Sure)> {
    if text.chars().count() > 60 || text.chars().any(|c| matches!(c, '@' | '(')) {
        return None;
    }
    let words = simple(text);
    let few = (1..=MAX_WORDS).contains(&words.len());
    few.then(|| by_words(&words)).flatten().or_else(|| spaced(text))
}

/// Whether all letters are capitals, as in headings; at least four.
pub(super) fn is_capitals(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !text.chars().any(char::is_lowercase)
}

/// Folded words without digits and signs. Letters that a scanner took for digits are letters again.
fn simple(text: &str) -> Vec<String> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let restored: String = fold(text)
        .chars()
        .map(|c| match c {
            '0' if letters >= 4 => 'o',
            '1' if letters >= 4 => 'l',
            '5' if letters >= 4 => 's',
            c if c.is_alphabetic() => c,
            _ => ' ',
        })
        .collect();
    let words = restored.split_whitespace().filter(|word| !is_stop_word(word) && word.len() > 1);
    words.map(str::to_owned).collect()
}

fn by_words(words: &[String]) -> Option<(Section, Sure)> {
    let mut found: Option<(u8, Section)> = None;
    let mut sure = Sure::Perhaps;
    for word in words {
        if let Some((_, section, rank)) = known(WORDS, word) {
            // `Parcours scolaire` is about school, `Langues et loisirs` about languages.
            if found.is_none_or(|(best, _)| *rank > best) {
                found = Some((*rank, *section));
            }
            sure = Sure::Words;
        } else if let Some((_, section, rank)) = known(WEAK, word) {
            if found.is_none_or(|(best, _)| *rank > best) {
                found = Some((*rank, *section));
            }
        } else if !NEUTRAL.iter().any(|neutral| neutral == word) {
            return None;
        }
    }
    found.map(|(_, section)| (section, sure))
}

type Known = (&'static str, Section, u8);

fn known(list: &'static [Known], word: &str) -> Option<&'static Known> {
    let exact = list.iter().find(|(known, ..)| *known == word);
    exact.or_else(|| {
        let alike = |known: &&Known| known.0.len() >= FORGIVEN && near(known.0, word, 1);
        (word.len() >= FORGIVEN).then(|| list.iter().find(alike)).flatten()
    })
}

/// `F O R M A T I O N`, or words whose spaces were lost.
fn spaced(text: &str) -> Option<(Section, Sure)> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let single = parts.iter().filter(|part| part.chars().count() == 1).count();
    let joined = parts.len() == 1 && is_capitals(text);
    if !joined && (parts.len() < 4 || single * 10 < parts.len() * 7) {
        return None;
    }
    let letters: String = fold(text).chars().filter(char::is_ascii_lowercase).collect();
    by_words(&segmented(&letters)?)
}

/// Cuts run-together letters into words that headings are made of, the longest first.
fn segmented(letters: &str) -> Option<Vec<String>> {
    let all = || WORDS.iter().chain(WEAK).map(|(word, ..)| *word).chain(NEUTRAL.iter().copied());
    let small = ["de", "du", "des", "et", "and", "of", "d", "l", "la", "le", "les"];
    let mut rest = letters;
    let mut words = Vec::new();
    while !rest.is_empty() && words.len() <= MAX_WORDS {
        let longest = all().filter(|word| rest.starts_with(word)).max_by_key(|word| word.len());
        match longest {
            Some(word) => {
                words.push(word.to_owned());
                rest = &rest[word.len()..];
            }
            None => rest = small.iter().find_map(|word| rest.strip_prefix(word))?,
        }
    }
    rest.is_empty().then_some(words)
}

#[cfg(test)]
mod tests;
