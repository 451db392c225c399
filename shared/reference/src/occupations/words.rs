//! The words of all labels and usual titles, by what they share with others.

use std::collections::HashMap;

use super::Occupation;
use super::title::{self, Word};

/// Usual titles that no label names, and what they mean; from general knowledge of the trades.
const USUAL_TITLES: &str = include_str!("usual_titles.tsv");

/// Codes and usual titles.
pub(crate) fn usual_titles<'t>() -> impl Iterator<Item = (&'t str, &'t str)> {
    USUAL_TITLES.lines().filter_map(|line| line.split_once('\t'))
}

/// What a word of the same family counts beside the same word: `cuisine` beside `cuisinier`.
const SAME_ROOT: f32 = 0.7;
/// How rare a word is taken for that no label has, beside one that one label has.
const UNKNOWN: f32 = 0.5;

/// A label or a usual title.
#[derive(Debug)]
struct Entry {
    occupation: u32,
    /// Euclidean length of its weights.
    length: f32,
}

#[derive(Debug)]
struct Posting {
    entry: u32,
    stem: u32,
    /// Inverse document frequency of the stem, times the word's weight.
    weight: f32,
}

/// Labels by their words, to be asked for what resembles a title most.
#[derive(Debug, Default)]
pub(crate) struct Words {
    entries: Vec<Entry>,
    /// The number and the inverse document frequency of each stem.
    stems: HashMap<String, (u32, f32)>,
    /// By root: the inverse document frequency, and where a stem with this root stands.
    roots: HashMap<String, (f32, Vec<Posting>)>,
    rarest: f32,
}

/// What a title's words say.
pub(crate) struct Ranking {
    /// Occupations with the cosine of title and nearest label, from 0 to 1; unordered.
    pub(crate) scores: Vec<(u32, f32)>,
    /// Which part of the title's weight is in words that no label has.
    pub(crate) unknown: f32,
}

impl Words {
    pub(crate) fn of(list: &[Occupation]) -> Self {
        let usual =
            USUAL_TITLES.lines().filter_map(|line| line.split_once('\t')).filter_map(|(code, title)| {
                let place = list.binary_search_by(|one| one.code.as_str().cmp(code)).ok()?;
                Some((place as u32, title::words(title)))
            });
        let labels = (0u32..).zip(list).map(|(number, one)| (number, title::words(&one.label)));
        let texts: Vec<(u32, Vec<Word>)> = labels.chain(usual).collect();
        let mut words = Self::default();
        let mut in_texts: HashMap<&str, u32> = HashMap::new();
        let mut roots_in_texts: HashMap<&str, u32> = HashMap::new();
        for (_, text) in &texts {
            for (number, word) in text.iter().enumerate() {
                *in_texts.entry(&word.stem).or_default() += 1;
                if !text[..number].iter().any(|known| known.root == word.root) {
                    *roots_in_texts.entry(&word.root).or_default() += 1;
                }
            }
        }
        let rarity = |count: u32| (1.0 + texts.len() as f32 / (count as f32 + 0.5)).ln();
        words.rarest = rarity(1);
        for ((stem, count), number) in in_texts.iter().zip(0..) {
            words.stems.insert((*stem).to_owned(), (number, rarity(*count)));
        }
        for (root, count) in &roots_in_texts {
            words.roots.insert((*root).to_owned(), (rarity(*count), Vec::new()));
        }
        for (occupation, text) in &texts {
            let entry = words.entries.len() as u32;
            let mut square = 0.0;
            for word in text {
                let (stem, rarity) = words.stems[&word.stem];
                let weight = rarity * word.weight;
                square += weight * weight;
                if let Some((_, postings)) = words.roots.get_mut(&word.root) {
                    postings.push(Posting { entry, stem, weight });
                }
            }
            words
                .entries
                .push(Entry { occupation: *occupation, length: square.sqrt().max(f32::MIN_POSITIVE) });
        }
        words
    }

    /// How much each label resembles a title: the cosine of their words, weighted by rarity.
    pub(crate) fn rank(&self, title: &[Word]) -> Ranking {
        let mut products: HashMap<u32, f32> = HashMap::new();
        let (mut square, mut unknown) = (0.0, 0.0);
        let mut best: HashMap<u32, f32> = HashMap::new();
        for word in title {
            let stem = self.stems.get(&word.stem);
            let root = self.roots.get(&word.root);
            let rarity = match (stem, root) {
                (Some((_, rarity)), _) | (None, Some((rarity, _))) => *rarity,
                (None, None) => self.rarest * UNKNOWN,
            };
            let weight = rarity * word.weight;
            square += weight * weight;
            let Some((_, postings)) = root else {
                unknown += weight * weight;
                continue;
            };
            for posting in postings {
                let same = stem.is_some_and(|(number, _)| *number == posting.stem);
                let product = weight * posting.weight * if same { 1.0 } else { SAME_ROOT };
                let known = best.entry(posting.entry).or_default();
                *known = known.max(product);
            }
            for (entry, product) in best.drain() {
                *products.entry(entry).or_default() += product;
            }
        }
        let length = f32::sqrt(square).max(f32::MIN_POSITIVE);
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (entry, product) in products {
            let Entry { occupation, length: own } = &self.entries[entry as usize];
            let score = scores.entry(*occupation).or_default();
            // Two words of a title may meet the same word of a label.
            *score = score.max((product / (own * length)).min(1.0));
        }
        let unknown = if square > 0.0 { unknown / square } else { 1.0 };
        Ranking { scores: scores.into_iter().collect(), unknown }
    }
}
