//! From what a candidate writes to what the tenant's documents say to it.
//!
//! Small talk and wishes for a job are told from questions, and a question that leans on the ones before is made whole. A
//! question is answered from pieces found by meaning and by words: the sentences that speak of what was asked are quoted, each
//! bound to its document, place and characters; or the answer is that the documents do not say. Nothing is made up: every
//! word of an answer is quoted.

pub mod answer;
pub mod decide;
pub mod likeness;
pub mod own_case;
pub mod passage;
pub mod phrase;
pub mod question;
pub mod rank;
pub mod retrieve;
pub mod select;
pub mod smalltalk;
pub mod sought;
pub mod trace;
pub mod turns;
pub mod wish;
pub mod words;
