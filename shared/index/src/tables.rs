//! The values of the facets: each value once, by number, with the spelling most offers use.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use vivier_text::analysis::fold;

/// The name of the tables in the archive.
pub(crate) const FILE: &str = "tables.json";

/// The tables as stored.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tables {
    pub(crate) company: Values,
    pub(crate) city: Values,
    pub(crate) department: Values,
    pub(crate) region: Values,
    pub(crate) occupation: Values,
    pub(crate) family: Values,
}

/// The values of one facet. Number 0 stands for offers that have none.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Values(pub(crate) Vec<Value>);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Value {
    /// What a filter names.
    pub(crate) key: String,
    /// What people read.
    pub(crate) label: String,
}

impl Values {
    /// The number of a value as a person may write it.
    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        let key = key(text);
        (1u32..).zip(&self.0).find(|(_, value)| value.key == key).map(|(number, _)| number)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Value> {
        self.0.get((number as usize).checked_sub(1)?)
    }
}

/// Values under construction.
#[derive(Default)]
pub(crate) struct Numbering {
    numbers: HashMap<String, u32>,
    spellings: Vec<(String, HashMap<String, u32>)>,
}

impl Numbering {
    /// The number of the value `text`, which people read as `label`.
    pub(crate) fn add(&mut self, text: &str, label: &str) -> u32 {
        let key = key(text);
        if key.is_empty() {
            return 0;
        }
        let number = *self.numbers.entry(key).or_insert_with_key(|key| {
            self.spellings.push((key.clone(), HashMap::new()));
            self.spellings.len() as u32
        });
        let (_, spellings) = &mut self.spellings[number as usize - 1];
        match spellings.get_mut(label) {
            Some(count) => *count += 1,
            None => drop(spellings.insert(label.to_owned(), 1)),
        }
        number
    }

    pub(crate) fn finish(self) -> Values {
        let named = |(key, spellings): (String, HashMap<String, u32>)| Value { key, label: usual(spellings) };
        Values(self.spellings.into_iter().map(named).collect())
    }
}

/// The most frequent spelling; of equally frequent ones the first in order, so that builds can be repeated.
pub(crate) fn usual(spellings: HashMap<String, u32>) -> String {
    let usual = spellings.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then_with(|| b.cmp(a)));
    usual.map(|(spelling, _)| spelling).unwrap_or_default()
}

/// A value without case, accents and punctuation: `Saint-Étienne` and `SAINT ETIENNE` are one.
pub(crate) fn key(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
