//! Reports (K5.6a): saved questions about a tenant's figures, answered on screen, as files and by mail.
//!
//! Figures come from what was counted when events were stored, in a query or two for each report. A file that is small is made while its
//! request waits, a large one by an invocation of its own. What is mailed goes to those who may read it at that moment.

pub mod arrival;
mod asked;
mod body;
mod brand;
mod contents;
mod mailing;
mod make;
mod progress;
mod rights;
pub mod routes;
mod schedule;
pub mod tick;
pub mod view;

use vivier_runtime::{Clock, StartError, tenancy_from_env};
use vivier_tenancy::{Tenancy, config::required};

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: both databases, records, people, the bucket, mails, tasks.
    pub tenancy: Tenancy,
    /// `BACK_OFFICE_ORIGIN`: where mails lead.
    pub back_office: String,
    /// The time.
    pub clock: Clock,
}

impl App {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, StartError> {
        let back_office = required("BACK_OFFICE_ORIGIN")?;
        Ok(Self { tenancy: tenancy_from_env()?, back_office, clock: Clock::System })
    }
}
