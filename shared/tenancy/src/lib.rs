//! The isolation library: the doors a tenant comes in by, and the rooms it may open.
//!
//! A [`TenantScope`] is proof that a door was passed. It has no public constructor and cannot be copied, parsed or
//! converted, so code that holds none can open no room, and code that holds one can open only that tenant's:
//!
//! ```compile_fail
//! use vivier_tenancy::TenantScope;
//! let scope = TenantScope { tenant: vivier_domain::ids::TenantId::generate() }; // its fields are private
//! ```
//! ```compile_fail
//! fn twice(scope: &vivier_tenancy::TenantScope) -> vivier_tenancy::TenantScope {
//!     Clone::clone(scope) // a scope cannot be cloned
//! }
//! ```
//! ```compile_fail
//! let scope: vivier_tenancy::TenantScope = serde_json::from_str("{}").unwrap(); // nor read from a body
//! ```
//! ```compile_fail
//! let id = vivier_domain::ids::TenantId::generate();
//! let scope = vivier_tenancy::TenantScope::from(id); // an id opens nothing
//! ```
//! ```compile_fail
//! async fn all(tenancy: &vivier_tenancy::Tenancy, platform: &vivier_tenancy::PlatformScope) {
//!     tenancy.files(platform).await.unwrap(); // the platform's scope opens no tenant's room
//! }
//! ```
//! ```compile_fail
//! async fn silo_is_not_pool(tx: &vivier_tenancy::rooms::SiloTx<'_>) -> &vivier_tenancy::rooms::PoolTx<'_> {
//!     tx // a transaction on a tenant's own database is not one on the shared database
//! }
//! ```
//!
//! What is refused there for want of a scope is granted with one:
//!
//! ```
//! use vivier_tenancy::{Tenancy, TenancyError, TenantScope, rooms::files::Files};
//! async fn own<'a>(tenancy: &Tenancy, scope: &'a TenantScope) -> Result<Files<'a>, TenancyError> {
//!     tenancy.files(scope).await
//! }
//! ```
//!
//! Behind the types stand two more locks, each enough alone: row security in the shared database, and AWS
//! credentials that name one tenant's resources.

mod clients;
mod cloud;
mod condition;
pub mod config;
mod credentials;
pub mod doors;
mod hex;
pub mod names;
pub mod provisioning;
pub mod registry;
pub mod rooms;
mod scope;
mod tenancy;

pub use cloud::{Cloud, REGIONS};
pub use scope::{Forbidden, Member, Office, PlatformScope, TenantScope};
pub use tenancy::{Tenancy, TenancyError};
