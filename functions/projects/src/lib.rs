//! What HR teams set up: projects with their products, the settings of projects and of the tenant, publishable keys,
//! and who reads CVs in our place.
//!
//! Settings are worked on in a draft that candidates never see, published as a whole, and rolled back as a whole. Every
//! change says which state it was made on, so that two people never overwrite each other unseen.

pub mod body;
pub mod keys;
pub mod products;
pub mod projects;
pub mod resume_parser;
pub mod routes;
pub mod schema;
pub mod settings;

use vivier_runtime::Clock;
use vivier_tenancy::Tenancy;

/// What the function holds from cold start on.
#[derive(Debug, Clone)]
pub struct App {
    /// The rooms it may open: the tenant's records, the registry with its doors, and who reads the tenant's CVs.
    pub tenancy: Tenancy,
    /// The time.
    pub clock: Clock,
}
