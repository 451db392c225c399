//! What can go wrong between the folder of set-up and an answer. Answers themselves cannot fail.

use std::io;
use std::path::PathBuf;

/// Why places or occupations could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A file is missing or cannot be read.
    #[error("reference file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A line is not what set-up writes.
    #[error("reference file {} is damaged in line {line}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What does not fit.
        reason: &'static str,
    },
}
