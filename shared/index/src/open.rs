//! From an archive to an index that can be asked.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::{Index, IndexReader, ReloadPolicy};
use vivier_text::analysis;

use crate::archive::{self, Digest, FORMAT, MANIFEST, Manifest, OpenError};
use crate::directory::ArchiveDirectory;
use crate::row;
use crate::schema::schema;
use crate::search::SearchIndex;
use crate::suggest::Suggestions;
use crate::tables::{self, Tables};
use crate::vectors::Vectors;
use crate::vocabulary::{self, Vocabulary};

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
        let index = Index::open(directory.clone())?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return Err(OpenError::Malformed("the schema is another"));
        }
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let rows = match searcher.segment_readers() {
            [] => Vec::new(),
            [segment] => row::read(segment)?,
            _ => return Err(OpenError::Malformed("more than one segment")),
        };
        if rows.len() as u64 != manifest.offers || searcher.num_docs() != manifest.offers {
            return Err(OpenError::Malformed("the offers are not as many as it says"));
        }
        let vocabulary: Vocabulary =
            serde_json::from_slice(file(vocabulary::FILE)?).map_err(OpenError::Table)?;
        let vectors = Vectors::read(rows.len(), file)?;
        Ok(Self { reader, fields, manifest, rows, tables, suggestions, vocabulary, vectors })
    }
}
