//! A document's state on its way from upload to answers.

use serde::{Deserialize, Serialize};

/// The largest document, in bytes.
pub const MAXIMUM_BYTES: u64 = 50 * 1024 * 1024;

/// Where a document stands. `Ready` and `Failed` are final until it is uploaded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// The upload address was given out, or the file has just arrived.
    Received,
    /// Its text is being read.
    Extracting,
    /// Its pieces are being turned into vectors.
    Embedding,
    /// The chatbot answers from it.
    Ready,
    /// It cannot be used; the reason says why.
    Failed,
    /// Its files, pieces and vectors are being removed.
    Deleting,
}

impl DocumentStatus {
    /// The stable name, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Extracting => "extracting",
            Self::Embedding => "embedding",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
        }
    }
}
