//! Tables, columns and indexes, as the catalogue has them. Days of events count as their parent.

use std::collections::BTreeSet;

use vivier_data_map::{Store, map};
use vivier_domain::ids::TenantId;
use vivier_testkit::{scope, stack::Stack};

use crate::{common::administrator, nothing_wrong};

const COLUMNS: &str = "SELECT t.relname AS table, a.attname AS name FROM pg_class t\n\
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped\n\
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT t.relispartition";
/// A primary key is of its table.
const INDEXES: &str = "SELECT t.relname AS table, i.relname AS name FROM pg_index x\n\
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid\n\
    WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition AND NOT x.indisprimary";

/// Names of a catalogue, each with its table.
type Names = BTreeSet<(String, String)>;

async fn catalogue(database: String) -> [Names; 2] {
    let client = administrator(database).await;
    let (columns, indexes) =
        (client.query(COLUMNS, &[]).await.unwrap(), client.query(INDEXES, &[]).await.unwrap());
    [columns, indexes].map(|rows| rows.iter().map(|row| (row.get("table"), row.get("name"))).collect())
}

/// What is in the catalogue or in the map alone.
fn differences(store: Store, columns: &Names, indexes: &Names) -> Vec<String> {
    let named = |table: &vivier_data_map::Table, name: &String| (table.name.clone(), name.clone());
    let mapped = |all: fn(&vivier_data_map::Table) -> Vec<&String>| -> Names {
        map()
            .tables(store)
            .flat_map(|table| all(table).into_iter().map(move |name| named(table, name)))
            .collect()
    };
    let of_columns = mapped(|table| table.columns.iter().map(|column| &column.name).collect());
    let of_indexes = mapped(|table| table.indexes.iter().collect());
    let mut found = Vec::new();
    for (what, mapped, real) in [("column", of_columns, columns), ("index", of_indexes, indexes)] {
        let store = store.as_str();
        let unmapped = real.difference(&mapped);
        found
            .extend(unmapped.map(|(table, name)| {
                format!("{store}/{table}: the {what} {name} is not in the map of data")
            }));
        let gone = mapped.difference(real);
        found.extend(gone.map(|(table, name)| {
            format!("{store}/{table}: the map of data names a {what} {name}, which is not there")
        }));
    }
    found
}

#[tokio::test]
async fn the_shared_database() {
    let names = Stack::from_env().tenancy().await.names().pool_database();
    let [columns, indexes] = catalogue(names).await;
    nothing_wrong(&differences(Store::Pool, &columns, &indexes));
}

#[tokio::test]
async fn a_tenants_own_database() {
    let tenancy = Stack::from_env().tenancy().await;
    let (platform, own) = (scope::platform(), scope::front(TenantId::generate()));
    let provisioning = tenancy.provisioning(&platform).unwrap();
    provisioning.migrate_silo(&own).await.unwrap();
    let [columns, indexes] = catalogue(tenancy.names().database(own.tenant())).await;
    provisioning.drop_silo(&own).await.unwrap();
    nothing_wrong(&differences(Store::Silo, &columns, &indexes));
}

#[test]
fn would_notice_what_is_on_one_side_alone() {
    let names = |store, all: fn(&vivier_data_map::Table) -> Vec<String>| -> Names {
        map()
            .tables(store)
            .flat_map(|table| all(table).into_iter().map(|name| (table.name.clone(), name)))
            .collect()
    };
    let mut columns =
        names(Store::Silo, |table| table.columns.iter().map(|column| column.name.clone()).collect());
    let indexes = names(Store::Silo, |table| table.indexes.clone());
    assert!(differences(Store::Silo, &columns, &indexes).is_empty());
    columns.insert(("alerts".into(), "phone".into()));
    columns.remove(&("alerts".into(), "email".into()));
    let found = differences(Store::Silo, &columns, &Names::new()).join("\n");
    for sentence in
        ["alerts: the column phone is not", "names a column email, which", "names a index alerts_due"]
    {
        assert!(found.contains(sentence), "{sentence}: {found}");
    }
}
