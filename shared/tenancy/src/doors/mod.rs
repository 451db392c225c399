//! The doors. Each reads something that only the platform can have written, and mints a scope from it.
//!
//! A request's body, query, path and headers are written by its sender and are never read here.

pub mod file;
pub mod http;
pub mod operator;
pub mod schedule;
pub mod stream;
