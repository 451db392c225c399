//! What is handed over, part by part: each is written into the tenant's bucket as it is read, and noted once it is whole.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use vivier_bundle::{ACCOUNTS, Entry, PLACEHOLDER, hex, items_entry, table_entry};
use vivier_data_map::{Map, Store, map};
use vivier_domain::redacted::Redacted;
use vivier_runtime::HandlerError;
use vivier_store::exports::{self, Relation, Table};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::{
        belongings::{Belonging, Shelf},
        database::{Kind, TenantTx},
        files::{FileKey, Files, Outgoing},
    },
};

use crate::{App, meaning};

/// A text that is no CSV.
#[derive(Debug, thiserror::Error)]
#[error("a line could not be written")]
pub(crate) struct NotWritten;

/// What a part is made of.
#[derive(Debug)]
pub(crate) enum Source {
    /// Rows of the tenant's own database.
    Silo(Table),
    /// The tenant's rows of the shared database.
    Pool(Table),
    /// Items.
    Items(Shelf),
    /// Members' accounts.
    Accounts,
    /// A text that is made of the schema and the map.
    Text(&'static str, Vec<u8>),
}

impl Source {
    /// The entry it becomes.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Silo(table) => table_entry(Store::Silo.as_str(), &table.name),
            Self::Pool(table) => table_entry(Store::Pool.as_str(), &table.name),
            Self::Items(shelf) => items_entry(shelf.as_str()),
            Self::Accounts => ACCOUNTS.to_owned(),
            Self::Text(name, _) => (*name).to_owned(),
        }
    }
}

/// Whether a table is taken along; one that the map does not know is.
pub(crate) fn is_taken(map: &Map, store: Store, table: &str) -> bool {
    map.table(store, table).is_none_or(|known| known.left_out.is_none())
}

/// All parts there are, in order.
pub(crate) async fn plan(app: &App, scope: &TenantScope) -> Result<Vec<Source>, HandlerError> {
    let (silo, silo_relations) = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        catalogue(&tx, Store::Silo).await?
    };
    let (pool, pool_relations) = {
        let mut session = app.tenancy.pool(scope).await?;
        let tx = session.begin().await?;
        catalogue(&tx, Store::Pool).await?
    };
    let tables = [(Store::Silo, &silo, &silo_relations), (Store::Pool, &pool, &pool_relations)];
    let mut sources = vec![
        Source::Text("dictionary.csv", meaning::dictionary(map(), &tables)?),
        Source::Text("relations.csv", meaning::relations(&tables)?),
        Source::Text("left-out.csv", meaning::left_out(map())?),
        Source::Accounts,
    ];
    sources.extend(Shelf::ALL.map(Source::Items));
    sources.extend(silo.into_iter().map(Source::Silo));
    sources.extend(pool.into_iter().map(Source::Pool));
    sources.sort_by_key(Source::name);
    Ok(sources)
}

async fn catalogue<K: Kind>(
    tx: &TenantTx<'_, K>,
    store: Store,
) -> Result<(Vec<Table>, Vec<Relation>), HandlerError> {
    let mut tables = exports::list_tables(tx).await?;
    tables.retain(|table| is_taken(map(), store, &table.name));
    let relations = exports::list_relations(tx).await?;
    Ok((tables, relations))
}

/// A part on its way into the bucket.
pub(crate) struct Part<'a> {
    name: String,
    file: Outgoing<'a>,
    hash: Sha256,
    bytes: u64,
    rows: u64,
}

impl<'a> Part<'a> {
    pub(crate) async fn begin(
        files: &'a Files<'_>,
        number: usize,
        name: String,
    ) -> Result<Self, TenancyError> {
        let key = FileKey::DeparturePart(u32::try_from(number).unwrap_or(u32::MAX));
        let file = files.begin(&key, "text/csv").await?;
        Ok(Self { name, file, hash: Sha256::new(), bytes: 0, rows: 0 })
    }

    async fn write(&mut self, bytes: &[u8], rows: u64) -> Result<(), TenancyError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.rows += rows;
        self.file.write(bytes).await
    }

    async fn finish(self) -> Result<Entry, TenancyError> {
        self.file.finish().await?;
        let sha256 = hex(&self.hash.finalize());
        // The first row is the header.
        Ok(Entry { name: self.name, sha256, bytes: self.bytes, rows: Some(self.rows.saturating_sub(1)) })
    }

    /// Rows of a database, as the server sends them.
    pub(crate) async fn of_table<K: Kind>(
        mut self,
        tx: &TenantTx<'_, K>,
        table: &Table,
    ) -> Result<Entry, HandlerError> {
        let mut rows = exports::copy(tx, table, PLACEHOLDER).await?;
        while let Some(row) = rows.next().await? {
            self.write(&row, 1).await?;
        }
        Ok(self.finish().await?)
    }

    /// Items, a line each.
    pub(crate) async fn of_items(
        mut self,
        app: &App,
        scope: &TenantScope,
        shelf: Shelf,
    ) -> Result<Entry, HandlerError> {
        let store = Store::ALL.iter().find(|store| store.as_str() == shelf.as_str());
        let store = *store.ok_or_else(|| HandlerError::other("packing items", NotWritten))?;
        let now = app.clock.now().as_second();
        let room = app.tenancy.belongings(scope, shelf).await?;
        self.write(&line(&["kind", "pk", "sk", "item"])?, 1).await?;
        for keys in room.keys().await?.batches() {
            for item in room.fetch(keys).await? {
                let kind = map().kind_of(store, &item.pk, &item.sk);
                if item.is_over(now) || kind.is_some_and(|kind| kind.left_out.is_some()) {
                    continue;
                }
                let kind = kind.map_or("", |kind| kind.name.as_str());
                self.write(&item_line(scope, kind, &item)?, 1).await?;
            }
        }
        Ok(self.finish().await?)
    }

    /// Members' accounts.
    pub(crate) async fn of_accounts(mut self, app: &App, scope: &TenantScope) -> Result<Entry, HandlerError> {
        self.write(&line(&["sub", "email", "phone_number", "locale", "enabled"])?, 1).await?;
        for one in app.tenancy.people(scope)?.list_all().await? {
            let phone = one.phone.as_ref().map_or("", Redacted::expose);
            let enabled = if one.enabled { "true" } else { "false" };
            self.write(&line(&[&one.subject, one.address.expose(), phone, &one.language, enabled])?, 1)
                .await?;
        }
        Ok(self.finish().await?)
    }

    /// A text that is ready.
    pub(crate) async fn of_text(mut self, text: &[u8]) -> Result<Entry, HandlerError> {
        let lines = text.split(|byte| *byte == b'\n').count() as u64 - 1;
        self.write(text, lines).await?;
        Ok(self.finish().await?)
    }
}

/// A line of CSV.
pub(crate) fn line(fields: &[&str]) -> Result<Bytes, HandlerError> {
    let failed = || HandlerError::other("writing a line", NotWritten);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).map_err(|_| failed())?;
    Ok(writer.into_inner().map_err(|_| failed())?.into())
}

/// An item as a line. The tenant stands in keys and in values made of them; the placeholder stands there in its place.
pub(crate) fn item_line(scope: &TenantScope, kind: &str, item: &Belonging) -> Result<Bytes, HandlerError> {
    let attributes = serde_json::to_string(&item.attributes)
        .map_err(|_| HandlerError::other("packing an item", NotWritten))?;
    let own = scope.tenant().to_string();
    let pk = item.pk.replace(&own, PLACEHOLDER);
    line(&[kind, &pk, &item.sk.replace(&own, PLACEHOLDER), &attributes.replace(&own, PLACEHOLDER)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is neither taken along nor left out with a reason.
    fn forgotten(map: &Map) -> Vec<String> {
        let taken = |store: Store| {
            matches!(store, Store::Silo | Store::Pool | Store::Bucket | Store::UserPool)
                || Shelf::ALL.iter().any(|shelf| shelf.as_str() == store.as_str())
        };
        map.tables
            .iter()
            .filter(|table| table.left_out.is_none() && !taken(table.store))
            .map(|table| format!("{}/{}", table.store.as_str(), table.name))
            .collect()
    }

    #[test]
    fn everything_on_the_map_is_taken_along_or_has_a_reason() {
        assert_eq!(forgotten(map()), Vec::<String>::new(), "neither taken along nor left out with a reason");
    }

    #[test]
    fn a_store_that_is_new_is_noticed() {
        let mut map = map().clone();
        let mut table = map.tables(Store::Requests).next().expect("a kind of request").clone();
        table.left_out = None;
        table.name = "new".into();
        map.tables.push(table);
        assert_eq!(forgotten(&map), ["requests/new"]);
    }

    #[test]
    fn every_shelf_is_a_store_of_the_map() {
        for shelf in Shelf::ALL {
            assert!(Store::ALL.iter().any(|store| store.as_str() == shelf.as_str()), "{shelf:?}");
        }
    }
}
