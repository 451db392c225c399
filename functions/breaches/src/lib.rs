//! The register of breaches of personal data (K9.1f, M7; Art. 33 GDPR): what happened, whom it concerns, by what is counted; tenants told within a
//! day, by mail; what they decided about the authority, and the notification for it; and a timeline that shows when it was changed.
//!
//! It counts what tenants have and reads none of it. Of candidates nothing is written down: numbers, and operators' words about what happened.

mod affect;
mod body;
mod breach;
mod case;
mod chain;
pub mod command;
mod contents;
mod counting;
mod deadlines;
mod entry;
mod notification;
mod register;
pub mod routes;
mod shown;
mod tell;
pub mod tick;
mod words;

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the register, what is counted, the tenant's people, mails.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
    /// `BACK_OFFICE_ORIGIN`: where mails to members lead.
    pub back_office: String,
}

impl App {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, StartError> {
        let back_office = required("BACK_OFFICE_ORIGIN")?;
        Ok(Self { tenancy: tenancy_from_env()?, clock: Clock::System, back_office })
    }
}
