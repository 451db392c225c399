//! The words that offers are written with, as they are written: what a slip of the keyboard was meant to be, and what a word that
//! is still being typed may become.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use rapidfuzz::distance::osa;
use serde::{Deserialize, Serialize};
use vivier_domain::offer::OfferDraft;
use vivier_text::analysis::{is_stop_word, long_form, stem, words};

/// Its name in the archive.
pub(crate) const FILE: &str = "vocabulary.json";

/// Shorter words are not taken for slips: too many other words are one letter away.
const SLIP_CHARS: usize = 4;
/// From this length on two slips are forgiven.
const TWO_SLIPS_CHARS: usize = 8;
/// A word is completed from this length on.
const PREFIX_CHARS: usize = 3;
/// Words that are begun by others and mean something else, beside the abbreviations.
const WHOLE: &[&str] = &["java"];
/// So many words may be meant by a slip, or by a beginning.
const MOST_MEANT: usize = 3;
const MOST_COMPLETED: usize = 12;

/// Words of titles, occupations, skills, employers and cities, folded, in order, each with its stem and how often it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Vocabulary(Vec<(String, String, u32)>);

/// Under construction.
#[derive(Default)]
pub(crate) struct Draft(BTreeMap<String, u32>);

impl Draft {
    pub(crate) fn add(&mut self, content: &OfferDraft) {
        let texts = [
            Some(&content.title),
            content.occupation.as_ref(),
            content.company.as_ref(),
            Some(&content.city),
        ];
        texts.into_iter().flatten().chain(&content.skills).for_each(|text| self.add_text(text));
    }

    pub(crate) fn add_text(&mut self, text: &str) {
        for word in words(text) {
            // What has digits or signs is a name or a measure, never a slip.
            if word.text.chars().all(char::is_alphabetic) && !is_stop_word(&word.text) {
                *self.0.entry(word.text).or_default() += 1;
            }
        }
    }

    pub(crate) fn finish(self) -> Vocabulary {
        Vocabulary(self.0.into_iter().map(|(word, count)| (word.clone(), stem(&word), count)).collect())
    }
}

impl Vocabulary {
    /// The words of two vocabularies.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut words: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
        for (word, stem, count) in self.0.iter().chain(&other.0) {
            words.entry(word).or_insert((stem, 0)).1 += count;
        }
        let words = words.into_iter();
        Self(words.map(|(word, (stem, count))| (word.to_owned(), stem.to_owned(), count)).collect())
    }

    /// Words that begin with `beginning`, most frequent first.
    pub(crate) fn completions(&self, beginning: &str) -> Vec<&str> {
        if beginning.chars().count() < PREFIX_CHARS
            || WHOLE.contains(&beginning)
            || long_form(&stem(beginning)).is_some()
        {
            return Vec::new();
        }
        let first = self.0.partition_point(|(word, _, _)| word.as_str() < beginning);
        let begun = self.0[first..].iter().take_while(|(word, _, _)| word.starts_with(beginning));
        let mut begun: Vec<_> = begun.collect();
        begun.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        distinct(begun.into_iter().map(|(word, _, _)| word.as_str()), MOST_COMPLETED)
    }

    /// Beginnings that `typed`, the beginning of a word, was meant to be: the fewest slips away, then of the most frequent words. Only
    /// those with the same first letter: a beginning is short, and too much would be near it.
    pub(crate) fn begun(&self, typed: &str) -> Vec<String> {
        let length = typed.chars().count();
        let Some(first) = typed.chars().next() else { return Vec::new() };
        if length < SLIP_CHARS || !typed.chars().all(char::is_alphabetic) {
            return Vec::new();
        }
        let slips = if length < TWO_SLIPS_CHARS { 1 } else { 2 };
        let comparator = osa::BatchComparator::new(typed.chars());
        let arguments = osa::Args::default().score_cutoff(slips);
        let from = self.0.partition_point(|(word, _, _)| !word.starts_with(first) && word.as_str() < typed);
        let mut near: BTreeMap<String, (usize, Reverse<u32>)> = BTreeMap::new();
        for (word, _, count) in self.0[from..].iter().take_while(|(word, _, _)| word.starts_with(first)) {
            let beginning = |letters: usize| {
                let beginning: String = word.chars().take(letters).collect();
                let distance = comparator.distance_with_args(beginning.chars(), &arguments)?;
                Some((distance, beginning))
            };
            // As long as what was typed, where that is as near.
            let best = [length, length + 1, length - 1]
                .into_iter()
                .filter_map(beginning)
                .min_by_key(|(distance, _)| *distance);
            if let Some((distance, beginning)) = best {
                let known = near.entry(beginning).or_insert((distance, Reverse(0)));
                known.1 = Reverse(known.1.0 + count);
            }
        }
        let mut near: Vec<_> = near.into_iter().map(|(beginning, order)| (order, beginning)).collect();
        near.sort_unstable();
        near.into_iter().map(|(_, beginning)| beginning).take(MOST_MEANT).collect()
    }

    /// Words that `typed` was meant to be: the fewest slips away, then with the same first letter, then most frequent.
    pub(crate) fn meant(&self, typed: &str) -> Vec<&str> {
        let length = typed.chars().count();
        if length < SLIP_CHARS || !typed.chars().all(char::is_alphabetic) || long_form(&stem(typed)).is_some()
        {
            return Vec::new();
        }
        let slips = if length < TWO_SLIPS_CHARS { 1 } else { 2 };
        let typed_stem = stem(typed);
        let comparator = osa::BatchComparator::new(typed.chars());
        let of_stems = osa::BatchComparator::new(typed_stem.chars());
        let arguments = osa::Args::default().score_cutoff(slips);
        let first = typed.chars().next();
        let near = self.0.iter().filter_map(|(word, stem, count)| {
            // As many bytes as letters, mostly; a word that differs more in length needs no comparison.
            let as_written = (word.len().abs_diff(typed.len()) <= slips)
                .then(|| comparator.distance_with_args(word.chars(), &arguments))
                .flatten();
            // An ending may hide that only one letter is wrong.
            let as_stem = (stem.len().abs_diff(typed_stem.len()) <= slips && stem.len() >= SLIP_CHARS)
                .then(|| of_stems.distance_with_args(stem.chars(), &arguments))
                .flatten();
            let distance = as_written.into_iter().chain(as_stem).min()?;
            Some((distance, word.chars().next() != first, std::cmp::Reverse(*count), word.as_str()))
        });
        let mut near: Vec<_> = near.collect();
        near.sort_unstable();
        let least = near.first().map(|(distance, other, _, _)| (*distance, *other));
        let best = near.into_iter().take_while(|(distance, other, _, _)| Some((*distance, *other)) == least);
        distinct(best.map(|(_, _, _, word)| word), MOST_MEANT)
    }
}

/// The first words with different stems.
fn distinct<'w>(words: impl Iterator<Item = &'w str>, most: usize) -> Vec<&'w str> {
    let mut stems = HashSet::new();
    words.filter(|word| stems.insert(stem(word))).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[(&str, u32)]) -> Vocabulary {
        Draft(words.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()).finish()
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        let known = vocabulary(&[
            ("boulanger", 3),
            ("infirmier", 9),
            ("soudeur", 2),
            ("chef", 5),
            ("developpeur", 4),
            ("chat", 1),
        ]);
        for (typed, meant) in [
            ("boulangr", &["boulanger"][..]),
            ("infimier", &["infirmier"]),
            ("soduer", &[]),
            ("soduuer", &[]),
            ("soudeurr", &["soudeur"]),
            ("sodueur", &["soudeur"]),
            ("develloppeur", &["developpeur"]),
            ("develloppeurr", &["developpeur"]),
            ("chf", &[]),
            ("chet", &["chef", "chat"]),
            ("cheff", &["chef"]),
            ("caces3", &[]),
        ] {
            assert_eq!(known.meant(typed), meant, "{typed}");
        }
    }

    #[test]
    fn slips_in_a_beginning_are_forgiven() {
        let known = vocabulary(&[
            ("boucher", 1),
            ("boulanger", 3),
            ("boulangere", 2),
            ("developpeur", 9),
            ("soudeur", 2),
        ]);
        for (typed, meant) in [
            ("bolang", &["boulang"][..]),
            ("boulnag", &["boulang"]),
            ("develop", &["develop"]),
            ("devlop", &["develop"]),
            ("sduoeu", &[]),
            ("xoulang", &[]),
            ("bol", &[]),
            ("bou1", &[]),
        ] {
            assert_eq!(known.begun(typed), meant, "{typed}");
        }
    }

    #[test]
    fn a_beginning_is_completed_by_the_most_frequent() {
        let known = vocabulary(&[("boucher", 1), ("boulanger", 3), ("boulangere", 2), ("bouliste", 9)]);
        assert_eq!(known.completions("boul"), ["bouliste", "boulanger"]);
        assert!(known.completions("bo").is_empty());
    }
}
