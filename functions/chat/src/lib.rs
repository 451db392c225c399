//! Answers candidates' questions from the tenant's documents.
//!
//! Finds pieces by meaning and by words, quotes the sentences that speak of what was asked, each bound to its document,
//! place and characters, or says that the documents do not answer. Nothing is made up: every word of an answer is quoted.
//! Keeps the conversation in the tenant's own table for as long as the tenant keeps conversations.

pub mod answer;
pub mod decide;
pub mod figure;
pub mod likeness;
pub mod passage;
pub mod question;
pub mod rank;
pub mod select;
pub mod texts;
pub mod words;
