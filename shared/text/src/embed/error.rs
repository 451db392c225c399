//! What can go wrong between a folder of weights and a vector.

use std::io;
use std::path::PathBuf;

/// Why a text has no vector. Messages name files, never the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// A file of the model is missing or cannot be read.
    #[error("model file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file of the model is not what its manifest or format says.
    #[error("model file {} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: &'static str,
    },
    /// The inference engine refused the network of the model.
    #[error("the encoder cannot be loaded")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The inference engine failed on an input.
    #[error("the encoder failed")]
    Run(#[source] Box<dyn std::error::Error + Send + Sync>),
}
