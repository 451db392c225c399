//! The index from outside: what goes in, what is found.

mod archives;
mod cursors;
mod filters;
mod highlights;
mod suggestions;
mod support;
mod words;
