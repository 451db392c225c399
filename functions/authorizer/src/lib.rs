//! Decides who calls: a candidate by publishable key or host name, a member by access token.
//!
//! It puts tenant, office, member and permissions into the request context; every function trusts that context and
//! nothing else. Whoever is not let in gets a 401 that says nothing more.

pub mod config;
mod decide;
mod decisions;
mod jwks;
mod request;
mod token;

pub use decide::{Authorizer, handle};
