//! What a search asks for.

use std::{collections::HashSet, sync::Arc};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::ids::OfferId;
use vivier_domain::offer::{Contract, Position, Remote, UnknownTerm, WorkingTime};

use crate::cursor::Fingerprint;
use crate::query::FieldWeights;
use crate::rank::Weights;
use crate::row::{EXPERIENCE, SALARY, salary_code};
use crate::synonyms::Synonyms;

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
    /// How much of the week is worked.
    pub working_time: Vec<WorkingTime>,
    /// Years of experience asked for.
    pub experience: Vec<Experience>,
    /// Levels of education asked for, 3 to 8.
    pub education: Vec<u8>,
    /// Employers by name, whatever the case and accents.
    pub company: Vec<String>,
    /// Departments by code.
    pub department: Vec<String>,
    /// Regions by code.
    pub region: Vec<String>,
    /// Families of occupations: the first three characters of a ROME code.
    pub family: Vec<String>,
    /// Bands of gross euros a year that the offer begins in.
    pub salary: Vec<SalaryBand>,
    /// Gross euros a year that the offer reaches.
    pub salary_min: Option<u32>,
    /// Gross euros a year that the offer does not begin above.
    pub salary_max: Option<u32>,
    /// Only offers around a place.
    pub within: Option<Circle>,
    /// Offers published on this day or later.
    pub published_since: Option<Date>,
    /// Only these offers, where it is set; a circle is then not drawn wider for want of offers.
    pub among: Option<Arc<HashSet<OfferId>>>,
    /// What the words of `q` mean: the vector of the model that [`crate::SearchIndex::model`] names. Without it, words alone
    /// decide.
    pub vector: Option<Vec<f32>>,
    /// What says the same as what is typed.
    pub synonyms: Arc<Synonyms>,
    /// What counts how much.
    pub weights: Weights,
    /// What a word counts in each field.
    pub fields: FieldWeights,
    /// Whether offers that say the same all stand for themselves.
    pub duplicates: bool,
    /// Whether each hit says why it stands where it does.
    pub explain: bool,
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
            working_time: Vec::new(),
            experience: Vec::new(),
            education: Vec::new(),
            company: Vec::new(),
            department: Vec::new(),
            region: Vec::new(),
            family: Vec::new(),
            salary: Vec::new(),
            salary_min: None,
            salary_max: None,
            within: None,
            published_since: None,
            among: None,
            vector: None,
            synonyms: Arc::default(),
            weights: Weights::default(),
            fields: FieldWeights::default(),
            duplicates: false,
            explain: false,
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
    /// Nearest first; needs [`SearchRequest::within`], and is [`Self::Date`] without.
    Distance,
}

/// A circle on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Its middle.
    pub centre: Position,
    /// Its radius.
    pub radius_km: u32,
    /// Whether it is drawn wider, up to [`WIDEST_KM`], where it holds fewer than [`FEW`] offers.
    pub widen: bool,
}

/// The radius up to which a circle with few offers is widened.
pub const WIDEST_KM: u32 = 100;
/// Fewer offers than this are few.
pub const FEW: u64 = 10;

/// A band of yearly salaries, as facets give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SalaryBand(pub(crate) u32);

impl std::str::FromStr for SalaryBand {
    type Err = UnknownTerm;

    /// The codes that facets give, such as `20000-24999`.
    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        let band = (1..=SALARY.len() as u32).find(|band| salary_code(*band).as_deref() == Some(text));
        band.map(Self).ok_or(UnknownTerm)
    }
}

/// Years of experience that an offer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experience {
    /// None.
    None,
    /// Up to two.
    UpTo2,
    /// Three to five.
    UpTo5,
    /// Six or more.
    More,
}

impl std::str::FromStr for Experience {
    type Err = UnknownTerm;

    /// The codes that facets give: `0`, `1_2`, `3_5`, `6_plus`.
    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        let bands = [Self::None, Self::UpTo2, Self::UpTo5, Self::More];
        let band = EXPERIENCE.iter().zip(bands).find(|(code, _)| **code == text);
        band.map(|(_, band)| band).ok_or(UnknownTerm)
    }
}
