//! Attributes of items: some of each kind is written by the code that writes it in earnest, and then everything that lies in the tables is
//! looked at, whoever wrote it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::{Client, operation::scan::ScanError, types::AttributeValue};
use jiff::Timestamp;
use serde_json::Value;
use vivier_data_map::{Remover, Store, Table, map};
use vivier_testkit::stack::Stack;

use crate::{
    nothing_wrong,
    seed::{self, Seeded},
};

type Item = HashMap<String, AttributeValue>;

/// The platform's own tasks are written by the stack's schedules alone: nobody makes them run for a test. Their attributes are found where
/// they are written (`shared/testkit/tests/contract/data_map/attributes.rs`). So are those of departures and breaches: schedules read them all, and
/// one that a test made up would be gone on with.
const NOT_SEEDED: &[(Store, &str)] = &[
    (Store::Tasks, "platform_task"),
    (Store::Breaches, "breach"),
    (Store::Breaches, "entry"),
    (Store::Breaches, "affected"),
    (Store::Breaches, "case"),
    (Store::Breaches, "case_entry"),
    (Store::Breaches, "mail"),
    (Store::Departures, "departure"),
    (Store::Departures, "arrival"),
    (Store::Departures, "refresh"),
    (Store::Departures, "certificate"),
];
/// Tables that tenants share, by what the stack calls them.
const SHARED: &[(Store, &str)] = &[
    (Store::Registry, "tenants"),
    (Store::Records, "projects"),
    (Store::Sessions, "sessions"),
    (Store::Attempts, "attempts"),
    (Store::Requests, "requests"),
    (Store::Ledger, "ledger"),
    (Store::Departures, "departures"),
    (Store::Breaches, "breaches"),
    (Store::Tasks, "tasks"),
];
/// A partition that end-to-end tests mark the table by. Nothing of the suite lies there.
const MARK: &str = "e2e";
/// What a clock of a test may be late by, in seconds.
const LATE: i64 = 5;

/// What was seen of each kind of item.
type Seen = BTreeMap<(Store, String), BTreeSet<String>>;

async fn scan(client: &Client, table: &str) -> Vec<Item> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let page = client.scan().table_name(table).set_exclusive_start_key(start).send().await;
        // A tenant that goes at this moment takes its table with it.
        let gone = |error: &ScanError| error.is_resource_not_found_exception();
        if page.as_ref().is_err_and(|error| error.as_service_error().is_some_and(gone)) {
            return items;
        }
        let page = page.unwrap();
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

/// The tables of conversations that there are.
async fn conversations(client: &Client, stack: &Stack) -> Vec<String> {
    let (mut names, mut start, prefix) = (Vec::new(), None, stack.table("conversations-"));
    loop {
        let page = client.list_tables().set_exclusive_start_table_name(start).send().await.unwrap();
        names.extend(page.table_names().iter().filter(|name| name.starts_with(&prefix)).cloned());
        start = page.last_evaluated_table_name;
        if start.is_none() {
            return names;
        }
    }
}

fn text<'i>(item: &'i Item, name: &str) -> &'i str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// Notes an attribute, or what it has in its JSON as far as the map looks into it.
fn note(table: &Table, path: &str, value: &Value, seen: &mut BTreeSet<String>, wrong: &mut Vec<String>) {
    if table.column(path).is_some() {
        seen.insert(path.to_owned());
        return;
    }
    let within = format!("{path}.");
    let inner = table.columns.iter().any(|column| column.name.starts_with(&within));
    match value {
        Value::Object(fields) if inner => {
            for (name, value) in fields {
                note(table, &format!("{within}{name}"), value, seen, wrong);
            }
        }
        // A part that is not there at the moment.
        Value::Null if inner => {}
        _ => wrong.push(format!(
            "{}/{}: the attribute {path} is not in the map of data",
            table.store.as_str(),
            table.name
        )),
    }
}

fn look(store: Store, item: &Item, seen: &mut Seen) -> Vec<String> {
    let (pk, sk) = (text(item, "pk"), text(item, "sk"));
    let Some(table) = map().kind_of(store, pk, sk) else {
        // Keys may hold identifiers: the words alone tell which kind it is.
        let words = |key: &str| key.split('#').next().unwrap_or_default().to_owned();
        return vec![format!(
            "{}: an item {} / {} is of no kind in the map of data",
            store.as_str(),
            words(pk),
            words(sk)
        )];
    };
    let (mut wrong, seen) = (Vec::new(), seen.entry((store, table.name.clone())).or_default());
    for (name, value) in item {
        let json = value.as_s().ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        note(table, name, &json, seen, &mut wrong);
    }
    wrong
}

/// An item of the test's own that stays longer than the map says.
fn lasts_too_long(store: Store, item: &Item, now: Timestamp) -> Option<String> {
    let table = map().kind_of(store, text(item, "pk"), text(item, "sk"))?;
    let until: i64 = item.get("expires_at")?.as_n().ok()?.parse().ok()?;
    let lasts = table.retention.lasts.filter(|_| table.retention.by == Remover::Expiry)?;
    let most = now.as_second() + i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX) + LATE;
    (until > most)
        .then(|| format!("{}/{} is kept {} s longer than mapped", store.as_str(), table.name, until - most))
}

/// What the map names and no item has.
fn never_seen(seen: &Seen) -> Vec<String> {
    let kinds = map().tables.iter().filter(|table| table.store.has_items());
    let mut found = Vec::new();
    for table in kinds.filter(|table| !NOT_SEEDED.contains(&(table.store, table.name.as_str()))) {
        let had = seen.get(&(table.store, table.name.clone())).cloned().unwrap_or_default();
        let missing = table.columns.iter().filter(|column| !had.contains(&column.name));
        found.extend(missing.map(|column| {
            format!("{}/{}: no item has the attribute {}", table.store.as_str(), table.name, column.name)
        }));
    }
    found
}

#[tokio::test]
async fn every_attribute_of_every_item() {
    let (stack, now) = (Stack::from_env(), Timestamp::now());
    let tenancy = stack.tenancy().await;
    let client = Client::new(&stack.sdk().await);
    let seeded = Seeded::write(&tenancy, now).await;
    let mut tables: Vec<(Store, String)> =
        SHARED.iter().map(|(store, name)| (*store, stack.table(name))).collect();
    let own = conversations(&client, &stack).await;
    tables.extend(own.into_iter().map(|table| (Store::Conversations, table)));
    let (mut seen, mut wrong) = (Seen::new(), BTreeSet::new());
    for (store, table) in tables {
        for item in scan(&client, &table).await.iter().filter(|item| text(item, "pk") != MARK) {
            wrong.extend(look(store, item, &mut seen));
            if seeded.partitions.iter().any(|partition| partition == text(item, "pk")) {
                wrong.extend(lasts_too_long(store, item, now));
            }
        }
    }
    seeded.remove(&tenancy).await;
    for item in seed::conversation(now) {
        wrong.extend(look(Store::Conversations, &item, &mut seen));
        wrong.extend(lasts_too_long(Store::Conversations, &item, now));
    }
    wrong.extend(never_seen(&seen));
    nothing_wrong(&wrong.into_iter().collect::<Vec<_>>());
}

#[test]
fn would_notice_another_kind_and_another_attribute() {
    let item = |pairs: &[(&str, &str)]| -> Item {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned())))
            .collect()
    };
    let mut seen = Seen::new();
    let known = item(&[("pk", "tenant#1"), ("sk", "reset#1"), ("member", "m")]);
    assert!(look(Store::Sessions, &known, &mut seen).is_empty());
    let phone = item(&[("pk", "tenant#1"), ("sk", "reset#1"), ("phone", "0")]);
    assert_eq!(
        look(Store::Sessions, &phone, &mut seen),
        ["sessions/reset: the attribute phone is not in the map of data"]
    );
    let note = item(&[("pk", "tenant#1"), ("sk", "note#1")]);
    assert_eq!(
        look(Store::Sessions, &note, &mut seen),
        ["sessions: an item tenant / note is of no kind in the map of data"]
    );
    let member =
        item(&[("pk", "tenant#1"), ("sk", "member#1"), ("value", r#"{"state":"active","name":"Camille"}"#)]);
    let found = look(Store::Records, &member, &mut seen);
    assert_eq!(found, ["records/member: the attribute value.name is not in the map of data"]);
    assert!(never_seen(&seen).contains(&"sessions/reset: no item has the attribute created_at".to_owned()));
}
