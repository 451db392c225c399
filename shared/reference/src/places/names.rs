//! All names in one text, and every beginning of a word in them in the order of what follows: what begins with a
//! prefix is then one run, found by halving. The first eight letters stand beside each beginning as a number, so that
//! sorting and halving seldom look at the text.

use std::ops::Range;

use super::key::{append_key, is_article, is_particle};

/// What a name stands for, by its number in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Place(u32),
    /// A place by the name of a commune that it has taken in.
    Former(u32),
    Department(u32),
    Region(u32),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    from: u32,
    to: u32,
    target: Target,
}

#[derive(Clone, Copy, Debug)]
struct Start {
    head: u64,
    entry: u32,
    at: u32,
}

/// Names under construction.
#[derive(Default)]
pub(crate) struct Draft {
    text: String,
    word: String,
    entries: Vec<(u64, Entry)>,
}

/// The names of all places.
#[derive(Debug)]
pub(crate) struct Names {
    text: String,
    /// Most people first.
    entries: Vec<Entry>,
    starts: Vec<Start>,
}

/// A name that begins with what was asked for. The less, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) fit: Fit,
    /// The less, the more people.
    rank: u32,
    /// The number of the name.
    pub(crate) entry: u32,
}

/// Which part of a name was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Beginning,
    Inside,
    /// Of a commune that is no more.
    Former,
}

/// By how much a name that was asked for as a whole moves up: `Eu` is seen among all the larger places that begin so,
/// and `Aix` does not hide Aix-en-Provence.
const WHOLE: u32 = 20;

impl Draft {
    /// Adds the name of a place of so many people.
    pub(crate) fn add(&mut self, name: &str, target: Target, population: u64) {
        let from = self.text.len() as u32;
        append_key(name, &mut self.text, &mut self.word);
        self.entries.push((population, Entry { from, to: self.text.len() as u32, target }));
    }

    pub(crate) fn finish(self) -> Names {
        let Self { text, mut entries, .. } = self;
        entries.sort_by_key(|(population, _)| std::cmp::Reverse(*population));
        let entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
        let mut starts = Vec::with_capacity(entries.len() * 2);
        for (number, entry) in (0u32..).zip(&entries) {
            let name = &text[entry.from as usize..entry.to as usize];
            let mut at = 0;
            for word in name.split(' ') {
                if at == 0 || !is_particle(word) {
                    starts.push(Start { head: head(&name.as_bytes()[at..]), entry: number, at: at as u32 });
                }
                at += word.len() + 1;
            }
        }
        let names = Names { text, entries, starts: Vec::new() };
        // Numbers sort several times as fast as texts; only what begins with the same eight letters needs the texts.
        starts.sort_unstable_by_key(|start| (u128::from(start.head) << 64) | u128::from(start.entry));
        for same in starts.chunk_by_mut(|a, b| a.head == b.head).filter(|same| same.len() > 1) {
            same.sort_by(|a, b| names.rest(a).cmp(names.rest(b)));
        }
        Names { starts, ..names }
    }
}

/// The first eight bytes as a number that orders as they do.
fn head(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = bytes.len().min(8);
    first[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(first)
}

impl Names {
    fn rest(&self, start: &Start) -> &[u8] {
        let entry = &self.entries[start.entry as usize];
        &self.text.as_bytes()[(entry.from + start.at) as usize..entry.to as usize]
    }

    pub(crate) fn target(&self, entry: u32) -> Target {
        self.entries[entry as usize].target
    }

    /// All beginnings.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.starts.len()
    }

    /// The run, inside the run `within`, of what begins with `prefix`.
    pub(crate) fn run(&self, prefix: &[u8], within: Range<usize>) -> Range<usize> {
        let wanted = head(prefix);
        let mask = if prefix.len() >= 8 { u64::MAX } else { !(u64::MAX >> (8 * prefix.len())) };
        let long = prefix.len() > 8;
        let starts = &self.starts[within.clone()];
        let first = starts.partition_point(|start| {
            let found = start.head & mask;
            found < wanted || found == wanted && long && self.rest(start) < prefix
        });
        let length = starts[first..].partition_point(|start| {
            start.head & mask == wanted && (!long || self.rest(start).starts_with(prefix))
        });
        within.start + first..within.start + first + length
    }

    /// The names of a run of what begins with a prefix of `length` bytes.
    pub(crate) fn hits(&self, run: Range<usize>, length: usize) -> impl Iterator<Item = Hit> {
        self.starts[run].iter().map(move |start| {
            let whole = start.at == 0 && self.rest(start).len() == length;
            let fit = match (self.target(start.entry), self.is_beginning(start)) {
                (Target::Former(_), _) => Fit::Former,
                (_, true) => Fit::Beginning,
                (_, false) => Fit::Inside,
            };
            Hit { fit, rank: if whole { start.entry / WHOLE } else { start.entry }, entry: start.entry }
        })
    }

    /// What bears exactly this name, most people first; with `article`, also what bears it after one.
    pub(crate) fn exactly(&self, key: &str, article: bool) -> Vec<Target> {
        let run = self.run(key.as_bytes(), self.all());
        // In a run the whole name comes before all that goes on.
        let whole = |start: &&Start| self.rest(start).len() == key.len();
        let found = self.starts[run]
            .iter()
            .take_while(whole)
            .filter(|start| start.at == 0 || article && self.is_beginning(start));
        found.map(|start| self.entries[start.entry as usize].target).collect()
    }

    /// The names that go on with another word after `key`, as numbers of names; the more people, the less.
    pub(crate) fn longer(&self, key: &str) -> impl Iterator<Item = u32> {
        let prefix = format!("{key} ");
        self.starts[self.run(prefix.as_bytes(), self.all())]
            .iter()
            .filter(|start| start.at == 0)
            .map(|start| start.entry)
    }

    /// Whether nothing but an article stands before it.
    fn is_beginning(&self, start: &Start) -> bool {
        let entry = &self.entries[start.entry as usize];
        let before = &self.text[entry.from as usize..(entry.from + start.at) as usize];
        start.at == 0 || start.at <= 4 && is_article(before.trim_end())
    }
}
