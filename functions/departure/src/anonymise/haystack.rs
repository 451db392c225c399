//! Searching a finished copy, entry by entry and value by value, for many needles at once.

use std::{
    collections::HashMap,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use vivier_bundle::{MANIFEST, items_entry};
use vivier_data_map::{Map, Mask, Store};
use vivier_domain::mail::NOBODY;
use zip::ZipArchive;

use super::{
    leaves::{Leaf, leaves, leaves_of_field},
    mask::addresses,
    needles::{Class, Needle, writings},
};

/// Needles are searched for together until they have so many bytes: what an automaton of them takes is some thirty times as much.
const BATCH: usize = 2 << 20;

/// The copy cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was written cannot be read")]
pub(super) struct Unreadable;

/// Where a needle is from, and where it was found: never what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leak {
    /// The table and column that it is of.
    pub(super) origin: String,
    /// The entry and column that it is in.
    pub(super) place: String,
}

/// A kept value in which something was found, by its place: whether production has just this there is still to be seen.
type Suspects = HashMap<(Store, String, String), HashMap<u64, String>>;

/// A search under way.
#[derive(Debug)]
pub(super) struct Search<'a> {
    copy: &'a File,
    map: &'a Map,
    /// What is another in the copy on purpose, though it is of nobody.
    alike: Vec<String>,
    batch: HashMap<Needle, usize>,
    origins: Vec<String>,
    bytes: usize,
    searched: u64,
    suspects: Suspects,
}

impl<'a> Search<'a> {
    /// Of a copy.
    pub(super) fn begin(copy: &'a File, map: &'a Map, alike: Vec<String>) -> Self {
        Self {
            copy,
            map,
            alike,
            batch: HashMap::new(),
            origins: Vec::new(),
            bytes: 0,
            searched: 0,
            suspects: HashMap::new(),
        }
    }

    /// Searches for more needles, of one column.
    pub(super) fn add(&mut self, origin: &str, needles: Vec<Needle>) -> Result<Result<(), Leak>, Unreadable> {
        let known = self.origins.iter().position(|known| known == origin);
        let number = known.unwrap_or(self.origins.len());
        if known.is_none() {
            self.origins.push(origin.to_owned());
        }
        for needle in needles {
            let length = needle.text.len();
            if self.batch.insert(needle, number).is_none() {
                self.bytes += length;
            }
        }
        if self.bytes >= BATCH { self.flush() } else { Ok(Ok(())) }
    }

    /// Searches for what was gathered.
    pub(super) fn flush(&mut self) -> Result<Result<(), Leak>, Unreadable> {
        let batch: Vec<(Needle, usize)> = self.batch.drain().collect();
        self.bytes = 0;
        self.searched += batch.len() as u64;
        if batch.is_empty() {
            return Ok(Ok(()));
        }
        let written = batch.iter().enumerate();
        let written: Vec<(usize, String)> = written
            .flat_map(|(number, (needle, _))| {
                writings(&needle.text).into_iter().map(move |text| (number, small(&text)))
            })
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(written.iter().map(|(_, text)| text))
            .map_err(|_| Unreadable)?;
        let scan = Scan { automaton, batch, written };
        self.look_through(&scan)
    }

    fn look_through(&mut self, scan: &Scan) -> Result<Result<(), Leak>, Unreadable> {
        let copy = self.copy;
        walk(copy, |value| {
            // As a whole as well: what stands in no value of its own, and what the platform itself says of the tenants.
            let whole = value.whole.map(|whole| scan.find(whole, |class| class == Class::Always));
            if let Some((found, _)) = whole.and_then(|found| found.first().copied()) {
                return Err(self.leak(found, &value.place()));
            }
            if let Some(place) = value.table {
                for leaf in &value.leaves {
                    self.judge(scan, value.entry, place, leaf)?;
                }
            }
            Ok(())
        })
    }

    /// Looks for addresses by nothing but what they have in common: none is at another domain than the one at which nobody is.
    pub(super) fn look_for_addresses(&self) -> Result<Result<(), Leak>, Unreadable> {
        walk(self.copy, |value| match value.leaves.iter().find(|leaf| has_stranger(&leaf.text)) {
            None => Ok(()),
            Some(leaf) => {
                let place = format!("{}.{}", value.place(), leaf.path);
                Err(Leak { origin: "an e-mail address".to_owned(), place })
            }
        })
    }

    fn judge(&mut self, scan: &Scan, name: &str, place: (Store, &str), leaf: &Leaf) -> Result<(), Leak> {
        let (store, table) = place;
        for (found, class) in scan.find(&leaf.text, |_| true) {
            let known = self.map.table(store, table).and_then(|table| table.column_at(&leaf.path));
            if class != Class::Always
                && let Some(column) = known
            {
                // What the map itself puts there.
                if column.in_tests.as_deref().is_some_and(|fixed| fixed.contains(leaf.text.as_str())) {
                    continue;
                }
                if column.in_tests.is_none() && matches!(column.mask, None | Some(Mask::Keep)) {
                    let key = (store, table.to_owned(), column.name.clone());
                    let (origin, mark) = (self.origins[found].clone(), self.mark(&leaf.text));
                    self.suspects.entry(key).or_default().entry(mark).or_insert(origin);
                    continue;
                }
            }
            return Err(self.leak(found, &format!("{name}: {table}.{}", leaf.path)));
        }
        Ok(())
    }

    fn leak(&self, origin: usize, place: &str) -> Leak {
        Leak { origin: self.origins[origin].clone(), place: place.to_owned() }
    }

    /// What a kept value is known by: addresses in it and what is another on purpose do not count.
    fn mark(&self, text: &str) -> u64 {
        let mut alike = String::new();
        let mut last = 0;
        for (from, to) in addresses(text) {
            alike.push_str(&text[last..from]);
            alike.push('@');
            last = to;
        }
        alike.push_str(&text[last..]);
        for one in &self.alike {
            alike = alike.replace(one.as_str(), "#");
        }
        let mut hasher = DefaultHasher::new();
        alike.hash(&mut hasher);
        hasher.finish()
    }

    /// Whether something was found in kept values of a table.
    pub(super) fn suspects(&self, store: Store, table: &str) -> bool {
        self.suspects.keys().any(|(of, name, _)| *of == store && name == table)
    }

    /// Clears what production has itself, at the very place.
    pub(super) fn clear(&mut self, store: Store, table: &str, column: &str, text: &str) {
        let mark = self.mark(text);
        let key = (store, table.to_owned(), column.to_owned());
        if let Some(found) = self.suspects.get_mut(&key) {
            found.remove(&mark);
        }
    }

    /// How many values were searched for, where nothing of anybody was found.
    pub(super) fn end(self) -> Result<u64, Leak> {
        for ((store, table, column), found) in self.suspects {
            if let Some(origin) = found.into_values().next() {
                return Err(Leak { origin, place: format!("{}/{table}.{column}", store.as_str()) });
            }
        }
        Ok(self.searched)
    }
}

/// A value of a copy.
struct Value<'a> {
    entry: &'a str,
    /// The table, or the kind of item, with its store; none of what the platform itself says.
    table: Option<(Store, &'a str)>,
    /// As it is written, where it is a structure.
    whole: Option<&'a str>,
    leaves: Vec<Leaf>,
}

impl Value<'_> {
    fn place(&self) -> String {
        self.table.map_or_else(|| self.entry.to_owned(), |(_, table)| format!("{}: {table}", self.entry))
    }
}

/// Shows every value of a copy, until one is a leak.
fn walk(
    copy: &File,
    mut look: impl FnMut(&Value<'_>) -> Result<(), Leak>,
) -> Result<Result<(), Leak>, Unreadable> {
    let mut archive = ZipArchive::new(copy).map_err(|_| Unreadable)?;
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).map_err(|_| Unreadable)?;
        let name = entry.name().map_err(|_| Unreadable)?.into_owned();
        if name == MANIFEST {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|_| Unreadable)?;
            let leaves = leaves_of_field("manifest", &text);
            if let Err(leak) = look(&Value { entry: &name, table: None, whole: Some(&text), leaves }) {
                return Ok(Err(leak));
            }
            continue;
        }
        let (store, table) = place(&name).ok_or(Unreadable)?;
        let mut reader = csv::Reader::from_reader(entry);
        let header = reader.headers().map_err(|_| Unreadable)?.clone();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|_| Unreadable)? {
            let table = if store.has_items() { record.get(0).unwrap_or_default() } else { table.as_str() };
            for (column, field) in header.iter().zip(&record) {
                let leaves = if store.has_items() && column == "item" {
                    leaves(field).ok_or(Unreadable)?
                } else {
                    leaves_of_field(column, field)
                };
                let whole = leaves.first().is_none_or(|leaf| leaf.text != field).then_some(field);
                if let Err(leak) = look(&Value { entry: &name, table: Some((store, table)), whole, leaves }) {
                    return Ok(Err(leak));
                }
            }
        }
    }
    Ok(Ok(()))
}

/// Whether an `@` between letters or figures leads anywhere but to nobody.
fn has_stranger(text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices('@').any(|(at, _)| {
        let after = &text[at + 1..];
        if !text[..at].ends_with(is_word) || !after.starts_with(is_word) {
            return false;
        }
        let nobody = after.get(..NOBODY.len()).filter(|domain| domain.eq_ignore_ascii_case(NOBODY));
        // It ends there, and is no part of a longer one.
        nobody.is_none()
            || after[NOBODY.len()..].trim_start_matches(['.', '-']).starts_with(char::is_alphanumeric)
    })
}

/// All letters small, each by itself: what stands beside a letter makes no other of it.
fn small(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// The store and the table of an entry.
fn place(name: &str) -> Option<(Store, String)> {
    for store in Store::ALL {
        if *name == items_entry(store.as_str()) {
            return Some((*store, String::new()));
        }
        let table = name
            .strip_prefix(&format!("data/{}/", store.as_str()))
            .and_then(|rest| rest.strip_suffix(".csv"));
        if let Some(table) = table {
            return Some((*store, table.to_owned()));
        }
    }
    None
}

struct Scan {
    automaton: AhoCorasick,
    batch: Vec<(Needle, usize)>,
    written: Vec<(usize, String)>,
}

impl Scan {
    /// What is found in a text, by where it is from.
    fn find(&self, text: &str, wanted: impl Fn(Class) -> bool) -> Vec<(usize, Class)> {
        let (mut found, text) = (Vec::new(), small(text));
        for hit in self.automaton.find_overlapping_iter(&text) {
            let (needle, origin) = &self.batch[self.written[hit.pattern().as_usize()].0];
            if wanted(needle.class) && (!needle.whole || is_whole(&text, hit.start(), hit.end())) {
                found.push((*origin, needle.class));
            }
        }
        found
    }
}

fn is_whole(text: &str, from: usize, to: usize) -> bool {
    let before = text.get(..from).and_then(|text| text.chars().next_back());
    let after = text.get(to..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
