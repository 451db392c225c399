//! From an archive to an index that can be asked.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::{Index, IndexReader, ReloadPolicy, SegmentReader};
use vivier_text::analysis;

use crate::archive::{self, Digest, FORMAT, MANIFEST, Manifest, OpenError};
use crate::collect::Row;
use crate::directory::ArchiveDirectory;
use crate::schema::schema;
use crate::search::SearchIndex;
use crate::suggest::Suggestions;
use crate::tables::{self, Tables};

impl SearchIndex {
    /// Opens an archive. The bytes stay in memory as they are; nothing is unpacked.
    ///
    /// # Errors
    /// When the bytes are not those of `expected`, or not an archive that this version can read.
    pub fn open(bytes: Vec<u8>, expected: &Digest) -> Result<Self, OpenError> {
        if Digest::of(&bytes) != *expected {
            return Err(OpenError::Digest);
        }
        // The engine trusts its files where we cannot: a forged one must not end the process.
        catch_unwind(AssertUnwindSafe(|| Self::open_checked(bytes)))
            .unwrap_or(Err(OpenError::Malformed("the engine gave up on a file")))
    }

    fn open_checked(bytes: Vec<u8>) -> Result<Self, OpenError> {
        let files = archive::unpack(&bytes)?;
        let directory = ArchiveDirectory::new(bytes, &files);
        let file = |name: &str| directory.file(name).ok_or(OpenError::Malformed("a file is missing"));
        let manifest: Manifest = serde_json::from_slice(file(MANIFEST)?).map_err(OpenError::Table)?;
        if (manifest.format, manifest.analysis) != (FORMAT, analysis::VERSION) {
            return Err(OpenError::Version { format: manifest.format, analysis: manifest.analysis });
        }
        let tables: Tables = serde_json::from_slice(file(tables::FILE)?).map_err(OpenError::Table)?;
        let suggestions = Suggestions::read(file)?;
        let index = Index::open(directory)?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return Err(OpenError::Malformed("the schema is another"));
        }
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let rows = match searcher.segment_readers() {
            [] => Vec::new(),
            [segment] => read_rows(segment)?,
            _ => return Err(OpenError::Malformed("more than one segment")),
        };
        if rows.len() as u64 != manifest.offers || searcher.num_docs() != manifest.offers {
            return Err(OpenError::Malformed("the offers are not as many as it says"));
        }
        Ok(Self { reader, fields, manifest, rows, tables, suggestions })
    }
}

/// What decides on offers, out of the engine's columns: one line an offer is quicker to walk than eight columns.
fn read_rows(segment: &SegmentReader) -> Result<Vec<Row>, OpenError> {
    let columns = segment.fast_fields();
    let numbers = |name: &str| columns.u64(name).map(|column| column.first_or_default_col(0));
    let days = |name: &str| columns.i64(name).map(|column| column.first_or_default_col(0));
    let (high, low) = (numbers("id_high")?, numbers("id_low")?);
    let (published, expires) = (days("published")?, days("expires")?);
    let values =
        [numbers("contract")?, numbers("city_value")?, numbers("occupation_value")?, numbers("remote")?];
    let row = |doc: u32| Row {
        id: u128::from(high.get_val(doc)) << 64 | u128::from(low.get_val(doc)),
        published: published.get_val(doc) as i32,
        expires: expires.get_val(doc) as i32,
        values: std::array::from_fn(|dimension| values[dimension].get_val(doc) as u32),
    };
    Ok((0..segment.max_doc()).map(row).collect())
}
