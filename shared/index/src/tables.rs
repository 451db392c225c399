//! The values of the facets: each value once, by number, with the spelling most offers of the first archive that has it use.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use vivier_text::analysis::fold;

use crate::row::Dimension;

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

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Value {
    /// What a filter names.
    pub(crate) key: String,
    /// What people read.
    pub(crate) label: String,
}

impl Tables {
    /// Takes the values of a part in, behind those that are known: for each table, the number here of each of its numbers.
    pub(crate) fn take_in(&mut self, part: &Self) -> Renumbering {
        Renumbering {
            company: self.company.take_in(&part.company),
            city: self.city.take_in(&part.city),
            department: self.department.take_in(&part.department),
            region: self.region.take_in(&part.region),
            occupation: self.occupation.take_in(&part.occupation),
            family: self.family.take_in(&part.family),
        }
    }
}

/// The numbers that a part's values have in the whole index, by the part's own, from 1.
#[derive(Debug)]
pub(crate) struct Renumbering {
    company: Vec<u32>,
    city: Vec<u32>,
    department: Vec<u32>,
    region: Vec<u32>,
    occupation: Vec<u32>,
    family: Vec<u32>,
}

impl Renumbering {
    /// The number in the whole index. Closed vocabularies have the same everywhere.
    pub(crate) fn of(&self, dimension: Dimension, number: u32) -> u32 {
        let numbers = match dimension {
            Dimension::Company => &self.company,
            Dimension::City => &self.city,
            Dimension::Department => &self.department,
            Dimension::Region => &self.region,
            Dimension::Occupation => &self.occupation,
            Dimension::Family => &self.family,
            _ => return number,
        };
        let place = (number as usize).checked_sub(1);
        place.and_then(|place| numbers.get(place)).copied().unwrap_or_default()
    }
}

impl Values {
    fn take_in(&mut self, part: &Self) -> Vec<u32> {
        if self.0.is_empty() {
            self.0.clone_from(&part.0);
            return (1u32..).zip(&part.0).map(|(number, _)| number).collect();
        }
        let mut known: HashMap<String, u32> =
            (1u32..).zip(&self.0).map(|(number, value)| (value.key.clone(), number)).collect();
        let number = |value: &Value| {
            *known.entry(value.key.clone()).or_insert_with(|| {
                self.0.push(value.clone());
                self.0.len() as u32
            })
        };
        part.0.iter().map(number).collect()
    }

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
