//! What the columns of a bundle mean, how its tables hang together, and what is not in it and why: made of the map of data and of the catalogue.

use vivier_bundle::{ACCOUNTS, file_entry, items_entry, table_entry};
use vivier_data_map::{Map, Store, Table as Mapped};
use vivier_domain::member::Language;
use vivier_runtime::HandlerError;
use vivier_store::exports::{Relation, Table};

use crate::parts::{is_taken, line};

/// Tables of a database with what links them.
pub(crate) type Schema<'a> = (Store, &'a Vec<Table>, &'a Vec<Relation>);

/// Where what the map calls a table stands in the bundle.
fn entry_of(table: &Mapped) -> String {
    match table.store {
        Store::Silo | Store::Pool => table_entry(table.store.as_str(), &table.name),
        Store::Bucket => file_entry(&table.name),
        Store::UserPool => ACCOUNTS.to_owned(),
        _ => items_entry(table.store.as_str()),
    }
}

/// What every column means, in English and French.
pub(crate) fn dictionary(map: &Map, schemas: &[Schema<'_>]) -> Result<Vec<u8>, HandlerError> {
    let mut text =
        line(&["file", "table", "column", "type", "taken_in", "category", "about", "en", "fr"])?.to_vec();
    for table in map.tables.iter().filter(|table| table.left_out.is_none()) {
        let file = entry_of(table);
        let found = schemas
            .iter()
            .find(|(store, ..)| *store == table.store)
            .and_then(|(_, tables, _)| tables.iter().find(|one| one.name == table.name));
        let taken = if table.not_taken_in.is_none() { "yes" } else { "no" };
        let (en, fr) = (table.about.get(Language::En), table.about.get(Language::Fr));
        text.extend_from_slice(&line(&[&file, &table.name, "", "", taken, "", "", en, fr])?);
        for column in &table.columns {
            let kind = found.and_then(|found| found.columns.iter().find(|one| one.name == column.name));
            if kind.is_some_and(|kind| !kind.is_taken()) {
                continue;
            }
            let kind = kind.map_or("", |kind| kind.kind.as_str());
            let category = column.category.title(Language::En);
            let whose = column.whose.map_or("", |whose| whose.title(Language::En));
            let (en, fr) = (column.about.get(Language::En), column.about.get(Language::Fr));
            let fields = [&file, &table.name, &column.name, kind, taken, category, whose, en, fr];
            text.extend_from_slice(&line(&fields)?);
        }
    }
    Ok(text)
}

/// How tables hang together, by the columns of one that refer to the columns of another.
pub(crate) fn relations(schemas: &[Schema<'_>]) -> Result<Vec<u8>, HandlerError> {
    let mut text = line(&["file", "columns", "refers_to_file", "refers_to_columns"])?.to_vec();
    for (store, tables, relations) in schemas {
        let is_there = |name: &str| tables.iter().any(|table| table.name == name);
        for one in relations.iter().filter(|one| is_there(&one.table) && is_there(&one.to)) {
            let (from, to) = (table_entry(store.as_str(), &one.table), table_entry(store.as_str(), &one.to));
            text.extend_from_slice(&line(&[&from, &one.columns.join(" "), &to, &one.to_columns.join(" ")])?);
        }
    }
    Ok(text)
}

/// What is not in the bundle, or is in it and not taken in elsewhere, each with its reason.
pub(crate) fn left_out(map: &Map) -> Result<Vec<u8>, HandlerError> {
    let mut text = line(&["store", "table", "in_bundle", "en", "fr"])?.to_vec();
    for table in &map.tables {
        let reason = match (&table.left_out, &table.not_taken_in) {
            (Some(reason), _) => ("no", reason),
            (_, Some(reason)) => ("yes, and is not taken in elsewhere", reason),
            _ => continue,
        };
        debug_assert!(table.left_out.is_none() || !is_taken(map, table.store, &table.name));
        let (en, fr) = (reason.1.get(Language::En), reason.1.get(Language::Fr));
        text.extend_from_slice(&line(&[table.store.as_str(), &table.name, reason.0, en, fr])?);
    }
    Ok(text)
}
