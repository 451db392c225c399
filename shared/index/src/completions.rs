//! Completions of what is being typed, from all archives of an index.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::build::day_number;
use crate::page::{OfferDetail, OfferSummary, Suggestion, SuggestionKind};
use crate::part::Part;
use crate::suggest::said;
use crate::tables::key;
use crate::vocabulary::Vocabulary;

/// The most completions one answer holds.
const MAX_SUGGESTIONS: usize = 50;
/// Fewer completions than these, and a slip is looked for.
const FEW: usize = 3;
/// More words than these before the last one, and none is: each costs a look at the whole vocabulary.
const MENDED: usize = 3;
/// So many times what is asked for is taken from each archive: some move up when the offers of all are summed.
const MARGIN: usize = 4;

/// What offers of several archives complete.
#[derive(Debug)]
pub(crate) struct Completions {
    /// The archives, and how many offers of each entry are closed.
    parts: Vec<(Arc<Part>, HashMap<u32, u32>)>,
}

impl Completions {
    pub(crate) fn of(parts: Vec<Arc<Part>>) -> Self {
        Self { parts: parts.into_iter().map(|part| (part, HashMap::new())).collect() }
    }

    /// Takes an offer of a part, by the part's place, out of what is counted. How long the others are shown is not known: where it was shown
    /// longest, its texts may be completed for longer than they lead to an offer.
    pub(crate) fn forget(&mut self, part: usize, offer: &OfferDetail) {
        let Some((part, closed)) = self.parts.get_mut(part) else { return };
        let OfferSummary { title, occupation, company, city, .. } = &offer.summary;
        for (kind, key, _) in said(title, occupation.as_deref(), company.as_deref(), city) {
            if let Some(place) = part.suggestions.place(kind, &key) {
                *closed.entry(place).or_default() += 1;
            }
        }
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
        let meant: String = before.split_whitespace().map(|word| mended(word) + " ").collect();
        // What was typed was looked for already, unless a word before it was mended.
        let as_typed = (meant.trim_end() != before).then(|| last.to_owned());
        let beginnings = vocabulary.begun(last).into_iter().chain(as_typed);
        for beginning in beginnings {
            for suggestion in self.find(&format!("{meant}{beginning}"), limit, today) {
                if found.len() < limit && !found.contains(&suggestion) {
                    found.push(suggestion);
                }
            }
        }
        found
    }

    fn is_begun_by(&self, word: &str) -> bool {
        self.parts.iter().any(|(part, _)| part.suggestions.is_begun_by(word))
    }

    /// What begins with `prefix`, or has a word that does: first the former, then what has most offers. Only what has an offer open on
    /// `today`.
    pub(crate) fn find(&self, prefix: &str, limit: usize, today: Date) -> Vec<Suggestion> {
        let limit = limit.min(MAX_SUGGESTIONS);
        let prefix = key(prefix);
        if prefix.is_empty() || limit == 0 {
            return Vec::new();
        }
        let most = if self.parts.len() > 1 { limit * MARGIN } else { limit };
        let mut found: BTreeMap<(&str, SuggestionKind), (bool, &str)> = BTreeMap::new();
        for (part, closed) in &self.parts {
            for (inside, place) in part.suggestions.best(&prefix, most, day_number(today), closed) {
                let entry = part.suggestions.entry(place);
                let known = found.entry((&entry.key, entry.kind)).or_insert((inside, &entry.text));
                known.0 &= inside;
            }
        }
        let counted = found
            .into_iter()
            .map(|((key, kind), (inside, text))| (self.offers(kind, key), key, kind, inside, text));
        let mut counted: Vec<_> = counted.filter(|(offers, ..)| *offers > 0).collect();
        counted.sort_by_key(|(offers, key, kind, inside, _)| (*inside, Reverse(*offers), *key, *kind));
        let named = |(offers, _, kind, _, text): (u32, _, _, _, &str)| Suggestion {
            text: text.to_owned(),
            kind,
            offers,
        };
        counted.into_iter().take(limit).map(named).collect()
    }

    /// How many offers say a text.
    fn offers(&self, kind: SuggestionKind, key: &str) -> u32 {
        let of = |(part, closed): &(Arc<Part>, HashMap<u32, u32>)| {
            let place = part.suggestions.place(kind, key)?;
            let offers = part.suggestions.entry(place).offers;
            Some(offers.saturating_sub(closed.get(&place).copied().unwrap_or_default()))
        };
        self.parts.iter().filter_map(of).sum()
    }
}
