//! The map of data names what there is, and nothing else: what the template makes, what code writes, how long each is kept. What databases
//! and tables really hold is compared beside the store, where they are at hand (`shared/store/tests/map`).

mod attributes;
mod numbers;
mod pages;
mod places;
mod resources;

use std::collections::BTreeSet;

use vivier_data_map::{Store, map};

/// The names of a store's tables.
fn tables(store: Store) -> BTreeSet<String> {
    map().tables(store).map(|table| table.name.clone()).collect()
}

/// The names of all columns of a store.
fn columns(store: Store) -> BTreeSet<String> {
    map().tables(store).flat_map(|table| &table.columns).map(|column| column.name.clone()).collect()
}

/// What is on one side alone.
fn differences(what: &str, mapped: &BTreeSet<String>, real: &BTreeSet<String>) -> Vec<String> {
    let unmapped = real.difference(mapped).map(|name| format!("{what} {name} is not in the map of data"));
    let gone = mapped
        .difference(real)
        .map(|name| format!("the map of data names {what} {name}, which is not there"));
    unmapped.chain(gone).collect()
}

mod would_notice {
    use super::*;

    #[test]
    fn what_is_on_one_side_alone() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert!(differences("queue", &set(&["a"]), &set(&["a"])).is_empty());
        assert_eq!(
            differences("queue", &set(&["a", "old"]), &set(&["a", "new"])),
            ["queue new is not in the map of data", "the map of data names queue old, which is not there"]
        );
    }
}
