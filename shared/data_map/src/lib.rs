//! The map of data: what lies where, of whom, for how long, and what becomes of it. One file, `map.toml`, names every table,
//! column, item attribute, object prefix, index and queue; tests compare it with the stores as they are.
//!
//! It is data about data and reaches no store. What must not forget a place where people's data lies asks here: deletion, a
//! person's export, an anonymised copy, the record of processing activities and the dictionary of a tenant's export.

mod load;
mod map;
pub mod pages;
pub mod sub_processors;
mod terms;

use std::sync::LazyLock;

pub use load::MapError;
pub use map::{Action, Activity, Column, Item, Map, Recipient, Retention, Table, Words, fits};
pub use sub_processors::sub_processors;
pub use terms::{Category, Mask, Remover, Store, Subject};

static MAP: LazyLock<Map> = LazyLock::new(|| {
    // It is part of the binary, and a test reads it: it cannot be broken where this runs.
    Map::read(include_str!("../map.toml")).unwrap_or_else(|error| panic!("map.toml: {error}"))
});

/// The map.
pub fn map() -> &'static Map {
    &MAP
}
