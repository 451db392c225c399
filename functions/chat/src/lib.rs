//! chat

pub mod question;
pub mod words;
