//! Which generation of an index is current.
//!
//! An archive is immutable and large; the pointer is small and replaced as one object. Writing it after the archive
//! is what makes a publication atomic: readers see the old index or the new one, never a mixture.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::ids::GenerationId;

use crate::archive::{Archive, Digest};

/// The key of the pointer in a tenant's bucket.
pub const POINTER_KEY: &str = "index/current.json";

/// The content of [`POINTER_KEY`], as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The generation that is current.
    pub generation: GenerationId,
    /// The key of its archive in the same bucket.
    pub key: String,
    /// SHA-256 of the archive, as 64 hexadecimal digits in JSON.
    pub sha256: Digest,
    /// Offers in it.
    pub offers: u64,
    /// When it became current.
    pub published_at: Timestamp,
}

/// The content of a pointer object is not a pointer.
#[derive(Debug, thiserror::Error)]
#[error("the index pointer is not understood")]
pub struct PointerError(#[source] serde_json::Error);

impl Pointer {
    /// The pointer that makes `archive` current.
    pub fn to(archive: &Archive, published_at: Timestamp) -> Self {
        Self {
            generation: archive.generation,
            key: archive_key(archive.generation),
            sha256: archive.sha256,
            offers: archive.offers,
            published_at,
        }
    }

    /// Reads the content of [`POINTER_KEY`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, PointerError> {
        serde_json::from_slice(bytes).map_err(PointerError)
    }

    /// The content of [`POINTER_KEY`].
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a pointer has no map and no float, so it is always JSON")
    }
}

/// The key of a generation's archive in a tenant's bucket.
pub fn archive_key(generation: GenerationId) -> String {
    format!("index/generations/{generation}.tar")
}
