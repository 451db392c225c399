//! Completions of what is being typed, from the words the offers themselves use.
//!
//! All texts stand folded in a list; a second list names every beginning of a word in them, in the order of what
//! follows. A prefix is then one run of that list, found by halving it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use vivier_domain::offer::OfferDraft;

use crate::archive::OpenError;
use crate::build::day_number;
use crate::page::SuggestionKind;
use crate::tables::{key, usual};

const ENTRIES: &str = "suggestions.json";
const STARTS: &str = "suggestions.bin";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// As [`key`] writes it.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) kind: SuggestionKind,
    pub(crate) offers: u32,
    /// The day number after which none of its offers is shown.
    until: i64,
}

/// The texts of an archive's offers that complete what is typed.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    /// Most offers first.
    entries: Vec<Entry>,
    /// Places of words: an entry and a byte of its key, ordered by the key from there on.
    starts: Vec<(u32, u32)>,
}

/// What of an offer completes what is typed: each text with its kind and its key.
pub(crate) fn said<'o>(
    title: &'o str,
    occupation: Option<&'o str>,
    company: Option<&'o str>,
    city: &'o str,
) -> impl Iterator<Item = (SuggestionKind, String, &'o str)> {
    let texts = [
        (SuggestionKind::Title, Some(title)),
        (SuggestionKind::Occupation, occupation),
        (SuggestionKind::Company, company),
        (SuggestionKind::City, Some(city)),
    ];
    let keyed = texts.into_iter().filter_map(|(kind, text)| Some((kind, key(text?), text?)));
    keyed.filter(|(_, key, _)| !key.is_empty())
}

/// Completions under construction.
#[derive(Default)]
pub(crate) struct Draft(HashMap<(SuggestionKind, String), Gathered>);

#[derive(Default)]
struct Gathered {
    spellings: HashMap<String, u32>,
    offers: u32,
    until: i64,
}

impl Draft {
    pub(crate) fn add(&mut self, content: &OfferDraft) {
        let until = content.expires_on.map_or(i64::MAX, day_number);
        let OfferDraft { title, occupation, company, city, .. } = content;
        for (kind, key, text) in said(title, occupation.as_deref(), company.as_deref(), city) {
            let gathered =
                self.0.entry((kind, key)).or_insert_with(|| Gathered { until, ..Gathered::default() });
            *gathered.spellings.entry(text.to_owned()).or_default() += 1;
            gathered.offers += 1;
            gathered.until = gathered.until.max(until);
        }
    }

    pub(crate) fn finish(self) -> Suggestions {
        let named = |((kind, key), gathered): ((SuggestionKind, String), Gathered)| {
            let Gathered { spellings, offers, until } = gathered;
            Entry { key, text: usual(spellings), kind, offers, until }
        };
        let mut entries: Vec<Entry> = self.0.into_iter().map(named).collect();
        entries.sort_unstable_by(|a, b| {
            b.offers.cmp(&a.offers).then_with(|| a.key.cmp(&b.key)).then_with(|| a.kind.cmp(&b.kind))
        });
        let mut starts = Vec::new();
        for (number, entry) in (0u32..).zip(&entries) {
            starts.push((number, 0));
            starts.extend(entry.key.match_indices(' ').map(|(at, _)| (number, at as u32 + 1)));
        }
        let rest = |(number, at): &(u32, u32)| &entries[*number as usize].key[*at as usize..];
        starts.sort_unstable_by(|a, b| rest(a).cmp(rest(b)).then(a.cmp(b)));
        Suggestions { entries, starts }
    }
}

impl Suggestions {
    pub(crate) fn write(&self, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), serde_json::Error> {
        files.insert(ENTRIES.to_owned(), serde_json::to_vec(&self.entries)?);
        let numbers = self.starts.iter().flat_map(|(number, at)| [*number, *at]);
        files.insert(STARTS.to_owned(), numbers.flat_map(u32::to_le_bytes).collect());
        Ok(())
    }

    /// Reads what [`Self::write`] wrote; `file` gives a file of the archive.
    pub(crate) fn read<'a>(file: impl Fn(&str) -> Result<&'a [u8], OpenError>) -> Result<Self, OpenError> {
        let entries: Vec<Entry> = serde_json::from_slice(file(ENTRIES)?).map_err(OpenError::Table)?;
        let (pairs, rest) = file(STARTS)?.as_chunks::<8>();
        let starts: Vec<(u32, u32)> = pairs
            .iter()
            .map(|[a, b, c, d, e, f, g, h]| {
                (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]))
            })
            .collect();
        let inside = |(number, at): &(u32, u32)| {
            entries.get(*number as usize).is_some_and(|entry| entry.key.is_char_boundary(*at as usize))
        };
        if !rest.is_empty() || !starts.iter().all(inside) {
            return Err(OpenError::Malformed("the suggestions point outside"));
        }
        Ok(Self { entries, starts })
    }

    /// Whether any word begins so.
    pub(crate) fn is_begun_by(&self, word: &str) -> bool {
        self.begun_by(word).next().is_some()
    }

    /// The places of words that begin so, in the order of what follows.
    fn begun_by<'s>(&'s self, beginning: &'s str) -> impl Iterator<Item = (u32, u32)> + 's {
        let rest = |(number, at): &(u32, u32)| &self.entries[*number as usize].key[*at as usize..];
        let first = self.starts.partition_point(|start| rest(start) < beginning);
        self.starts[first..].iter().take_while(move |start| rest(start).starts_with(beginning)).copied()
    }

    /// The entries that begin with `prefix`, a key, or have a word that does, at most `most`: whether it is a later word, and their places.
    /// First those that begin so, then those with most offers. Only what has an offer open on the day numbered `today` beside those that
    /// are `closed`, by place.
    pub(crate) fn best(
        &self,
        prefix: &str,
        most: usize,
        today: i64,
        closed: &HashMap<u32, u32>,
    ) -> BTreeSet<(bool, u32)> {
        let mut best = BTreeSet::new();
        let mut found: HashMap<u32, bool> = HashMap::new();
        for (number, at) in self.begun_by(prefix) {
            let entry = &self.entries[number as usize];
            if entry.until < today || closed.get(&number).is_some_and(|closed| *closed >= entry.offers) {
                continue;
            }
            let inside = at > 0;
            match found.get(&number) {
                Some(known) if *known <= inside => continue,
                Some(known) => drop(best.remove(&(*known, number))),
                None => {}
            }
            found.insert(number, inside);
            best.insert((inside, number));
            if best.len() > most
                && let Some((_, dropped)) = best.pop_last()
            {
                found.remove(&dropped);
            }
        }
        best
    }

    /// The place of an entry.
    pub(crate) fn place(&self, kind: SuggestionKind, key: &str) -> Option<u32> {
        let is = |number: u32| {
            let entry = &self.entries[number as usize];
            entry.kind == kind && entry.key == key
        };
        self.begun_by(key).filter(|(_, at)| *at == 0).map(|(number, _)| number).find(|number| is(*number))
    }

    pub(crate) fn entry(&self, place: u32) -> &Entry {
        &self.entries[place as usize]
    }
}
