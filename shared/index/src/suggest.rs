//! Completions of what is being typed, from the words the offers themselves use.
//!
//! All texts stand folded in a list; a second list names every beginning of a word in them, in the order of what
//! follows. A prefix is then one run of that list, found by halving it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use vivier_domain::offer::Offer;

use crate::archive::OpenError;
use crate::build::day_number;
use crate::page::{Suggestion, SuggestionKind};
use crate::tables::{key, usual};
use crate::vocabulary::Vocabulary;

const ENTRIES: &str = "suggestions.json";
const STARTS: &str = "suggestions.bin";
/// The most completions one answer holds.
const MAX_SUGGESTIONS: usize = 50;
/// Fewer completions than these, and a slip is looked for.
const FEW: usize = 3;
/// More words than these before the last one, and none is: each costs a look at the whole vocabulary.
const MENDED: usize = 3;

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// As [`key`] writes it.
    key: String,
    text: String,
    kind: SuggestionKind,
    offers: u32,
    /// The day number after which none of its offers is shown.
    until: i64,
}

/// The completions of an index.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    /// Most offers first.
    entries: Vec<Entry>,
    /// Places of words: an entry and a byte of its key, ordered by the key from there on.
    starts: Vec<(u32, u32)>,
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
    pub(crate) fn add(&mut self, offer: &Offer) {
        let content = &offer.content;
        let until = content.expires_on.map_or(i64::MAX, day_number);
        for (kind, text) in [
            (SuggestionKind::Title, Some(&content.title)),
            (SuggestionKind::Occupation, content.occupation.as_ref()),
            (SuggestionKind::Company, content.company.as_ref()),
            (SuggestionKind::City, Some(&content.city)),
        ] {
            let Some(text) = text else { continue };
            let key = key(text);
            if key.is_empty() {
                continue;
            }
            let gathered =
                self.0.entry((kind, key)).or_insert_with(|| Gathered { until, ..Gathered::default() });
            *gathered.spellings.entry(text.clone()).or_default() += 1;
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

    /// The same as [`Self::find`], and where that is little, what its words may have been meant to be.
    pub(crate) fn find_or_mend(
        &self,
        prefix: &str,
        limit: usize,
        today: Date,
        vocabulary: &Vocabulary,
    ) -> Vec<Suggestion> {
        let mut found = self.find(prefix, limit, today);
        if found.len() >= FEW.min(limit) {
            return found;
        }
        let typed = key(prefix);
        let (before, last) = typed.rsplit_once(' ').unwrap_or(("", &typed));
        let mended = |word: &str| {
            let meant = if self.is_begun_by(word) { None } else { vocabulary.meant(word).first().copied() };
            meant.unwrap_or(word).to_owned()
        };
        if before.split_whitespace().count() > MENDED {
            return found;
        }
        let before: String = before.split_whitespace().map(|word| mended(word) + " ").collect();
        let beginnings = vocabulary.begun(last).into_iter().chain(std::iter::once(last.to_owned()));
        for beginning in beginnings {
            for suggestion in self.find(&format!("{before}{beginning}"), limit, today) {
                if found.len() < limit && !found.contains(&suggestion) {
                    found.push(suggestion);
                }
            }
        }
        found
    }

    /// Whether any word begins so.
    fn is_begun_by(&self, word: &str) -> bool {
        let rest = |(number, at): &(u32, u32)| &self.entries[*number as usize].key[*at as usize..];
        let first = self.starts.partition_point(|start| rest(start) < word);
        self.starts.get(first).is_some_and(|start| rest(start).starts_with(word))
    }

    /// What begins with `prefix`, or has a word that does: first the former, then what has most offers. Only what
    /// has an offer open on `today`.
    pub(crate) fn find(&self, prefix: &str, limit: usize, today: Date) -> Vec<Suggestion> {
        let limit = limit.min(MAX_SUGGESTIONS);
        let prefix = key(prefix);
        if prefix.is_empty() || limit == 0 {
            return Vec::new();
        }
        let today = day_number(today);
        let rest = |(number, at): &(u32, u32)| &self.entries[*number as usize].key[*at as usize..];
        let first = self.starts.partition_point(|start| rest(start) < prefix.as_str());
        let mut best = BTreeSet::new();
        let mut found: HashMap<u32, bool> = HashMap::new();
        for start in self.starts[first..].iter().take_while(|start| rest(start).starts_with(prefix.as_str()))
        {
            let (number, at) = *start;
            if self.entries[number as usize].until < today {
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
            if best.len() > limit
                && let Some((_, dropped)) = best.pop_last()
            {
                found.remove(&dropped);
            }
        }
        let entry = |(_, number): (bool, u32)| &self.entries[number as usize];
        let named =
            |entry: &Entry| Suggestion { text: entry.text.clone(), kind: entry.kind, offers: entry.offers };
        best.into_iter().map(entry).map(named).collect()
    }
}
