//! The files by which a tenant's search index is published, as whoever follows it reads them: the library that searches
//! knows no bucket, and the one that opens buckets knows no index.

use std::error::Error;

use crate::ids::GenerationId;

/// A stored file's content.
#[derive(Debug, Clone)]
pub struct File {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The entity tag; changes whenever the content does.
    pub etag: String,
}

/// The answer to "has it changed?".
#[derive(Debug, Clone)]
pub enum Fetched {
    /// It has the entity tag that was asked about.
    Unchanged,
    /// There is no such file.
    Missing,
    /// The content.
    Found(File),
}

/// One tenant's published index.
pub trait IndexFiles: Send + Sync + 'static {
    /// Why a file could not be read.
    type Error: Error + Send + Sync + 'static;

    /// Which index is current, or that it still is the one with the entity tag `known`.
    fn pointer(&self, known: Option<&str>) -> impl Future<Output = Result<Fetched, Self::Error>> + Send;

    /// An index's archive.
    fn archive(&self, generation: GenerationId) -> impl Future<Output = Result<Fetched, Self::Error>> + Send;
}
