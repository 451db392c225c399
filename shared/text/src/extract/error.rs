//! Why a file has no text, in terms a person can act on.

use serde::{Deserialize, Serialize};

/// Why no text came out of a file. Carries nothing of the file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExtractError {
    /// A format that is not read.
    #[error("the file's format is not supported")]
    Unsupported,
    /// The bytes are of another format than the media type or the file name says.
    #[error("the file's content is not of the format it is declared as")]
    Mismatch,
    /// A password is needed.
    #[error("the file is protected by a password")]
    Encrypted,
    /// The bytes break the rules of their format.
    #[error("the file is damaged")]
    Corrupt,
    /// More bytes, text, rows or pages than are read.
    #[error("the file is too large")]
    TooLarge,
    /// No text, only images perhaps: it needs optical character recognition.
    #[error("the file holds no text")]
    NoText,
    /// Reading took longer than allowed.
    #[error("the file took too long to read")]
    TimedOut,
    /// Reading needed more memory than allowed.
    #[error("the file needed too much memory to read")]
    OutOfMemory,
    /// The reader broke down on this file.
    #[error("the file could not be read")]
    Crashed,
    /// The reader could not be started: `PDFIUM_PATH` names no library, or no process could be made. Not the file's fault.
    #[error("the reader of this format is not available")]
    Unavailable,
}

impl ExtractError {
    /// A stable code for clients and for stored records.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Mismatch => "mismatch",
            Self::Encrypted => "encrypted",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too_large",
            Self::NoText => "no_text",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Crashed => "crashed",
            Self::Unavailable => "unavailable",
        }
    }

    /// Whether another try on the same file may end differently.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::TimedOut | Self::OutOfMemory | Self::Crashed | Self::Unavailable)
    }
}
