//! One archive, checked and opened: an index is made of one or several.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Map, Value};
use tantivy::Index;
use tantivy::index::SegmentId;
use vivier_text::analysis;

use crate::archive::{self, CLOSED, Digest, FORMAT, MANIFEST, Manifest, OpenError};
use crate::directory::{ArchiveDirectory, META};
use crate::schema::schema;
use crate::suggest::Suggestions;
use crate::tables::{self, Tables};
use crate::vectors::Stored;
use crate::vocabulary::{self, Vocabulary};

/// An archive in memory. It never changes; indexes share it.
pub struct Part {
    pub(crate) directory: ArchiveDirectory,
    pub(crate) manifest: Manifest,
    /// Its segment; `None` where the engine wrote none.
    pub(crate) segment: Option<SegmentId>,
    pub(crate) tables: Tables,
    pub(crate) suggestions: Suggestions,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) vectors: Option<Arc<Stored>>,
    /// Offers of earlier archives that are closed.
    pub(crate) closed: Vec<u128>,
    sha256: Digest,
    meta: Map<String, Value>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Part {{ {}, {} offers }}", self.manifest.generation, self.manifest.offers)
    }
}

impl Part {
    /// Opens an archive. The bytes stay in memory as they are; nothing is unpacked.
    ///
    /// # Errors
    /// When the bytes are not those of `expected`, or not an archive that this version can read.
    pub fn open(bytes: Vec<u8>, expected: &Digest) -> Result<Self, OpenError> {
        if Digest::of(&bytes) != *expected {
            return Err(OpenError::Digest);
        }
        guarded(|| Self::open_checked(bytes, *expected))
    }

    /// Of its bytes.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    fn open_checked(bytes: Vec<u8>, sha256: Digest) -> Result<Self, OpenError> {
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
        if index.schema() != schema().0 {
            return Err(OpenError::Malformed("the schema is another"));
        }
        let segments = index.searchable_segment_metas()?;
        let (segment, offers) = match segments.as_slice() {
            [] => (None, 0),
            [one] => (Some(one.id()), one.num_docs()),
            _ => return Err(OpenError::Malformed("more than one segment")),
        };
        if u64::from(offers) != manifest.offers {
            return Err(OpenError::Malformed("the offers are not as many as it says"));
        }
        let vocabulary: Vocabulary =
            serde_json::from_slice(file(vocabulary::FILE)?).map_err(OpenError::Table)?;
        let vectors = Stored::read(offers as usize, |name| directory.slice(name))?.map(Arc::new);
        let closed = if manifest.changes { file(CLOSED)? } else { &[] };
        let (closed, rest) = closed.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(OpenError::Malformed("an identifier is cut off"));
        }
        let closed = closed.iter().map(|id| u128::from_be_bytes(*id)).collect();
        let meta = serde_json::from_slice(file(META)?).map_err(OpenError::Table)?;
        let vocabulary = Arc::new(vocabulary);
        Ok(Self {
            directory,
            manifest,
            segment,
            tables,
            suggestions,
            vocabulary,
            vectors,
            closed,
            sha256,
            meta,
        })
    }
}

/// Runs what trusts files where we cannot: a forged one must not end the process.
pub(crate) fn guarded<T>(open: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
    catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(OpenError::Malformed("the engine gave up on a file")))
}

/// The files of all parts as the engine sees them: one index of all their segments, in the order of the parts.
pub(crate) fn together(parts: &[Arc<Part>]) -> Result<ArchiveDirectory, OpenError> {
    const SEGMENTS: &str = "segments";
    let [first, others @ ..] = parts else { return Err(OpenError::Malformed("there is no archive")) };
    let mut meta = first.meta.clone();
    for other in others {
        let theirs = other.meta.get(SEGMENTS).and_then(Value::as_array).cloned();
        let all = meta.get_mut(SEGMENTS).and_then(Value::as_array_mut);
        let (Some(all), Some(theirs)) = (all, theirs) else {
            return Err(OpenError::Malformed("the engine's list of segments is another"));
        };
        all.extend(theirs);
    }
    let meta = serde_json::to_vec(&meta).map_err(OpenError::Table)?;
    Ok(ArchiveDirectory::union(parts.iter().map(|part| &part.directory), meta))
}
