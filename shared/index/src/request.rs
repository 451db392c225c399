//! What a search asks for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::offer::{Contract, Remote};

use crate::cursor::Fingerprint;

/// The most offers a page may hold.
pub const MAX_LIMIT: usize = 100;
/// The offers a page holds when nobody says.
pub const DEFAULT_LIMIT: usize = 20;

/// A search for offers. Within a filter the values are alternatives; different filters all apply.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// Free text as typed; anything is accepted. `-word` leaves out the offers that have the word.
    pub q: String,
    /// Kinds of contract.
    pub contract: Vec<Contract>,
    /// Cities by name, whatever the case and accents.
    pub city: Vec<String>,
    /// Occupations by ROME code, or by name where an offer has no code.
    pub occupation: Vec<String>,
    /// Amounts of remote work.
    pub remote: Vec<Remote>,
    /// Offers published on this day or later.
    pub published_since: Option<Date>,
    /// The order of the hits.
    pub sort: Sort,
    /// Hits a page, brought into `1..=MAX_LIMIT`.
    pub limit: usize,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// The day of the search: offers that expired before it are hidden.
    pub today: Date,
    /// Whose index this is; binds cursors to their tenant.
    pub tenant: Fingerprint,
}

impl SearchRequest {
    /// A search for everything that is open on `today`.
    pub fn new(tenant: Fingerprint, today: Date) -> Self {
        Self {
            q: String::new(),
            contract: Vec::new(),
            city: Vec::new(),
            occupation: Vec::new(),
            remote: Vec::new(),
            published_since: None,
            sort: Sort::default(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            today,
            tenant,
        }
    }
}

/// The order of the hits. Equal hits follow the day of publication, newest first, then their identifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best match first; without words to match, newest first.
    #[default]
    Relevance,
    /// Newest first.
    Date,
}
