//! The doors. Each reads something that only the platform can have written, and mints a scope from it.
//!
//! A request's body, query, path and headers are written by its sender and are never read here. The one exception names
//! no tenant: a caller's [`address`], from the end of `X-Forwarded-For`, which our own side wrote.

pub mod address;
pub mod admission;
pub mod file;
pub mod http;
pub mod operator;
pub mod schedule;
pub mod stream;
