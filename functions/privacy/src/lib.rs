//! Persons ask for a copy of what is kept about them, for a correction, or that all of it goes (Articles 15 to 17 of the GDPR; K9.1d, M10).
//!
//! Requests only write down what is wanted; a schedule answers them. An erasure is complete when each store was looked at after it, by another
//! way than it was erased by, and held nothing: then, and only then, a signed receipt goes into a ledger that nothing takes away from.

mod body;
pub mod command;
mod copy;
mod limits;
mod mails;
mod marks;
mod notices;
mod page;
mod receipts;
mod replay;
pub mod routes;
mod stores;
pub mod tick;
mod work;

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's database, conversations and bucket, its people, its keys, the ledger, mails.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// Tenants' host names are under it; links in mails to persons lead there.
    pub domain: String,
    /// `BACK_OFFICE_ORIGIN`: where mails to members lead.
    pub back_office: String,
}

impl App {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, StartError> {
        let (domain, back_office) = (required("FRONT_OFFICE_DOMAIN")?, required("BACK_OFFICE_ORIGIN")?);
        Ok(Self { tenancy: tenancy_from_env()?, clock: Clock::System, domain, back_office })
    }
}
