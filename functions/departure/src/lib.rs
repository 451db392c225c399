//! A tenant leaves and takes everything along (K3.4a): all of its data as CSV and files, with what they mean and how they hang together; sixty
//! days and an alarm; a receipt that a member signs; and, once everything here was destroyed, a certificate.
//!
//! What goes into the bundle is what the databases' catalogue and the map of data name, so that a table that is new is in it without anybody's
//! thinking of it. This function reads and packs; it can destroy nothing: that is done by `tenants`, which no route leads to.

mod anonymise;
mod body;
mod certify;
pub mod command;
mod export;
mod meaning;
mod pack;
mod parts;
pub mod routes;
pub mod tick;

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's database, its rows of the shared one, its items, its bucket, its people, its keys.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// `VIVIER_STAGE`: the deployment, as certificates name it.
    pub stage: String,
}

impl App {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, StartError> {
        Ok(Self { tenancy: tenancy_from_env()?, clock: Clock::System, stage: required("VIVIER_STAGE")? })
    }
}
