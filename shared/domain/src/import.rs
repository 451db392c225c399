//! An import of offers: its state and its counts.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most offers one file may hold.
pub const MAXIMUM_OFFERS: u64 = 100_000;

/// The largest file, in bytes: 100 000 offers of 2.5 kB.
pub const MAXIMUM_BYTES: u64 = 256 * 1024 * 1024;

/// A text that names no format or status of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a term of an import")]
pub struct UnknownTerm;

/// The form of an import file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// RFC 4180 with a header line, UTF-8.
    Csv,
    /// One JSON object a line, UTF-8.
    Jsonl,
}

impl ImportFormat {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// The media type of an upload.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Jsonl => "application/x-ndjson",
        }
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// The upload address was given out; no file yet.
    AwaitingUpload,
    /// Rows are being read. A run that stops is taken up again when its lease ends.
    Running,
    /// Every good row is in and the index is published.
    Succeeded,
    /// The file as a whole could not be used and nothing changed, or every attempt to carry it out broke off.
    Failed,
}

impl ImportStatus {
    /// The stable name, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for ImportFormat {
    type Err = UnknownTerm;

    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        [Self::Csv, Self::Jsonl].into_iter().find(|format| format.as_str() == text).ok_or(UnknownTerm)
    }
}

impl FromStr for ImportStatus {
    type Err = UnknownTerm;

    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        let all = [Self::AwaitingUpload, Self::Running, Self::Succeeded, Self::Failed];
        all.into_iter().find(|status| status.as_str() == text).ok_or(UnknownTerm)
    }
}
