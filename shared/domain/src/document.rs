//! A document's state on its way from upload to answers.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest document, in bytes.
pub const MAXIMUM_BYTES: u64 = 50 * 1024 * 1024;

/// A word that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status of a document")]
pub struct UnknownStatus;

/// Where a document stands. `Ready`, `Failed` and `NeedsOcr` are final until something else is asked of it.
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
    /// Its pages are images alone, and the tenant does not have them recognised.
    NeedsOcr,
    /// Its files, pieces and vectors are being removed.
    Deleting,
}

impl DocumentStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Extracting,
        Self::Embedding,
        Self::Ready,
        Self::Failed,
        Self::NeedsOcr,
        Self::Deleting,
    ];

    /// The stable name, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Extracting => "extracting",
            Self::Embedding => "embedding",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::NeedsOcr => "needs_ocr",
            Self::Deleting => "deleting",
        }
    }

    /// Whether nothing more is done by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Failed | Self::NeedsOcr)
    }
}

impl FromStr for DocumentStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_from_its_name() {
        for status in DocumentStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!("done".parse::<DocumentStatus>(), Err(UnknownStatus));
    }
}
