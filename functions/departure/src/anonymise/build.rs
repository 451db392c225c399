//! Making the copy: production's rows and items, read as they lie, masked in memory, and only then written, into a file without a name on this
//! machine's disk.

use std::{collections::BTreeMap, fs::File, io::Write};

use sha2::{Digest, Sha256};
use vivier_bundle::{Entry, PLACEHOLDER, hex, items_entry, table_entry};
use vivier_data_map::{Store, map};
use vivier_runtime::HandlerError;
use vivier_store::exports::{self, Relation, Table};
use vivier_tenancy::rooms::{
    belongings::{Belonging, Shelf},
    database::{Kind, TenantTx},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    broken,
    items::{ItemMasker, combination},
    mask::Masker,
    rare::Combinations,
    row::{self, Field},
    rules::{self, Taken, Unfit},
    source::Source,
    unfit,
};
use crate::parts::{item_line, line};

/// A copy that is being made.
pub(super) struct Copy<'a> {
    masker: &'a Masker,
    /// Identifiers of nobody that are others in the copy, each with what it becomes.
    others: Vec<(String, String)>,
    archive: ZipWriter<File>,
    /// What was written.
    pub(super) entries: Vec<Entry>,
    hash: Sha256,
    bytes: u64,
    rows: u64,
}

impl<'a> Copy<'a> {
    pub(super) fn begin(masker: &'a Masker, others: Vec<(String, String)>) -> Result<Self, HandlerError> {
        let file = tempfile::tempfile().map_err(broken)?;
        let (archive, hash) = (ZipWriter::new(file), Sha256::new());
        Ok(Self { masker, others, archive, entries: Vec::new(), hash, bytes: 0, rows: 0 })
    }

    fn start(&mut self, name: &str) -> Result<(), HandlerError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(true);
        (self.hash, self.bytes, self.rows) = (Sha256::new(), 0, 0);
        self.archive.start_file(name, options).map_err(broken)
    }

    fn write(&mut self, text: &[u8]) -> Result<(), HandlerError> {
        self.hash.update(text);
        self.bytes += text.len() as u64;
        self.rows += 1;
        self.archive.write_all(text).map_err(broken)
    }

    fn end(&mut self, name: String) {
        let sha256 = hex(&std::mem::take(&mut self.hash).finalize());
        // The first row is the header.
        let rows = Some(self.rows.saturating_sub(1));
        self.entries.push(Entry { name, sha256, bytes: self.bytes, rows });
    }

    fn with_others(&self, text: String) -> String {
        self.others.iter().fold(text, |text, (one, other)| text.replace(one.as_str(), other))
    }

    /// The tables of a database that a test environment gets, as one transaction sees them.
    pub(super) async fn tables<K: Kind>(
        &mut self,
        tx: &TenantTx<'_, K>,
        store: Store,
        tables: &[Table],
        relations: &[Relation],
    ) -> Result<(), HandlerError> {
        for table in tables {
            let known = map().table(store, &table.name);
            let known = known
                .ok_or_else(|| unfit(&Unfit::new(&table.name, "*", "the map does not know the table")))?;
            if !known.is_in_tests() {
                continue;
            }
            let Some(columns) = rules::of_table(map(), store, table, relations).map_err(|why| unfit(&why))?
            else {
                continue;
            };
            self.table(tx, store, table, &columns).await?;
        }
        Ok(())
    }

    async fn table<K: Kind>(
        &mut self,
        tx: &TenantTx<'_, K>,
        store: Store,
        table: &Table,
        columns: &[Taken],
    ) -> Result<(), HandlerError> {
        let rare: Vec<&Taken> = columns.iter().filter(|column| column.rare).collect();
        let mut found = Combinations::default();
        if !rare.is_empty() {
            let mut rows = Rows::read(tx, table).await?;
            while let Some(row) = rows.next().await? {
                found.add(rare.iter().map(|column| row.get(column.place).cloned().flatten()).collect());
            }
        }
        let name = table_entry(store.as_str(), &table.name);
        self.start(&name)?;
        let header: Vec<Field> = columns.iter().map(|column| Some(column.name.clone())).collect();
        self.write(row::write(&header).as_bytes())?;
        let mut rows = Rows::read(tx, table).await?;
        while let Some(row) = rows.next().await? {
            let value = |column: &Taken| row.get(column.place).cloned().flatten();
            let combination: Vec<Field> = rare.iter().map(|column| value(column)).collect();
            let is_rare = !rare.is_empty() && found.is_rare(&combination);
            let (mut made, mut place) = (Vec::with_capacity(columns.len()), 0);
            for column in columns {
                let mut field = value(column);
                if column.rare {
                    if is_rare && field.is_some() {
                        field = found.general(place, column.nullable);
                    }
                    place += 1;
                }
                let masked = column.apply(self.masker, &field);
                made.push(masked.map_err(|_| {
                    unfit(&Unfit::new(&table.name, &column.name, "a value has no form that its mask is for"))
                })?);
            }
            let text = self.with_others(row::write(&made));
            self.write(text.as_bytes())?;
        }
        self.end(name);
        Ok(())
    }

    /// The items of a store that a test environment gets.
    pub(super) async fn items(&mut self, source: &Source<'_>, shelf: Shelf) -> Result<(), HandlerError> {
        let store = super::source::store_of(shelf)?;
        if !map().tables(store).any(vivier_data_map::Table::is_in_tests) {
            return Ok(());
        }
        let mut found: BTreeMap<&str, Combinations> = BTreeMap::new();
        let mut reader = source.items(shelf).await?;
        while let Some(items) = reader.next().await? {
            for (kind, item) in items.iter().filter(|(kind, _)| kind.is_in_tests()) {
                if let Some(values) = combination(kind, item) {
                    found.entry(kind.name.as_str()).or_default().add(values);
                }
            }
        }
        let name = items_entry(shelf.as_str());
        self.start(&name)?;
        self.write(&line(&["kind", "pk", "sk", "item"])?)?;
        let (none, masks) = (Combinations::default(), ItemMasker { masker: self.masker });
        // Masked, items sort otherwise; so that nothing says where they were, they are in their new order, batch by batch.
        let mut reader = source.items(shelf).await?;
        while let Some(items) = reader.next().await? {
            let mut made: Vec<(&str, Belonging)> = Vec::with_capacity(items.len());
            for (kind, item) in items.iter().filter(|(kind, _)| kind.is_in_tests()) {
                let rare = found.get(kind.name.as_str()).unwrap_or(&none);
                made.push((&kind.name, masks.apply(kind, item, rare).map_err(|why| unfit(&why))?));
            }
            made.sort_by(|(_, one), (_, other)| (&one.pk, &one.sk).cmp(&(&other.pk, &other.sk)));
            for (kind, item) in made {
                let text =
                    String::from_utf8(item_line(source.scope, kind, &item)?.to_vec()).map_err(broken)?;
                let text = self.with_others(text);
                self.write(text.as_bytes())?;
            }
        }
        self.end(name);
        Ok(())
    }

    /// Ends it with its manifest.
    pub(super) fn finish(mut self, manifest: &vivier_bundle::Manifest) -> Result<File, HandlerError> {
        debug_assert_eq!(manifest.placeholder, PLACEHOLDER);
        self.start(vivier_bundle::MANIFEST)?;
        serde_json::to_writer_pretty(&mut self.archive, manifest).map_err(broken)?;
        self.archive.finish().map_err(broken)
    }
}

/// Rows of a table, one after another.
pub(super) struct Rows(vivier_tenancy::rooms::database::CopiedOut);

impl Rows {
    pub(super) async fn read<K: Kind>(tx: &TenantTx<'_, K>, table: &Table) -> Result<Self, HandlerError> {
        let mut rows = exports::copy(tx, table, PLACEHOLDER).await?;
        // The header.
        rows.next().await?;
        Ok(Self(rows))
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<Field>>, HandlerError> {
        match self.0.next().await? {
            None => Ok(None),
            Some(row) => row::read(&row).map(Some).map_err(broken),
        }
    }
}
