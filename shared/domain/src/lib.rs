//! The words of the trade as types, and the rules that need no store to be checked.
//!
//! Nothing here does input or output: whatever a function, a store or a test must agree on stands here once.

pub mod document;
pub mod event;
pub mod ids;
pub mod import;
pub mod offer;
pub mod permission;
pub mod redacted;
pub mod retention;
pub mod tenant;
