//! What events of a search carry beside numbers.

use serde::{Deserialize, Serialize};

use crate::{ids::ProjectId, opaque::Opaque};

/// What a search is counted under. Two searches for the same text in one front office and month have the same tag, and nobody
/// who does not hold the tenant's key can tell which text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchContext {
    /// The front office.
    pub project: ProjectId,
    /// Names the search for as long as hits of it are opened.
    pub search: Opaque<12>,
    /// Stands for the text; none where there is none, or one that is never collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Opaque<16>>,
    /// The experiment that the visitor took part in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
}

/// A visitor's part in an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Stands for the two settings that are compared.
    pub experiment: Opaque<8>,
    /// By which of them was searched.
    pub variant: Variant,
}

/// One of the two settings of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Those that hold without the experiment.
    A,
    /// Those that are tried.
    B,
}

/// One visitor's share of a text: as many as `visitors` different ones open `sealed`, and fewer say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryShare {
    /// How many are needed.
    pub visitors: u16,
    /// Where the polynomial was looked at: the same for the same visitor and text.
    pub x: Opaque<32>,
    /// What it is there.
    pub y: Opaque<32>,
    /// The text, encrypted with what the shares give together, always of one length.
    pub sealed: Opaque<144>,
}
