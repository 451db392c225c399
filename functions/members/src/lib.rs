//! The tenant's people (K6.2, K6.3): who is a member, with which role where, and what roles may do.
//!
//! Members are invited, never signed up. Their addresses live in the user pool; the projects table knows subjects,
//! states and grants. Every change is decided by `vivier_domain::people` on the whole roster, and stored only on that.

mod error;
mod invitation;
mod page;
mod removal;
mod roster;
pub mod routes;
mod suspension;
pub mod view;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: registry, records, people, mail.
    pub tenancy: Tenancy,
    /// `BACK_OFFICE_ORIGIN`: where invitations lead.
    pub back_office: String,
    /// The time.
    pub clock: Clock,
}
