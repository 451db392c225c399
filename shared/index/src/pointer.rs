//! Which archives an index is made of.
//!
//! Archives are immutable and large; the pointer is small and replaced as one object. Writing it after the archives
//! is what makes a publication atomic: readers see the old index or the new one, never a mixture.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::ids::GenerationId;
use vivier_threshold::Key;

use crate::archive::{Archive, Digest};

/// The key of the pointer in a tenant's bucket.
pub const POINTER_KEY: &str = "index/current.json";

/// The content of [`POINTER_KEY`], as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The archives, oldest first. What a later one says of an offer holds.
    pub archives: Vec<ArchiveRef>,
    /// All that decides what an offer becomes in an archive, beside the offer: changes can be added to archives that were made alike.
    pub made_with: String,
    /// When it became current.
    pub published_at: Timestamp,
    /// By which what candidates search for is collected without being readable: made with the first index, and handed on to each
    /// after it. Pointers of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queries: Option<Key>,
}

/// An archive of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveRef {
    /// Which one it is.
    pub generation: GenerationId,
    /// The key of the archive in the same bucket.
    pub key: String,
    /// SHA-256 of the archive, as 64 hexadecimal digits in JSON.
    pub sha256: Digest,
    /// Offers in it.
    pub offers: u64,
    /// Offers of earlier archives that it closes.
    pub closed: u64,
    /// Whether it holds what changed since the archives before it; otherwise it is a part of all offers.
    pub changes: bool,
    /// What the database held when the publication began: a snapshot, as it writes it. What changed later is not in it.
    pub until: String,
}

/// The content of a pointer object is not a pointer.
#[derive(Debug, thiserror::Error)]
#[error("the index pointer is not understood")]
pub struct PointerError(#[source] serde_json::Error);

impl ArchiveRef {
    /// Names `archive`, made of what the database held at `until`.
    pub fn to(archive: &Archive, until: &str) -> Self {
        let &Archive { generation, sha256, offers, closed, changes, .. } = archive;
        Self {
            generation,
            key: archive_key(generation),
            sha256,
            offers,
            closed,
            changes,
            until: until.to_owned(),
        }
    }
}

impl Pointer {
    /// The index that it names: that of its newest archive. `None` where it names none.
    pub fn generation(&self) -> Option<GenerationId> {
        self.archives.last().map(|archive| archive.generation)
    }

    /// Reads the content of [`POINTER_KEY`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, PointerError> {
        serde_json::from_slice(bytes).map_err(PointerError)
    }

    /// The key alone, also of a pointer that is not understood otherwise: what was collected by it would come to nothing without.
    pub fn key_in(bytes: &[u8]) -> Option<Key> {
        #[derive(Deserialize)]
        struct Keyed {
            queries: Key,
        }
        serde_json::from_slice::<Keyed>(bytes).ok().map(|keyed| keyed.queries)
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
