//! From a row of an import to the content of an offer.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fields::{self, ErrorCode, FieldError, Reader};
use super::position::Position;
use super::terms::{Contract, Remote, SalaryPeriod, WorkingTime};

/// The columns of an import, as a CSV header or JSON keys name them.
pub const COLUMNS: [&str; 23] = [
    "reference",
    "title",
    "description",
    "company",
    "city",
    "postal_code",
    "country",
    "contract",
    "occupation_code",
    "occupation",
    "remote",
    "salary_min",
    "salary_max",
    "salary_period",
    "published_on",
    "expires_on",
    "url",
    "skills",
    "working_time",
    "experience_years",
    "education_level",
    "latitude",
    "longitude",
];

/// Between the skills of a CSV field.
const SKILL_SEPARATOR: char = '|';
const MAX_REFERENCE_CHARS: usize = 200;
const MAX_SKILLS: usize = 50;
const MAX_SKILL_CHARS: usize = 100;

/// The checked content of an offer, before it has an identifier of ours. Lengths are in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDraft {
    /// The tenant's own identifier of the offer, at most 200.
    pub reference: String,
    /// At most 300.
    pub title: String,
    /// Plain text with `\n` line ends, at most 20 000.
    pub description: String,
    /// At most 200.
    pub company: Option<String>,
    /// At most 120.
    pub city: String,
    /// At most 12.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2; `FR` where the feed names none.
    pub country: String,
    /// What binds the employer and the person.
    pub contract: Contract,
    /// A code of the ROME, such as `M1805`.
    pub occupation_code: Option<String>,
    /// The occupation in words, at most 200.
    pub occupation: Option<String>,
    /// [`Remote::None`] where the feed says nothing.
    pub remote: Remote,
    /// Whole euros for a `salary_period`.
    pub salary_min: Option<u32>,
    /// Whole euros for a `salary_period`, not below `salary_min`.
    pub salary_max: Option<u32>,
    /// Always given when one of the bounds is.
    pub salary_period: Option<SalaryPeriod>,
    /// The day the offer was published.
    pub published_on: Date,
    /// The last day the offer is shown, not before `published_on`.
    pub expires_on: Option<Date>,
    /// Where to apply: `https` or `http`, at most 2 000.
    pub url: Option<String>,
    /// At most 50 of at most 100 each, without repeats.
    pub skills: Vec<String>,
    /// How much of the week is worked, where the feed says so.
    pub working_time: Option<WorkingTime>,
    /// Years of experience that are asked for, at most 50; 0 where beginners are welcome.
    pub experience_years: Option<u8>,
    /// The education that is asked for, as a level of the French framework of qualifications: 3 (CAP) to 8 (doctorate).
    pub education_level: Option<u8>,
    /// Degrees north and east (WGS 84) of the place of work, where the feed gives both; otherwise the city tells.
    pub position: Option<Position>,
}

impl OfferDraft {
    /// Reads and checks a row. `lookup` answers a column's name (see [`COLUMNS`]) with its text; blank is absent.
    ///
    /// # Errors
    /// Everything that is wrong with the row, at most a few entries a column.
    pub fn from_fields<'v>(lookup: &dyn Fn(&str) -> Option<Cow<'v, str>>) -> Result<Self, Vec<FieldError>> {
        let mut row = Reader::new(lookup);
        let reference = row.text("reference", MAX_REFERENCE_CHARS);
        let reference = row.required("reference", reference);
        let title = row.text("title", 300);
        let title = row.required("title", title);
        let description = row.paragraphs("description", 20_000);
        let description = row.required("description", description);
        let company = row.text("company", 200);
        let city = row.text("city", 120);
        let city = row.required("city", city);
        let postal_code = row.text("postal_code", 12);
        let country = row.parsed("country", ErrorCode::InvalidCode, fields::country);
        let contract = row.term("contract");
        let contract = row.required("contract", contract);
        let occupation_code = row.parsed("occupation_code", ErrorCode::InvalidCode, fields::rome);
        let occupation = row.text("occupation", 200);
        let remote = row.term("remote").unwrap_or(Remote::None);
        let salary_min = row.parsed("salary_min", ErrorCode::InvalidNumber, fields::euros);
        let salary_max = row.parsed("salary_max", ErrorCode::InvalidNumber, fields::euros);
        let mut salary_period = row.term("salary_period");
        if salary_min.is_some() || salary_max.is_some() {
            // 2 000 euros mean something else an hour than a month: guessing would mislead candidates.
            salary_period = row.required("salary_period", salary_period);
        }
        if let (Some(min), Some(max)) = (salary_min, salary_max)
            && max < min
        {
            row.refuse("salary_max", ErrorCode::OutOfOrder);
        }
        let published_on = row.parsed("published_on", ErrorCode::InvalidDate, fields::date);
        let published_on = row.required("published_on", published_on);
        let expires_on = row.parsed("expires_on", ErrorCode::InvalidDate, fields::date);
        if let (Some(first), Some(last)) = (published_on, expires_on)
            && last < first
        {
            row.refuse("expires_on", ErrorCode::OutOfOrder);
        }
        let url = row.parsed("url", ErrorCode::InvalidUrl, fields::url);
        let skills = read_skills(&mut row);
        let working_time = row.term("working_time");
        let experience_years = row.parsed("experience_years", ErrorCode::InvalidNumber, fields::years);
        let education_level = row.parsed("education_level", ErrorCode::UnknownValue, fields::education);
        let position = read_position(&mut row);

        let errors = row.into_errors();
        match (reference, title, description, city, contract, published_on) {
            (
                Some(reference),
                Some(title),
                Some(description),
                Some(city),
                Some(contract),
                Some(published_on),
            ) if errors.is_empty() => Ok(Self {
                reference,
                title,
                description,
                company,
                city,
                postal_code,
                country: country.unwrap_or_else(|| "FR".to_owned()),
                contract,
                occupation_code,
                occupation,
                remote,
                salary_min,
                salary_max,
                salary_period,
                published_on,
                expires_on,
                url,
                skills,
                working_time,
                experience_years,
                education_level,
                position,
            }),
            _ => Err(errors),
        }
    }

    /// The reference alone, as [`Self::from_fields`] would read it: a row that is refused still says whose it is.
    pub fn reference_from_fields<'v>(lookup: &dyn Fn(&str) -> Option<Cow<'v, str>>) -> Option<String> {
        Reader::new(lookup).text("reference", MAX_REFERENCE_CHARS)
    }

    /// SHA-256 of every field in the order of [`COLUMNS`]: equal exactly when nothing changed.
    pub fn content_hash(&self) -> [u8; 32] {
        let number = |value: Option<u32>| value.map(|euros| euros.to_string());
        let fields: [Option<Cow<'_, str>>; 22] = [
            Some((&self.reference).into()),
            Some((&self.title).into()),
            Some((&self.description).into()),
            self.company.as_deref().map(Into::into),
            Some((&self.city).into()),
            self.postal_code.as_deref().map(Into::into),
            Some((&self.country).into()),
            Some(self.contract.as_str().into()),
            self.occupation_code.as_deref().map(Into::into),
            self.occupation.as_deref().map(Into::into),
            Some(self.remote.as_str().into()),
            number(self.salary_min).map(Into::into),
            number(self.salary_max).map(Into::into),
            self.salary_period.map(|period| period.as_str().into()),
            Some(self.published_on.to_string().into()),
            self.expires_on.map(|day| day.to_string().into()),
            self.url.as_deref().map(Into::into),
            self.working_time.map(|time| time.as_str().into()),
            number(self.experience_years.map(u32::from)).map(Into::into),
            number(self.education_level.map(u32::from)).map(Into::into),
            self.position.map(|position| position.latitude.to_string().into()),
            self.position.map(|position| position.longitude.to_string().into()),
        ];
        let skills = self.skills.iter().map(|skill| Some(skill.as_str().into()));
        let mut hash = Sha256::new();
        for field in fields.into_iter().chain(skills) {
            // The length before each value keeps neighbours apart; absent is not empty.
            match field {
                Some(value) => {
                    hash.update([1]);
                    hash.update((value.len() as u64).to_be_bytes());
                    hash.update(value.as_bytes());
                }
                None => hash.update([0]),
            }
        }
        hash.finalize().into()
    }
}

/// Both halves or none; a lone one is refused as missing its other half.
fn read_position(row: &mut Reader<'_, '_>) -> Option<Position> {
    let latitude = row.parsed("latitude", ErrorCode::InvalidNumber, |text| fields::degrees(text, 90.0));
    let longitude = row.parsed("longitude", ErrorCode::InvalidNumber, |text| fields::degrees(text, 180.0));
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Position::from_degrees(latitude, longitude),
        (Some(_), None) => row.required("longitude", None),
        (None, Some(_)) => row.required("latitude", None),
        (None, None) => None,
    }
}

fn read_skills(row: &mut Reader<'_, '_>) -> Vec<String> {
    let field = "skills";
    let Some(joined) = row.text(field, MAX_SKILLS * (MAX_SKILL_CHARS + 1)) else { return Vec::new() };
    let mut skills: Vec<String> = Vec::new();
    for skill in joined.split(SKILL_SEPARATOR).map(str::trim).filter(|skill| !skill.is_empty()) {
        if !skills.iter().any(|known| known == skill) {
            skills.push(skill.to_owned());
        }
    }
    if skills.len() > MAX_SKILLS {
        row.refuse(field, ErrorCode::TooMany);
    } else if skills.iter().any(|skill| skill.chars().nth(MAX_SKILL_CHARS).is_some()) {
        row.refuse(field, ErrorCode::TooLong);
    }
    skills
}

#[cfg(test)]
mod tests;
