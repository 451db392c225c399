//! How much of a tenant there is in the places that a breach concerns, by the data map. Numbers alone are kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use vivier_data_map::{Map, Store, Table, map};
use vivier_domain::{ids::BreachId, tenant::TenantStatus};
use vivier_runtime::HandlerError;
use vivier_store::{
    census::{self, Counted, Numbers},
    exports,
};
use vivier_tenancy::{
    TenantScope,
    rooms::{
        census::{Drawer, Glimpse},
        database::{DatabaseError, Kind, TenantTx},
        people,
    },
};

use crate::{
    App,
    breach::Breach,
    case::Case,
    entry::{Count, What, Who},
    register, tell,
};

/// The longest that one table is counted, in milliseconds. Then the planner is asked.
const PATIENCE: u32 = 5_000;
/// The most items, or files, that are looked at in one store.
const MOST: usize = 100_000;

/// Whether a tenant's stores hold what is its own. Of one that is being restored nobody knows yet.
pub(crate) fn is_countable(status: TenantStatus) -> bool {
    status.has_stores() && status != TenantStatus::Restoring
}

/// Counts what a tenant has in all places concerned, if that was not done yet, and enters it. Whether it was done now. Beyond `until` large tables are
/// estimated.
pub(crate) async fn count(
    app: &App,
    scope: &TenantScope,
    breach: &Breach,
    until: Instant,
) -> Result<bool, HandlerError> {
    let Some(case) = register::case(app, scope, breach.id).await? else { return Ok(false) };
    if case.is_counted(breach) {
        return Ok(false);
    }
    let places = breach.places(u64::MAX);
    let mut by_store: BTreeMap<Store, Vec<&Table>> = BTreeMap::new();
    for place in &places {
        for table in crate::words::tables(map(), place) {
            by_store.entry(table.store).or_default().push(table);
        }
    }
    let mut counts = Vec::new();
    for (store, tables) in by_store {
        counts.extend(of_store(app, scope, store, &tables, until).await?);
    }
    counts.sort_by(|a, b| a.place.cmp(&b.place));
    enter(app, scope, breach.id, &case, What::Counted { places, counts }).await
}

async fn enter(
    app: &App,
    scope: &TenantScope,
    id: BreachId,
    case: &Case,
    what: What,
) -> Result<bool, HandlerError> {
    match register::append_own(app, scope, id, Some(&case.walked), (Who::System, what)).await {
        Ok(()) => Ok(true),
        // Whoever was quicker has counted, or the next run does.
        Err(error) if tell::is_conflict(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn place(table: &Table) -> String {
    format!("{}/{}", table.store.as_str(), table.name)
}

fn uncounted(table: &Table) -> Count {
    Count { place: place(table), records: None, persons: None, estimate: false, least: false }
}

/// Rows of tables of one database, by a transaction each: a statement that takes too long ends its own. A macro, since sessions of both databases have
/// no type in common.
macro_rules! rows_of {
    ($session:ident, $tables:ident, $shared:literal, $until:ident) => {{
        let known = {
            let tx = $session.begin().await?;
            exports::list_tables(&tx).await?
        };
        let mut counts = Vec::new();
        for table in $tables {
            let Some(counted) = wanted(&known, table, $shared) else {
                counts.push(uncounted(table));
                continue;
            };
            let mut found = Found::TooMuch;
            if Instant::now() < $until {
                let tx = $session.begin().await?;
                found = exact(&tx, &counted).await?;
            }
            let (mut numbers, estimate) = match found {
                Found::Counted(numbers) => (Some(numbers), false),
                Found::KeptBack => (None, false),
                Found::TooMuch => (None, true),
            };
            if estimate {
                let tx = $session.begin().await?;
                numbers = expected(&tx, &counted).await?;
            }
            counts.push(of_rows(table, numbers, estimate));
        }
        counts
    }};
}

async fn of_store(
    app: &App,
    scope: &TenantScope,
    store: Store,
    tables: &[&Table],
    until: Instant,
) -> Result<Vec<Count>, HandlerError> {
    if let Some(drawer) = Drawer::ALL.into_iter().find(|drawer| drawer.as_str() == store.as_str()) {
        return of_items(app, scope, drawer, store, tables).await;
    }
    match store {
        Store::Silo => {
            let mut session = app.tenancy.silo(scope).await?;
            Ok(rows_of!(session, tables, false, until))
        }
        Store::Pool => {
            let mut session = app.tenancy.pool(scope).await?;
            Ok(rows_of!(session, tables, true, until))
        }
        Store::Bucket => {
            let (names, more) = app.tenancy.files(scope).await?.names(MOST).await?;
            Ok(tables.iter().map(|table| of_files(table, tables, &names, more)).collect())
        }
        Store::UserPool => {
            // Each member has one account, and no other account is the tenant's.
            let members = people::read(&app.tenancy.records(scope)?).await?.roster.members.len() as u64;
            let count = |table: &&Table| Count {
                place: place(table),
                records: Some(members),
                persons: Some(members),
                estimate: false,
                least: false,
            };
            Ok(tables.iter().map(count).collect())
        }
        // Nothing there is told apart by tenant, or can be looked through.
        _ => Ok(tables.iter().map(|table| uncounted(table)).collect()),
    }
}

/// How a table is counted; `None` of one that is not there, or is of no tenant.
fn wanted<'t>(known: &[exports::Table], table: &'t Table, shared: bool) -> Option<Counted<'t>> {
    let found = known.iter().find(|found| found.name == table.name)?;
    if shared && !found.is_shared() {
        return None;
    }
    let key = table.key.as_deref();
    let column = key.and_then(|key| found.columns.iter().find(|column| column.name == key));
    let several = column.is_some_and(|column| column.kind.ends_with("[]"));
    Some(Counted { table: &table.name, key: column.and(key), several })
}

/// What counting a table came to.
enum Found {
    /// Numbers.
    Counted(Numbers),
    /// There is more than the time is enough for.
    TooMuch,
    /// It is nobody's to read: how far the schema is, the administrator keeps.
    KeptBack,
}

/// The `SQLSTATE` of what a role may not do.
const KEPT_BACK: &str = "42501";

async fn exact<K: Kind>(tx: &TenantTx<'_, K>, counted: &Counted<'_>) -> Result<Found, HandlerError> {
    census::begin(tx, PATIENCE).await?;
    match census::count(tx, counted).await {
        Ok(numbers) => Ok(Found::Counted(numbers)),
        Err(error) if error.is_over_time() => Ok(Found::TooMuch),
        Err(DatabaseError::Statement { source, .. }) if source.code().code() == KEPT_BACK => {
            Ok(Found::KeptBack)
        }
        Err(error) => Err(error.into()),
    }
}

async fn expected<K: Kind>(
    tx: &TenantTx<'_, K>,
    counted: &Counted<'_>,
) -> Result<Option<Numbers>, HandlerError> {
    let records = census::estimate(tx, counted.table).await?;
    Ok(records.map(|records| Numbers { records, persons: None }))
}

fn of_rows(table: &Table, numbers: Option<Numbers>, estimate: bool) -> Count {
    Count {
        place: place(table),
        records: numbers.map(|numbers| numbers.records),
        persons: numbers.and_then(|numbers| numbers.persons),
        estimate,
        least: false,
    }
}

async fn of_items(
    app: &App,
    scope: &TenantScope,
    drawer: Drawer,
    store: Store,
    tables: &[&Table],
) -> Result<Vec<Count>, HandlerError> {
    // Of `value.draft.changed_by` the attribute is `value`, and the rest is inside of it.
    let keys = tables.iter().filter_map(|table| table.key.as_deref());
    let attributes: BTreeSet<&str> = keys.filter_map(|key| key.split('.').next()).collect();
    let attributes: Vec<&str> = attributes.into_iter().filter(|name| !matches!(*name, "pk" | "sk")).collect();
    let room = app.tenancy.census(scope, drawer).await?;
    let (items, more) = room.look(&attributes, MOST).await?;
    Ok(tables.iter().map(|table| of_kind(map(), store, table, &items, more)).collect())
}

fn of_kind(map: &Map, store: Store, table: &Table, items: &[Glimpse], more: bool) -> Count {
    let own =
        |item: &&Glimpse| map.kind_of(store, &item.pk, &item.sk).is_some_and(|kind| kind.name == table.name);
    let found: Vec<&Glimpse> = items.iter().filter(own).collect();
    if more && found.is_empty() {
        // It was not reached: there may be some.
        return uncounted(table);
    }
    let persons = table.key.as_deref().map(|key| {
        let persons: BTreeSet<String> = found.iter().filter_map(|item| person(item, key)).collect();
        persons.len() as u64
    });
    let records = Some(found.len() as u64);
    Count { place: place(table), records, persons, estimate: false, least: more }
}

/// By what an item's person is told apart.
fn person(item: &Glimpse, key: &str) -> Option<String> {
    let mut parts = key.split('.');
    let text = match parts.next()? {
        "pk" => &item.pk,
        "sk" => &item.sk,
        name => item.attributes.get(name)?,
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return Some(text.clone());
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let found = parts.try_fold(&value, |value, part| value.get(part))?;
    found.as_str().map(str::to_owned)
}

fn of_files(table: &Table, tables: &[&Table], names: &[String], more: bool) -> Count {
    let longest = |name: &str| {
        let fitting = tables.iter().filter(|one| vivier_data_map::fits(&one.name, name));
        fitting.max_by_key(|one| one.name.len()).is_some_and(|one| one.name == table.name)
    };
    let records = names.iter().filter(|name| longest(name)).count() as u64;
    if more && records == 0 {
        return uncounted(table);
    }
    Count { place: place(table), records: Some(records), persons: None, estimate: false, least: more }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(pk: &str, sk: &str, attributes: &[(&str, &str)]) -> Glimpse {
        let attributes =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Glimpse { pk: pk.to_owned(), sk: sk.to_owned(), attributes }
    }

    fn counted(store: Store, name: &str, items: &[Glimpse]) -> (Option<u64>, Option<u64>) {
        let table = map().table(store, name).unwrap();
        let count = of_kind(map(), store, table, items, false);
        (count.records, count.persons)
    }

    #[test]
    fn items_are_counted_by_kind_and_persons_by_their_key() {
        let talks = [
            item("session#1", "session", &[]),
            item("session#1", "message#1", &[]),
            item("session#1", "message#2", &[]),
            item("session#2", "message#1", &[]),
            item("erasures", "applied#1", &[]),
        ];
        assert_eq!(counted(Store::Conversations, "message", &talks), (Some(3), Some(2)));
        assert_eq!(counted(Store::Conversations, "session", &talks), (Some(1), Some(1)));
        assert_eq!(counted(Store::Conversations, "erasures_applied", &talks), (Some(1), None));
    }

    #[test]
    fn what_was_not_reached_is_not_known() {
        let talks = [item("session#1", "message#1", &[]), item("session#1", "message#2", &[])];
        let count = |name: &str| {
            let table = map().table(Store::Conversations, name).unwrap();
            of_kind(map(), Store::Conversations, table, &talks, true)
        };
        let (reached, not) = (count("message"), count("session"));
        assert_eq!((reached.records, reached.persons, reached.least), (Some(2), Some(1), true));
        assert_eq!((not.records, not.persons, not.least), (None, None, false));
        let tables: Vec<&Table> = map().tables(Store::Bucket).collect();
        let names = ["documents/1/1".to_owned()];
        let file = |name: &str| {
            let count = of_files(map().table(Store::Bucket, name).unwrap(), &tables, &names, true);
            (count.records, count.least)
        };
        assert_eq!((file("documents/*/*"), file("imports/*")), ((Some(1), true), (None, false)));
    }

    #[test]
    fn a_key_may_lie_inside_of_a_text() {
        let published = |number: u32, by: &str| {
            let value = format!(r#"{{"published_by":"{by}","settings":{{}}}}"#);
            item("tenant#1", &format!("settings#tenant#version#{number}"), &[("value", &value)])
        };
        let items = [published(1, "a"), published(2, "b"), published(3, "a")];
        assert_eq!(counted(Store::Records, "settings_version", &items), (Some(3), Some(2)));
    }

    #[test]
    fn files_are_counted_where_they_fit_best() {
        let tables: Vec<&Table> = map().tables(Store::Bucket).collect();
        let names = ["documents/1/1", "documents/1/2", "imports/9", "index/current.json"].map(str::to_owned);
        let records = |name: &str| {
            let table = map().table(Store::Bucket, name).unwrap();
            of_files(table, &tables, &names, false).records
        };
        assert_eq!(
            (records("documents/*/*"), records("imports/*"), records("reports/*")),
            (Some(2), Some(1), Some(0))
        );
    }

    #[test]
    fn a_table_is_counted_by_what_the_catalogue_says_of_it() {
        let column = |name: &str, kind: &str| exports::Column {
            name: name.to_owned(),
            kind: kind.to_owned(),
            generated: false,
            nullable: false,
            key: None,
        };
        let known = [
            exports::Table { name: "reports".into(), columns: vec![column("recipients", "uuid[]")] },
            exports::Table { name: "tenants".into(), columns: vec![column("id", "uuid")] },
        ];
        let reports = map().table(Store::Silo, "reports").unwrap();
        let found = wanted(&known, reports, false).unwrap();
        assert_eq!((found.key, found.several), (Some("recipients"), true));
        assert!(wanted(&known, map().table(Store::Pool, "tenants").unwrap(), true).is_none(), "of no tenant");
        assert!(wanted(&known, map().table(Store::Silo, "alerts").unwrap(), false).is_none(), "not there");
    }
}
