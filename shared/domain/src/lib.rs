//! The words of the trade as types, and the rules that need no store to be checked.
//!
//! Nothing here does input or output: whatever a function, a store or a test must agree on stands here once.

#[macro_use]
mod list;

pub mod alert;
pub mod conversation;
pub mod credential;
pub mod document;
pub mod entrance;
pub mod event;
pub mod feed;
pub mod ids;
pub mod import;
pub mod mail;
pub mod member;
pub mod network;
pub mod offer;
pub mod opaque;
pub mod origin;
pub mod password;
pub mod people;
pub mod permission;
pub mod privacy;
pub mod project;
pub mod published;
pub mod purpose;
pub mod redacted;
pub mod report;
pub mod resume_parser;
pub mod retention;
pub mod role;
pub mod settings;
pub mod task;
pub mod tenant;
pub mod test_run;
