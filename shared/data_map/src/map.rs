//! The map as other code asks it.

use std::time::Duration;

use serde::Deserialize;
use vivier_domain::member::Language;

use crate::terms::{Category, Mask, Remover, Store, Subject};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Words {
    /// In one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

/// What erasing a person does to data before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It is removed.
    Delete,
    /// It stays and is nobody's.
    Anonymise,
    /// It stays, for this reason.
    Keep(Words),
}

/// How long data is kept and what removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Its name in the map.
    pub id: String,
    /// The longest; `None` where there is no period.
    pub lasts: Option<Duration>,
    /// What removes it.
    pub by: Remover,
    /// For people.
    pub about: Words,
}

/// Whom data is handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Its name in the map.
    pub id: String,
    /// Who, and for what.
    pub about: Words,
}

/// What data is processed for (Art. 30 GDPR).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its name in the map.
    pub id: String,
    /// What it is called.
    pub title: Words,
    /// What for.
    pub purpose: Words,
    /// Who gets data, by [`Recipient::id`].
    pub recipients: Vec<String>,
    /// Of whom something is handled and kept nowhere.
    pub subjects: Vec<Subject>,
    /// What that is.
    pub passing: Option<Words>,
}

/// How the keys of a kind of item look; `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The partition key.
    pub pk: String,
    /// The sort key; empty in a table that has none.
    pub sk: String,
}

impl Item {
    /// Whether an item of these keys is meant.
    pub fn fits(&self, pk: &str, sk: &str) -> bool {
        fits(&self.pk, pk) && fits(&self.sk, sk)
    }

    /// How much of the keys is said: of two kinds that an item fits, the one that says more is meant.
    fn exactness(&self) -> usize {
        [&self.pk, &self.sk].iter().map(|pattern| pattern.chars().filter(|c| *c != '*').count()).sum()
    }
}

/// Whether a text is as a pattern of the map says; `*` stands for anything.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// A column, an attribute of an item, or a part of one; `value.state` is what `state` is in the JSON of `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the store.
    pub name: String,
    /// What kind of data it is.
    pub category: Category,
    /// Of whom, where it is personal.
    pub whose: Option<Subject>,
    /// What an anonymised copy has in its place, where it is personal.
    pub mask: Option<Mask>,
    /// What a test environment has in its place, as the store writes it; empty for nothing.
    pub in_tests: Option<String>,
    /// Whether it tells people apart together with others like it.
    pub rare: bool,
    /// What it means.
    pub about: Words,
}

/// A table, a kind of item, a prefix of objects, a queue, a group of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Where it lies.
    pub store: Store,
    /// Its name there.
    pub name: String,
    /// What it is.
    pub about: Words,
    /// What it is for, by [`Activity::id`].
    pub activity: String,
    /// By which column a person's rows are found; `None` where nobody can be looked up.
    pub key: Option<String>,
    /// How long it is kept.
    pub retention: Retention,
    /// What erasing a person does; `None` where there is nothing of a person.
    pub action: Option<Action>,
    /// Why a tenant that leaves does not take it along; `None` where it does.
    pub left_out: Option<Words>,
    /// Why what was taken along is not taken in elsewhere; `None` where it is.
    pub not_taken_in: Option<Words>,
    /// Why a test environment does not get it from production; `None` where it does, unless one of the former says that it does not.
    pub not_in_tests: Option<Words>,
    /// Its indexes, but for the primary key.
    pub indexes: Vec<String>,
    /// Of a kind of item, its keys.
    pub item: Option<Item>,
    /// What it holds.
    pub columns: Vec<Column>,
}

impl Table {
    /// The columns that are of a person.
    pub fn personal(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.whose.is_some())
    }

    /// Whether a test environment gets it from production.
    pub const fn is_in_tests(&self) -> bool {
        self.left_out.is_none() && self.not_taken_in.is_none() && self.not_in_tests.is_none()
    }

    /// The column that a path into it lies in: itself, or what is nearest above it.
    pub fn column_at(&self, path: &str) -> Option<&Column> {
        let holds = |column: &&Column| {
            path.strip_prefix(column.name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.columns.iter().filter(holds).max_by_key(|column| column.name.len())
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether it holds personal data that nothing removes while the contract lasts.
    pub fn is_unlimited(&self) -> bool {
        matches!(self.retention.by, Remover::TenantEnd | Remover::Nobody) && self.personal().next().is_some()
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// What data is processed for.
    pub activities: Vec<Activity>,
    /// Whom it is handed to.
    pub recipients: Vec<Recipient>,
    /// How it is protected.
    pub measures: Vec<Words>,
    /// How long kinds of data are kept.
    pub retentions: Vec<Retention>,
    /// What lies where.
    pub tables: Vec<Table>,
}

impl Map {
    /// What lies in a store, in the order of the file.
    pub fn tables(&self, store: Store) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(move |table| table.store == store)
    }

    /// A table of a store.
    pub fn table(&self, store: Store, name: &str) -> Option<&Table> {
        self.tables(store).find(|table| table.name == name)
    }

    /// A column of a table.
    pub fn find(&self, store: Store, table: &str, column: &str) -> Option<&Column> {
        self.table(store, table)?.column(column)
    }

    /// All columns that are of such people, each with its table.
    pub fn personal(&self, subject: Subject) -> impl Iterator<Item = (&Table, &Column)> {
        let of = move |column: &&Column| column.whose == Some(subject);
        self.tables.iter().flat_map(move |table| table.columns.iter().filter(of).map(move |c| (table, c)))
    }

    /// The kind of an item by its keys.
    pub fn kind_of(&self, store: Store, pk: &str, sk: &str) -> Option<&Table> {
        let kinds = self.tables(store).filter_map(|table| Some((table.item.as_ref()?, table)));
        kinds
            .filter(|(item, _)| item.fits(pk, sk))
            .max_by_key(|(item, _)| item.exactness())
            .map(|(_, table)| table)
    }

    /// How long a kind of data is kept.
    pub fn retention(&self, id: &str) -> Option<&Retention> {
        self.retentions.iter().find(|retention| retention.id == id)
    }
}
