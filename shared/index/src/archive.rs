//! A part of an index as one object: a tar of the engine's files, our tables and a manifest.
//!
//! What is read back came over a network from a store that others may write to, so everything is checked before the
//! engine sees it: the digest, the shape of the archive, the versions.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vivier_domain::ids::GenerationId;
use vivier_text::analysis;

/// Changes whenever an older reader could not read a newer archive.
pub(crate) const FORMAT: u32 = 4;
/// Changes whenever the same offers make another archive: its format, and how words are taken apart.
pub const VERSION: (u32, u32) = (FORMAT, analysis::VERSION);
pub(crate) const MANIFEST: &str = "manifest.json";
/// Offers of earlier archives that are closed: sixteen bytes each.
pub(crate) const CLOSED: &str = "closed.bin";
/// The engine writes about a dozen files; more is not an index.
const MAX_FILES: usize = 64;

/// A part of a search index, ready to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Archive {
    /// A tar.
    pub bytes: Vec<u8>,
    /// Which one this is.
    pub generation: GenerationId,
    /// Of `bytes`.
    pub sha256: Digest,
    /// Offers in it.
    pub offers: u64,
    /// Offers of earlier archives that it says are closed.
    pub closed: u64,
    /// Whether it holds what changed since earlier archives.
    pub changes: bool,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, generation, sha256, offers, closed, changes: _ } = self;
        write!(
            f,
            "Archive {{ {generation}, {sha256}, {offers} offers, {closed} closed, {} bytes }}",
            bytes.len()
        )
    }
}

/// A SHA-256. As text: 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in hexadecimal digits")]
pub struct InvalidDigest;

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let mut digest = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidDigest);
        }
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| InvalidDigest)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidDigest)?;
        }
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Why an archive cannot be searched. In every case the index before it can go on being served.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not the bytes that were published: cut off, mixed up or changed.
    #[error("the archive is not the one that was published")]
    Digest,
    /// Not an archive of an index.
    #[error("the archive is malformed: {0}")]
    Malformed(&'static str),
    /// The container cannot be read.
    #[error("the archive cannot be read")]
    Container(#[source] io::Error),
    /// A table in it cannot be read.
    #[error("a table of the archive cannot be read")]
    Table(#[source] serde_json::Error),
    /// Built for another version of this library: build it anew.
    #[error("the archive has format {format} and analysis {analysis}, which this version cannot read")]
    Version {
        /// The archive's format.
        format: u32,
        /// The archive's version of the analysis.
        analysis: u32,
    },
    /// The engine refuses its files.
    #[error("the engine cannot open the index")]
    Engine(#[from] tantivy::TantivyError),
}

/// What an archive says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) analysis: u32,
    pub(crate) generation: GenerationId,
    pub(crate) built_at: Timestamp,
    pub(crate) offers: u64,
    /// Whether it says what became of offers that archives before it hold.
    pub(crate) changes: bool,
}

/// Writes the files, by name, as one tar.
pub(crate) fn pack(files: &BTreeMap<String, Vec<u8>>) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::with_capacity(files.values().map(|file| file.len() + 1024).sum()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes.as_slice())?;
    }
    tar.into_inner()
}

/// Where each file of the tar stands in `bytes`.
pub(crate) fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Range<usize>>, OpenError> {
    let mut files = BTreeMap::new();
    let mut tar = tar::Archive::new(bytes);
    for entry in tar.entries().map_err(OpenError::Container)? {
        let entry = entry.map_err(OpenError::Container)?;
        let name = entry.path_bytes();
        let name = std::str::from_utf8(&name).map_err(|_| OpenError::Malformed("a file name is no text"))?;
        let plain =
            entry.header().entry_type().is_file() && !name.is_empty() && !name.contains(['/', '\\', '\0']);
        if !plain {
            return Err(OpenError::Malformed("something is not a plain file"));
        }
        let from = usize::try_from(entry.raw_file_position()).ok();
        let to = from.zip(usize::try_from(entry.size()).ok()).and_then(|(from, size)| from.checked_add(size));
        let (Some(from), Some(to)) = (from, to) else {
            return Err(OpenError::Malformed("a file has no place"));
        };
        if to > bytes.len() {
            return Err(OpenError::Malformed("a file is cut off"));
        }
        if files.len() == MAX_FILES || files.insert(name.to_owned(), from..to).is_some() {
            return Err(OpenError::Malformed("too many files, or one twice"));
        }
    }
    Ok(files)
}
