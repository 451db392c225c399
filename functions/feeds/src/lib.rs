//! Offers are fetched from where partners put them: over HTTPS or SFTP, when they are due or when a member asks.
//!
//! A file that is new is handed to an import exactly as a member's upload is, and the function `offers` does the rest. One that is
//! not is told by its server's validators, or by its SHA-256. Whom a feed may reach is decided at the address that is connected to.

pub mod approval;
pub mod body;
pub mod changes;
pub mod credentials;
pub mod pull;
pub mod routes;
pub mod run;
pub mod tick;
pub mod turns;
pub mod view;

use vivier_outside::Outside;
use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's database, bucket and secrets, the registry.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// Whom feeds may reach.
    pub outside: Outside,
}

impl App {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, StartError> {
        let outside = Outside::from_env()?;
        Ok(Self { tenancy: tenancy_from_env()?, clock: Clock::System, outside })
    }
}
