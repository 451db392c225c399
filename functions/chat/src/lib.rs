//! chat

pub mod words;
