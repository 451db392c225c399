//! Why a run of an import stopped before its end.

use vivier_index::BuildError;
use vivier_runtime::HandlerError;
use vivier_tenancy::{TenancyError, rooms::database::DatabaseError};
use vivier_threshold::NoRandomness;

use crate::rows::FileFault;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file cannot be used: the import fails, and no other run would fare better.
    #[error("the file cannot be used: {0}")]
    File(#[from] FileFault),
    /// The run was silent for too long and another may have taken the import up.
    #[error("the lease was lost")]
    Lost,
    /// A store failed; another run may fare better.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The index could not be built.
    #[error("the index could not be built")]
    Build(#[from] BuildError),
    /// The system gave no randomness for a key.
    #[error("no key could be made")]
    Key(#[from] NoRandomness),
    /// Places and occupations could not be read.
    #[error("what completes offers could not be read")]
    Reference(#[from] vivier_reference::ReferenceError),
    /// The model that makes vectors failed.
    #[error("the vector of an offer could not be made")]
    Embed(#[from] vivier_text::EmbedError),
    /// The task that builds the index ended without an answer.
    #[error("the build of the index ended without an answer")]
    Task(#[from] tokio::task::JoinError),
}

impl RunError {
    /// Whether something the run needs was out of reach. Another run fares better once it is back, however long that
    /// takes; anything else would go wrong again.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Tenancy(TenancyError::Cloud { .. }) => true,
            Self::Tenancy(TenancyError::Database(error)) => error.is_transient(),
            _ => false,
        }
    }
}

impl From<DatabaseError> for RunError {
    fn from(error: DatabaseError) -> Self {
        Self::Tenancy(error.into())
    }
}

impl From<RunError> for HandlerError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Tenancy(error) => Self::Tenancy(error),
            other => Self::other("an import stopped", other),
        }
    }
}
