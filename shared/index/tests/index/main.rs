//! The index from outside: what goes in, what is found.

#![expect(clippy::unwrap_used, reason = "what fails in a test's helper fails the test")]

mod archives;
mod cursors;
mod filters;
mod french;
mod highlights;
mod meaning;
mod pages;
mod parts;
mod suggestions;
mod support;
mod words;
