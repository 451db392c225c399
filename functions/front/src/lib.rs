//! What a front office reads before it shows anything: how it is called, looks and speaks, and what it can do. And what
//! the API is, for whoever writes a front office or a back office.

pub mod document;
pub mod privacy;
pub mod routes;
pub mod view;

use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's records.
    pub tenancy: Tenancy,
}
