//! Packing: one archive of all parts and of all files, in the order of their names, streamed through memory into the tenant's bucket. The same
//! content gives the same bytes: every entry has the same time and the same rights.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};
use vivier_bundle::{
    ACCOUNTS, Bundle, Entry, MANIFEST, Manifest, Own, PLACEHOLDER, VERSION, digest, file_entry, hex,
    items_entry, table_entry,
};
use vivier_data_map::{Store, map};
use vivier_runtime::HandlerError;
use vivier_store::exports;
use vivier_tenancy::{
    TenantScope,
    registry::Tenant,
    rooms::files::{FileKey, Files, Outgoing},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::App;

/// More than the small form of an entry's sizes holds.
const LARGE: u64 = 0xffff_fff0;

/// An archive could not be written.
#[derive(Debug, thiserror::Error)]
#[error("an archive could not be written")]
struct NotPacked;

/// What was packed and not yet sent.
#[derive(Debug, Clone, Default)]
struct Held(Arc<Mutex<Vec<u8>>>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Held {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is sent, with its digest.
struct Sent<'a> {
    file: Outgoing<'a>,
    hash: Sha256,
    bytes: u64,
}

impl Sent<'_> {
    async fn send(&mut self, held: &Held) -> Result<(), HandlerError> {
        let bytes = held.take();
        self.hash.update(&bytes);
        self.bytes += bytes.len() as u64;
        Ok(self.file.write(&bytes).await?)
    }
}

fn failed<E>(_: E) -> HandlerError {
    HandlerError::other("packing a bundle", NotPacked)
}

fn options(bytes: u64) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(bytes >= LARGE)
}

/// Entries that are of the tenant itself.
fn own() -> Vec<String> {
    let of = |table: &vivier_data_map::Table| match table.store {
        Store::Silo | Store::Pool => table_entry(table.store.as_str(), &table.name),
        Store::UserPool => ACCOUNTS.to_owned(),
        store => items_entry(store.as_str()),
    };
    let mut own: Vec<String> =
        map().tables.iter().filter(|table| table.not_taken_in.is_some()).map(of).collect();
    own.sort();
    own.dedup();
    own
}

/// Packs everything; none where a part is not as it was noted, because another turn wrote it at the same moment.
pub(crate) async fn pack(
    app: &App,
    tenant: &Tenant,
    scope: &TenantScope,
    files: &Files<'_>,
    parts: &[Entry],
) -> Result<Option<Bundle>, HandlerError> {
    let time_zone = {
        let mut session = app.tenancy.pool(scope).await?;
        exports::time_zone(&session.begin().await?).await?
    };
    let mut wanted: Vec<(String, FileKey, u64, Option<u64>)> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let key = FileKey::DeparturePart(u32::try_from(number).unwrap_or(u32::MAX));
        wanted.push((part.name.clone(), key, part.bytes, part.rows));
    }
    for object in files.list().await?.into_iter().filter(|object| !object.key.is_made()) {
        wanted.push((file_entry(&object.key.to_string()), object.key, object.bytes, None));
    }
    wanted.sort_by(|one, other| one.0.cmp(&other.0));

    let held = Held::default();
    let mut archive = ZipWriter::new_stream(held.clone());
    let mut sent = Sent {
        file: files.begin(&FileKey::DepartureBundle, "application/zip").await?,
        hash: Sha256::new(),
        bytes: 0,
    };
    let mut entries = Vec::with_capacity(wanted.len());
    for (name, key, size, rows) in wanted {
        archive.start_file(&name, options(size)).map_err(failed)?;
        let Some(mut incoming) = files.read(&key).await? else {
            tracing::warn!(tenant = %tenant.id, name, "what is to be packed is gone");
            return Ok(None);
        };
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        while let Some(piece) = incoming.next().await? {
            hash.update(&piece);
            bytes += piece.len() as u64;
            archive.write_all(&piece).map_err(failed)?;
            sent.send(&held).await?;
        }
        let sha256 = hex(&hash.finalize());
        if let Some(part) = parts.iter().find(|part| part.name == name && part.sha256 != sha256) {
            tracing::warn!(tenant = %tenant.id, part = part.name, "a part is not as it was written");
            return Ok(None);
        }
        entries.push(Entry { name, sha256, bytes, rows });
    }
    let (made_at, own) = (app.clock.now(), own());
    let manifest = Manifest {
        version: VERSION,
        tenant: Own {
            tenant_id: tenant.id,
            slug: tenant.slug.clone(),
            name: tenant.name.clone(),
            kind: tenant.kind,
            time_zone,
        },
        made_at,
        placeholder: PLACEHOLDER.to_owned(),
        data_sha256: digest(&entries, &own),
        own,
        entries,
        anonymised: None,
    };
    archive.start_file(MANIFEST, options(0)).map_err(failed)?;
    serde_json::to_writer_pretty(&mut archive, &manifest).map_err(failed)?;
    archive.finish().map_err(failed)?;
    sent.send(&held).await?;
    let sha256 = hex(&sent.hash.finalize());
    sent.file.finish().await?;
    Ok(Some(Bundle {
        sha256,
        bytes: sent.bytes,
        entries: manifest.entries.len() as u64 + 1,
        data_sha256: manifest.data_sha256,
        made_at,
    }))
}
