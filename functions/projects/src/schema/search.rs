//! How a project's search engine finds, as the API's document describes it.

use serde::Serialize;
use utoipa::ToSchema;

/// How the search engine finds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// Groups of 2 to 20 words that mean the same, each of at most 60 characters.
    #[schema(max_items = 500, required = false)]
    pub synonyms: Vec<Vec<String>>,
    /// Words for which others are found as well, and not the other way round.
    #[schema(max_items = 500, required = false)]
    pub one_way: Vec<OneWay>,
    /// What weighs how much.
    #[schema(required = false)]
    pub weights: Weights,
    /// So many different visitors must have searched for a text within a month before a member reads it; 5 by default.
    #[schema(minimum = 5, maximum = 100, required = false)]
    pub query_visitors: u16,
    /// What is tried with a part of the visitors.
    #[schema(required = false)]
    pub experiment: Option<Experiment>,
}

/// Other settings, by which a part of the visitors searches, so that the two can be compared.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// So many of a hundred visitors.
    #[schema(minimum = 1, maximum = 99)]
    pub percent: u8,
    /// As the synonyms of the search engine.
    #[schema(max_items = 500, required = false)]
    pub synonyms: Vec<Vec<String>>,
    /// As the rules of one direction of the search engine.
    #[schema(max_items = 500, required = false)]
    pub one_way: Vec<OneWay>,
    /// As the weights of the search engine.
    #[schema(required = false)]
    pub weights: Weights,
}

/// Who searches `from` finds `to` as well.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneWay {
    /// A word, or several, as candidates type them.
    #[schema(min_length = 1, max_length = 60)]
    pub from: String,
    /// What is found as well.
    #[schema(min_items = 1, max_items = 19)]
    pub to: Vec<String>,
}

/// What counts how much, in percent. The first six: what a word counts in each field of an offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The title.
    #[schema(maximum = 1000, required = false)]
    pub title: u16,
    /// The occupation.
    #[schema(maximum = 1000, required = false)]
    pub occupation: u16,
    /// The skills.
    #[schema(maximum = 1000, required = false)]
    pub skills: u16,
    /// The company.
    #[schema(maximum = 1000, required = false)]
    pub company: u16,
    /// The place.
    #[schema(maximum = 1000, required = false)]
    pub city: u16,
    /// The text.
    #[schema(maximum = 1000, required = false)]
    pub description: u16,
    /// Of an offer's meaning, beside its words; 0 leaves it out.
    #[schema(maximum = 1000, required = false)]
    pub meaning: u16,
    /// Of having been published lately.
    #[schema(maximum = 1000, required = false)]
    pub recency: u16,
}
