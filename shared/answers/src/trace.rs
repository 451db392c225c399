//! How an answer came about: what was found, what it scored, and why it was accepted or not. For members who may see it;
//! it holds ids and figures, no text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{decide::Evidence, rank::Ranked};

/// How an answer came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// How many pieces were asked.
    pub total: u64,
    /// The pieces that were found, the best first; the first ten were looked at closely.
    pub passages: Vec<TracedPassage>,
    /// What spoke for the best sentences; none where there were none.
    pub evidence: Option<Evidence>,
    /// The evidence weighed; above 0 it is answered at the usual caution.
    pub balance: Option<f32>,
    /// Whether that was enough.
    pub accepted: bool,
}

/// A piece that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TracedPassage {
    /// Its document.
    pub document_id: Uuid,
    /// The version of the document's file.
    pub version: u32,
    /// Its number in the document, from 0.
    pub chunk: u32,
    /// Its rank by meaning, from 1; none beyond the first twenty.
    pub by_meaning: Option<u32>,
    /// Its rank by words, from 1; none beyond the first twenty.
    pub by_words: Option<u32>,
    /// Cosine of its vector and the question's.
    pub cosine: f32,
    /// What its words weigh (Okapi BM25).
    pub weight: f32,
    /// Cosine of its nearest sentence and the question.
    pub nearest: f32,
    /// What all this comes to.
    pub score: f32,
}

impl From<&Ranked<'_>> for TracedPassage {
    fn from(ranked: &Ranked<'_>) -> Self {
        let found = ranked.passage.found;
        Self {
            document_id: found.document.as_uuid(),
            version: found.version,
            chunk: found.ordinal,
            by_meaning: found.by_meaning,
            by_words: found.by_words,
            cosine: found.cosine,
            weight: found.weight,
            nearest: ranked.nearest,
            score: ranked.score,
        }
    }
}
