//! Taking in, into a tenant that is empty, what another one took along (K3.4a): what was packed there is checked whole before anything is
//! written, and a second bundle of what is here afterwards has the same data, byte by byte.
//!
//! It stays disabled: an operator invites a manager, looks at it, and enables it.

use std::{collections::BTreeMap, io::Read};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vivier_bundle::{Manifest, PLACEHOLDER};
use vivier_data_map::{Store, map};
use vivier_domain::{
    entrance::Entrance,
    tenant::{Slug, TenantStatus},
};
use vivier_runtime::HandlerError;
use vivier_store::{arrivals, exports};
use vivier_tenancy::{
    PlatformScope, TenantScope,
    provisioning::Provisioning,
    registry::{Door, Tenant},
    rooms::{
        belongings::{Belonging, Belongings, Plain, Shelf},
        database::{Kind, TenantTx},
        departures::Book,
        files::FileKey,
        records::RecordKey,
    },
};

use crate::{
    command::{App, find},
    describe::host,
    luggage::Luggage,
};

/// So many items are written at the same time.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arrive {
    slug: Slug,
}

/// What is noted of a bundle that is being taken in: one that stopped half-way is taken in anew, and only that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Arrival {
    sha256: String,
    done: bool,
}

/// Another way than rows and files: their entries are read as lines.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "kind")]
    _kind: String,
    pk: String,
    sk: String,
    item: String,
}

pub(crate) fn refused(sentence: &str) -> HandlerError {
    HandlerError::refused("bundle-refused", sentence.to_owned())
}

pub(crate) async fn arrive(
    app: &App,
    platform: &PlatformScope,
    arrive: Arrive,
) -> Result<Value, HandlerError> {
    let mut tenant = find(app, platform, &arrive.slug).await?;
    if !matches!(tenant.status, TenantStatus::Active | TenantStatus::Disabled) {
        return Err(HandlerError::refused("wrong-status", "the tenant is neither active nor disabled"));
    }
    let scope = platform.lend(&tenant);
    let provisioning = app.tenancy.provisioning(platform)?;
    let departures = app.tenancy.departures()?;
    let noted = departures.fetch::<Arrival>(platform, Book::Arrivals, tenant.id).await?;
    let Some(mut luggage) = Luggage::fetch(&app.tenancy.files(&scope).await?).await? else {
        return match noted {
            Some(noted) if noted.value.done => Ok(json!({"taken_in": false, "sha256": noted.value.sha256})),
            _ => Err(refused("no bundle was sent")),
        };
    };
    let manifest = luggage.check().map_err(refused)?;
    if manifest.anonymised.is_some() {
        return Err(refused("it is for a test environment: refresh that"));
    }
    let version = match &noted {
        Some(noted) if noted.value.sha256 == luggage.sha256 && !noted.value.done => noted.version,
        Some(_) => return Err(HandlerError::refused("not-empty", "another bundle was taken in here")),
        None => {
            // Nobody and no schedule writes while it is looked at.
            if tenant.status == TenantStatus::Active {
                tenant = app.tenancy.registry()?.advance(platform, &tenant, TenantStatus::Disabled).await?;
            }
            let occupied = occupied(app, &provisioning, &scope).await?;
            if !occupied.is_empty() {
                let sentence = format!("the tenant is not empty: {}", occupied.join(" "));
                return Err(HandlerError::refused("not-empty", sentence));
            }
            let begun = Arrival { sha256: luggage.sha256.clone(), done: false };
            departures.put(platform, Book::Arrivals, tenant.id, &begun, 0).await?
        }
    };
    let counts = unpack(app, &provisioning, &tenant, &scope, &manifest, &mut luggage).await?;
    let done = Arrival { sha256: luggage.sha256.clone(), done: true };
    departures.put(platform, Book::Arrivals, tenant.id, &done, version).await?;
    app.tenancy.files(&scope).await?.delete(&FileKey::ArrivalBundle).await?;
    tracing::info!(tenant = %tenant.id, "a bundle was taken in");
    Ok(json!({
        "taken_in": true, "sha256": done.sha256, "rows": counts.rows, "items": counts.items, "files": counts.files,
    }))
}

/// What was there that a tenant which was just made has not.
async fn occupied(
    app: &App,
    provisioning: &Provisioning,
    scope: &TenantScope,
) -> Result<Vec<String>, HandlerError> {
    let mut found = {
        let mut silo = provisioning.own_silo(scope).await?;
        let tx = silo.begin().await?;
        arrivals::list_occupied(&tx, &exports::list_tables(&tx).await?).await?
    };
    {
        let mut pool = provisioning.own_pool(scope).await?;
        let tx = pool.begin().await?;
        let mut tables = exports::list_tables(&tx).await?;
        tables.retain(exports::Table::is_shared);
        found.extend(arrivals::list_occupied(&tx, &tables).await?);
    }
    for shelf in [Shelf::Conversations, Shelf::Tasks, Shelf::Ledger] {
        if !app.tenancy.belongings(scope, shelf).await?.keys().await?.is_empty() {
            found.push(shelf.as_str().to_owned());
        }
    }
    if app.tenancy.files(scope).await?.list().await?.iter().any(|object| object.key != FileKey::ArrivalBundle)
    {
        found.push("bucket".to_owned());
    }
    Ok(found)
}

/// The store that the map calls a shelf.
pub(crate) fn store_of(shelf: Shelf) -> Result<Store, HandlerError> {
    Store::named(shelf.as_str()).ok_or_else(|| refused("it has items of a store that is not known here"))
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    pub(crate) items: u64,
    files: u64,
}

/// Writes everything. What an earlier attempt wrote goes first, so that whatever ended it, this one gives the same.
async fn unpack(
    app: &App,
    provisioning: &Provisioning,
    tenant: &Tenant,
    scope: &TenantScope,
    manifest: &Manifest,
    luggage: &mut Luggage,
) -> Result<Counts, HandlerError> {
    let mut counts = Counts::default();
    let registry = app.tenancy.registry()?;
    for door in registry.doors(scope).await? {
        registry.unhang(scope, &door).await?;
    }
    app.tenancy.people(scope)?.delete_all().await?;
    {
        let mut silo = provisioning.own_silo(scope).await?;
        let tx = silo.begin().await?;
        counts.rows += rows(&tx, Store::Silo, manifest, luggage).await?;
        tx.commit().await?;
    }
    {
        let mut pool = provisioning.own_pool(scope).await?;
        let tx = pool.begin().await?;
        counts.rows += rows(&tx, Store::Pool, manifest, luggage).await?;
        arrivals::pack_months(&tx).await?;
        arrivals::set_zone(&tx, &manifest.tenant.time_zone).await?;
        tx.commit().await?;
    }
    for shelf in Shelf::ALL {
        let name = vivier_bundle::items_entry(shelf.as_str());
        let store = store_of(shelf)?;
        if map().tables(store).any(|kind| kind.not_taken_in.is_some()) || !luggage.has(&name) {
            continue;
        }
        let room = app.tenancy.belongings(scope, shelf).await?;
        room.clear().await?;
        let taken = items(tenant, luggage, &name)?.map(|item| -> Result<Belonging, HandlerError> {
            let item = item?;
            if map().kind_of(store, &item.pk, &item.sk).is_some_and(|kind| kind.left_out.is_some()) {
                return Err(refused("it has an item that no bundle takes along"));
            }
            Ok(item)
        });
        counts.items += put(&room, taken).await?;
    }
    let files = app.tenancy.files(scope).await?;
    for object in files.list().await? {
        if object.key != FileKey::ArrivalBundle {
            files.delete(&object.key).await?;
        }
    }
    for entry in &manifest.entries {
        let Some(key) = entry.name.strip_prefix("files/") else { continue };
        let key: FileKey = key.parse().map_err(|_| refused("a file has no known place"))?;
        if key.is_made() {
            return Err(refused("it has a file that no bundle takes along"));
        }
        // In one piece, as it came there: then it has the entity tag by which its row knows that it was read.
        let mut content = Vec::with_capacity(usize::try_from(entry.bytes).unwrap_or_default());
        let mut file = luggage.open(&entry.name).map_err(refused)?;
        file.read_to_end(&mut content).map_err(|_| refused("an entry cannot be read"))?;
        drop(file);
        files.put(&key, content, "application/octet-stream").await?;
        counts.files += 1;
    }
    // The host name leads to the first project of what was taken in.
    let projects = app.tenancy.records(scope)?.list(&RecordKey::projects(), None, Some(1)).await?;
    if let Some((_, project)) = projects.first() {
        let entrance = Entrance::to(project.value.id);
        registry.hang(scope, "host#first", &Door::Host(host(app, tenant)), Some(&entrance)).await?;
    }
    Ok(counts)
}

/// Rows of the tables that this deployment takes in: its own map says which these are, and never the bundle, whose writer nobody knows. A table
/// of the shared database whose rows are not told apart by tenant is nobody's to bring.
pub(crate) async fn rows<K: Kind>(
    tx: &TenantTx<'_, K>,
    store: Store,
    manifest: &Manifest,
    luggage: &mut Luggage,
) -> Result<u64, HandlerError> {
    let (tables, relations) = (exports::list_tables(tx).await?, exports::list_relations(tx).await?);
    let prefix = format!("data/{}/", store.as_str());
    let mut named: BTreeMap<&str, &str> = manifest
        .entries
        .iter()
        .filter_map(|entry| {
            let table = entry.name.strip_prefix(&prefix)?.strip_suffix(".csv")?;
            Some((table, entry.name.as_str()))
        })
        .collect();
    if let Some(unknown) = named.keys().find(|name| !tables.iter().any(|table| table.name == **name)) {
        tracing::warn!(table = unknown, "a bundle has a table that is not known here");
        return Err(refused("it has a table that is not known here: bring the schema up to date"));
    }
    let here = |name: &str| map().table(store, name);
    let strange = |table: &exports::Table| {
        here(&table.name).is_some_and(|known| known.left_out.is_some())
            || store == Store::Pool && !table.is_shared()
    };
    if tables.iter().any(|table| named.contains_key(table.name.as_str()) && strange(table)) {
        return Err(refused("it has a table that no bundle takes along"));
    }
    named.retain(|name, _| here(name).is_none_or(|known| known.not_taken_in.is_none()));
    let ordered = arrivals::in_order(&tables, &relations, &named.keys().copied().collect());
    arrivals::clear(tx, &ordered).await?;
    let mut taken = 0;
    for table in ordered {
        let entry = named[table.name.as_str()];
        let columns = luggage.header(entry).map_err(refused)?;
        if columns.iter().any(|name| !table.columns.iter().any(|column| column.name == *name)) {
            return Err(refused("it has a column that is not known here: bring the schema up to date"));
        }
        let mut copy = arrivals::begin(tx, table, &columns).await?;
        let mut file = luggage.open(entry).map_err(refused)?;
        let mut piece = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut piece).map_err(|_| refused("an entry cannot be read"))?;
            if read == 0 {
                break;
            }
            copy.write(bytes::Bytes::copy_from_slice(&piece[..read])).await?;
        }
        drop(file);
        copy.finish().await?;
        taken += arrivals::finish(tx, table, &columns).await?;
    }
    Ok(taken)
}

/// Items of an entry, line by line, with this tenant where the placeholder stood.
pub(crate) fn items<'a>(
    tenant: &Tenant,
    luggage: &'a mut Luggage,
    name: &str,
) -> Result<impl Iterator<Item = Result<Belonging, HandlerError>> + Send + use<'a>, HandlerError> {
    let own = tenant.id.to_string();
    let reader = csv::Reader::from_reader(luggage.open(name).map_err(refused)?);
    Ok(reader.into_deserialize::<Line>().map(move |line| {
        // Why it cannot be read may quote it.
        let line = line.map_err(|_| refused("a line of items cannot be read"))?;
        let attributes: BTreeMap<String, Plain> = serde_json::from_str(&line.item.replace(PLACEHOLDER, &own))
            .map_err(|_| refused("an item cannot be read"))?;
        Ok(Belonging {
            pk: line.pk.replace(PLACEHOLDER, &own),
            sk: line.sk.replace(PLACEHOLDER, &own),
            attributes,
        })
    }))
}

/// Puts items there, some at the same time; how many.
pub(crate) async fn put(
    room: &Belongings<'_>,
    items: impl Iterator<Item = Result<Belonging, HandlerError>> + Send,
) -> Result<u64, HandlerError> {
    stream::iter(items)
        .map(|item| async move {
            room.put(item?).await?;
            Ok::<_, HandlerError>(())
        })
        .buffer_unordered(AT_ONCE)
        .try_fold(0, |count, ()| async move { Ok::<_, HandlerError>(count + 1) })
        .await
}
