//! What a search answers.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::ids::OfferId;
use vivier_domain::offer::{Contract, Offer, Remote, SalaryPeriod, WorkingTime};

use crate::search::SearchError;
use crate::stored::StoredSummary;

/// One page of hits, and the facets of the whole search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct SearchPage {
    /// Offers that match, on all pages.
    pub total: u64,
    /// The offers of this page, in order.
    pub hits: Vec<Hit>,
    /// Counts to refine the search by.
    pub facets: Facets,
    /// The occupation that the text of the search means, and others near it; where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occupation: Option<MeantOccupation>,
    /// The place that was searched around, where the search named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The radius that was searched, where one was asked for; greater than asked where it held few offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_km: Option<u32>,
    /// The search as it was understood, where a word that no offer has was taken for a slip of the keyboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// Names this search where a hit of it is opened (`GET /v1/offers/{id}`), for two days at most; on further pages it is that of
    /// the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Opaque; absent on the last page.
    pub next_cursor: Option<String>,
}

/// An occupation of ROME that a search means.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MeantOccupation {
    /// Such as `J1506`.
    pub code: String,
    /// In words.
    pub label: String,
    /// How likely it is the right one, from 0 to 1.
    pub confidence: f32,
    /// Occupations near it of which there are offers, nearest first.
    pub related: Vec<RelatedOccupation>,
}

/// An occupation near another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RelatedOccupation {
    /// Such as `J1506`: for the filter `occupation`.
    pub code: String,
    /// In words.
    pub label: String,
}

/// An offer that matches.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// Which offer.
    #[serde(skip)]
    pub id: OfferId,
    /// The offer without its description.
    #[serde(flatten)]
    #[schema(value_type = OfferSummary)]
    pub offer: StoredSummary,
    /// Where the words of the search stand.
    pub highlight: Highlight,
    /// Kilometres from the place that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f32>,
    /// Offers that say the same, for which this one stands.
    #[serde(skip_serializing_if = "is_zero")]
    pub duplicates: u32,
    /// Why it stands where it does, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl SearchPage {
    /// The page as JSON. It is written here because this crate is compiled for speed.
    ///
    /// # Errors
    /// [`SearchError::Unwritten`] when the index is damaged.
    pub fn to_json(&self) -> Result<Vec<u8>, SearchError> {
        serde_json::to_vec(self).map_err(SearchError::Unwritten)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Why a hit stands where it does.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Reason {
    /// By which hits are ordered: the sum of the two parts, weighted.
    pub score: f32,
    /// How much of what the words could weigh at most they weigh in this offer; 0 to about 1.
    pub words: f32,
    /// How near the offer's meaning lies to that of the search: a cosine, or `null` where meaning was not compared.
    pub meaning: Option<f32>,
    /// How new the offer is: 1 on its first day, half of it two weeks later.
    pub recency: f32,
    /// The words of the search that the offer has, as they were typed.
    pub matched: Vec<String>,
}

/// Texts as safe HTML: everything is escaped, and what matched stands in `<mark>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlight {
    /// The whole title.
    pub title: String,
    /// The part of the description that matches best, or its beginning.
    pub description: String,
}

/// An offer as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferSummary {
    /// UUID version 7.
    pub id: Uuid,
    /// The company's own reference.
    pub reference: String,
    /// As published.
    pub title: String,
    /// The employer, where named.
    pub company: Option<String>,
    /// Where the work is.
    pub city: String,
    /// As the country writes it.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "FR")]
    pub country: String,
    /// One of `permanent`, `fixed_term`, `temporary`, `apprenticeship`, `internship`, `freelance`, `other`.
    #[schema(value_type = String, example = "permanent")]
    pub contract: Contract,
    /// ROME code.
    #[schema(example = "M1805")]
    pub occupation_code: Option<String>,
    /// The occupation in words.
    pub occupation: Option<String>,
    /// How likely the occupation is the right one, from 0 to 1, where the title told it; absent where the offer names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occupation_confidence: Option<f32>,
    /// One of `none`, `partial`, `full`.
    #[schema(value_type = String, example = "partial")]
    pub remote: Remote,
    /// Whole euros for the period.
    pub salary_min: Option<u32>,
    /// Whole euros for the period.
    pub salary_max: Option<u32>,
    /// One of `hour`, `month`, `year`.
    #[schema(value_type = Option<String>, example = "year")]
    pub salary_period: Option<SalaryPeriod>,
    /// The day of publication.
    pub published_on: Date,
    /// The last day the offer is shown.
    pub expires_on: Option<Date>,
    /// Where to apply.
    pub url: Option<String>,
    /// What the work asks for.
    pub skills: Vec<String>,
    /// One of `full`, `part`.
    #[schema(value_type = Option<String>, example = "full")]
    pub working_time: Option<WorkingTime>,
    /// Years of experience asked for; 0 where beginners are welcome.
    pub experience_years: Option<u8>,
    /// Level of the French framework of qualifications asked for: 3 (CAP) to 8 (doctorate).
    pub education_level: Option<u8>,
}

/// An offer in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferDetail {
    /// What lists show.
    #[serde(flatten)]
    pub summary: OfferSummary,
    /// Plain text.
    pub description: String,
}

impl From<Offer> for OfferDetail {
    fn from(Offer { id, content }: Offer) -> Self {
        Self {
            summary: OfferSummary {
                id: id.as_uuid(),
                reference: content.reference,
                title: content.title,
                company: content.company,
                city: content.city,
                postal_code: content.postal_code,
                country: content.country,
                contract: content.contract,
                occupation_code: content.occupation_code,
                occupation: content.occupation,
                occupation_confidence: None,
                remote: content.remote,
                salary_min: content.salary_min,
                salary_max: content.salary_max,
                salary_period: content.salary_period,
                published_on: content.published_on,
                expires_on: content.expires_on,
                url: content.url,
                skills: content.skills,
                working_time: content.working_time,
                experience_years: content.experience_years,
                education_level: content.education_level,
            },
            description: content.description,
        }
    }
}

/// How many offers each value would give, most frequent first. The counts of a facet respect the text and every
/// filter except the facet's own, so that a choice made can still be widened; what is chosen is listed also where it counts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facets {
    /// Values as in [`OfferSummary::contract`].
    pub contract: Vec<FacetCount>,
    /// Values as in [`OfferSummary::working_time`].
    pub working_time: Vec<FacetCount>,
    /// Years asked for: `0`, `1_2`, `3_5`, `6_plus`.
    pub experience: Vec<FacetCount>,
    /// Levels, 3 to 8.
    pub education: Vec<FacetCount>,
    /// Bands of gross euros a year by where the offer's range begins.
    pub salary: Vec<FacetCount>,
    /// At most 100 employers.
    pub company: Vec<FacetCount>,
    /// At most 100 cities.
    pub city: Vec<FacetCount>,
    /// Departments by code.
    pub department: Vec<FacetCount>,
    /// Regions by code.
    pub region: Vec<FacetCount>,
    /// At most 100 occupations.
    pub occupation: Vec<FacetCount>,
    /// Families of occupations, by the first three characters of their ROME codes.
    pub family: Vec<FacetCount>,
    /// Offers of the last 1, 3, 7, 14 and 30 days: the value is the first day, the label the number of days.
    pub published_since: Vec<FacetCount>,
    /// Values as in [`OfferSummary::remote`].
    pub remote: Vec<FacetCount>,
}

/// A value of a facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetCount {
    /// What to pass as the filter.
    pub value: String,
    /// The value as most offers write it.
    pub label: String,
    /// Offers that have it.
    pub count: u64,
}

/// A completion of what is being typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// As the offers write it.
    pub text: String,
    /// Which part of an offer it comes from.
    pub kind: SuggestionKind,
    /// Offers that had it when the index was built.
    pub offers: u32,
}

/// The parts of an offer that completions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// Job titles.
    Title,
    /// Occupations in words.
    Occupation,
    /// Employers.
    Company,
    /// Places of work.
    City,
}
