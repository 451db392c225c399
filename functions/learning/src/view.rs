//! What the API says of a front office's searches.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::figures::{Comparison, SearchFigures};

/// What candidates searched for in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchQueries {
    /// The beginning of the period.
    pub from: Timestamp,
    /// Its end, itself not counted.
    pub to: Timestamp,
    /// So many different visitors must have searched for a text within a month for it to be listed, by today's settings.
    pub visitors: u16,
    /// All searches.
    pub total: SearchFigures,
    /// Texts without case and accents, the most frequent first.
    pub queries: Vec<QueryFigures>,
    /// All searches for what is not listed, and those without any text.
    pub others: SearchFigures,
    /// Where hits were opened, positions in order; 21 stands for whatever is further behind.
    pub positions: Vec<PositionClicks>,
}

/// A text with what came of its searches.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryFigures {
    /// The text.
    #[schema(example = "boulanger de nuit")]
    pub query: String,
    /// What came of it.
    #[serde(flatten)]
    pub figures: SearchFigures,
}

/// How often hits of a position were opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionClicks {
    /// The position, from 1.
    pub position: u32,
    /// How often.
    pub clicks: u64,
}

/// The experiments that visitors took part in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchExperiments {
    /// The beginning of the period.
    pub from: Timestamp,
    /// Its end, itself not counted.
    pub to: Timestamp,
    /// Each by itself: a change of either of the two settings, or of how many try, begins another.
    pub experiments: Vec<SearchExperiment>,
}

/// An experiment: A are the settings that hold, B those that are tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchExperiment {
    /// Stands for the two settings.
    #[schema(example = "q3ZQ1f0w2kE")]
    pub experiment: String,
    /// Whether it is the one that is published now.
    pub current: bool,
    /// What came of searches by A.
    pub a: SearchFigures,
    /// What came of searches by B.
    pub b: SearchFigures,
    /// The shares without results; null where one of the two was not searched by.
    pub no_result_rate: Option<Comparison>,
    /// The shares with a click; null where one of the two was not searched by.
    pub click_through_rate: Option<Comparison>,
}
