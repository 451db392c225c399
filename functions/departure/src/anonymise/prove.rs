//! The proof that nobody is in a copy: a second reader takes every value that the map says is of a person, of all that production has, whether a
//! test environment gets it or not, and the copy is searched for each.
//!
//! Rows are read by the very transactions that the copy was made of; items twice, before and after, so that what went meanwhile is searched for
//! as well.

use std::fs::File;

use vivier_data_map::{Category, Column, Store, Table as Mapped, map};
use vivier_runtime::HandlerError;
use vivier_store::exports::{self, Table};
use vivier_tenancy::rooms::{
    belongings::{Belonging, Shelf},
    database::{Kind, TenantTx},
};

use super::{
    broken,
    build::Rows,
    haystack::{Leak, Search},
    leaves::{Leaf, leaves_of, leaves_of_field},
    needles,
    source::{Source, store_of},
};

/// Types of columns that hold what can be searched for; a vector's numbers are made of texts that are searched for themselves.
const SEARCHED: [&str; 6] = ["text", "uuid", "bytea", "jsonb", "text[]", "uuid[]"];

/// So many bytes of what items had before the copy are held, in memory alone: it would be of persons on any disk. What is there still is read again
/// in any case; of a tenant with more, what went during the minutes of the copying is searched for as far as this reaches.
const HELD: usize = 64 << 20;

fn leaked(leak: &Leak) -> HandlerError {
    tracing::error!(
        origin = leak.origin,
        place = leak.place,
        "an anonymised copy has something of a person in it"
    );
    let sentence = format!("nothing was handed over: a value of {} is in {}", leak.origin, leak.place);
    HandlerError::refused("person-found", sentence)
}

/// What was of persons among items before the copy was made.
#[derive(Debug, Default)]
pub(super) struct Before(Vec<(String, Vec<needles::Needle>)>);

/// A proof under way.
pub(super) struct Proof<'a> {
    search: Search<'a>,
    source: &'a Source<'a>,
}

impl<'a> Proof<'a> {
    /// Of a copy; `others` are identifiers of nobody that are others in it.
    pub(super) fn begin(copy: &'a File, source: &'a Source<'a>, others: &[(String, String)]) -> Self {
        let alike = others.iter().flat_map(|(one, other)| [one.clone(), other.clone()]).collect();
        Self { search: Search::begin(copy, map(), alike), source }
    }

    fn add(&mut self, origin: &str, found: Vec<needles::Needle>) -> Result<(), HandlerError> {
        self.search.add(origin, found).map_err(broken)?.map_err(|leak| leaked(&leak))
    }

    /// Searches for what the rows of a database have.
    pub(super) async fn tables<K: Kind>(
        &mut self,
        tx: &TenantTx<'_, K>,
        store: Store,
        tables: &[Table],
    ) -> Result<(), HandlerError> {
        for table in tables {
            let columns = columns(store, table);
            // What no function may read was not copied by this one.
            if columns.is_empty() || !exports::is_readable(tx, table).await? {
                continue;
            }
            let mut rows = Rows::read(tx, table).await?;
            while let Some(row) = rows.next().await? {
                for (place, column) in &columns {
                    if let Some(Some(text)) = row.get(*place) {
                        let origin = format!("{}/{}.{}", store.as_str(), table.name, column.name);
                        self.add(&origin, needles::of(column.category, text))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Searches for what members' accounts and items have, now and before.
    pub(super) async fn items(&mut self, before: Before) -> Result<(), HandlerError> {
        for (origin, found) in before.0 {
            self.add(&origin, found)?;
        }
        for shelf in Shelf::ALL {
            let mut reader = self.source.items(shelf).await?;
            while let Some(items) = reader.next().await? {
                for (origin, found) in items.iter().flat_map(|(kind, item)| of_item(kind, item)) {
                    self.add(&origin, found)?;
                }
            }
        }
        for one in self.source.app.tenancy.people(self.source.scope)?.list_all().await? {
            self.add("user_pool/user.email", needles::of(Category::Contact, one.address.expose()))?;
            self.add("user_pool/user.sub", needles::of(Category::Pseudonym, &one.subject))?;
            if let Some(phone) = &one.phone {
                self.add("user_pool/user.phone_number", needles::of(Category::Contact, phone.expose()))?;
            }
        }
        self.search.flush().map_err(broken)?.map_err(|leak| leaked(&leak))
    }

    /// Clears what production has at the very places that the map keeps.
    pub(super) async fn clear_tables<K: Kind>(
        &mut self,
        tx: &TenantTx<'_, K>,
        store: Store,
        tables: &[Table],
    ) -> Result<(), HandlerError> {
        self.search.flush().map_err(broken)?.map_err(|leak| leaked(&leak))?;
        for table in
            tables.iter().filter(|table| self.search.suspects(store, &table.name)).collect::<Vec<_>>()
        {
            let mut rows = Rows::read(tx, table).await?;
            while let Some(row) = rows.next().await? {
                let columns = table.columns.iter().filter(|column| column.is_taken());
                for (column, field) in columns.zip(&row) {
                    let Some(text) = field else { continue };
                    for leaf in leaves_of_field(&column.name, text) {
                        self.search.clear(store, &table.name, &column.name, &leaf.text);
                    }
                }
            }
        }
        Ok(())
    }

    /// Clears what production's items have themselves; how many values were searched for.
    pub(super) async fn end(mut self) -> Result<u64, HandlerError> {
        self.search.look_for_addresses().map_err(broken)?.map_err(|leak| leaked(&leak))?;
        for shelf in Shelf::ALL {
            let store = store_of(shelf)?;
            let mut reader = self.source.items(shelf).await?;
            while let Some(items) = reader.next().await? {
                for (kind, item) in items {
                    for leaf in all_leaves(&item) {
                        if let Some(column) = kind.column_at(&leaf.path) {
                            self.search.clear(store, &kind.name, &column.name, &leaf.text);
                        }
                    }
                }
            }
        }
        self.search.end().map_err(|leak| leaked(&leak))
    }
}

/// The columns of a table whose values are searched for, with their places.
fn columns(store: Store, table: &Table) -> Vec<(usize, &'static Column)> {
    let written = table.columns.iter().filter(|column| column.is_taken());
    written
        .enumerate()
        .filter(|(_, column)| SEARCHED.contains(&column.kind.as_str()))
        .filter_map(|(place, column)| Some((place, map().find(store, &table.name, &column.name)?)))
        .filter(|(_, column)| needles::is_searched(column))
        .collect()
}

/// The texts of an item, its keys among them.
fn all_leaves(item: &Belonging) -> Vec<Leaf> {
    let mut found = leaves_of(&item.attributes);
    for (path, text) in [("pk", &item.pk), ("sk", &item.sk)] {
        found.push(Leaf::of(path, text));
    }
    found
}

/// What is searched for of one item, by its columns.
fn of_item(kind: &Mapped, item: &Belonging) -> Vec<(String, Vec<needles::Needle>)> {
    let searched = all_leaves(item).into_iter().filter(Leaf::may_tell).filter_map(|leaf| {
        let column = kind.column_at(&leaf.path).filter(|column| needles::is_searched(column))?;
        let found = if leaf.path == column.name {
            needles::of(column.category, &leaf.text)
        } else {
            needles::of_part(column.category, &leaf.text)
        };
        Some((format!("{}/{}.{}", kind.store.as_str(), kind.name, column.name), found))
    });
    searched.collect()
}

/// What items have of persons, before they are copied.
pub(super) async fn items(source: &Source<'_>) -> Result<Before, HandlerError> {
    let (mut before, mut bytes) = (Before::default(), 0);
    for shelf in Shelf::ALL {
        let mut reader = source.items(shelf).await?;
        while let Some(items) = reader.next().await? {
            for (origin, found) in items.iter().flat_map(|(kind, item)| of_item(kind, item)) {
                bytes += found.iter().map(|needle| needle.text.len()).sum::<usize>();
                if bytes > HELD {
                    tracing::warn!("not all that items had before the copy is held");
                    return Ok(before);
                }
                before.0.push((origin, found));
            }
        }
    }
    Ok(before)
}
