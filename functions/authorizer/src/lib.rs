//! Decides who calls, and whether this request may go where it asks: a candidate by publishable key or host name, a
//! member by session cookie or access token.
//!
//! It puts tenant, office, project, member and permissions into the request context; every function trusts that context
//! and nothing else. Whoever is not known gets a 401 that says nothing more.

mod answer;
pub mod config;
mod csrf;
mod decide;
mod front;
mod headers;
mod jwks;
mod member;
mod memory;
mod pace;
mod request;
mod salt;
mod token;

pub use decide::{Authorizer, BuildError, handle};
