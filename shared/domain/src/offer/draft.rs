//! From a row of an import to the content of an offer.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fields::{self, ErrorCode, FieldError, Reader};
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

/// A place on Earth, in millionths of a degree (WGS 84): whole numbers, so that equal places are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Millionths of a degree to the north.
    pub latitude: i32,
    /// Millionths of a degree to the east.
    pub longitude: i32,
}

impl Position {
    /// From degrees; `None` outside of 90 and 180 degrees.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let within = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        within.then(|| Self {
            latitude: (latitude * 1e6).round() as i32,
            longitude: (longitude * 1e6).round() as i32,
        })
    }

    /// Degrees to the north and to the east.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.latitude) / 1e6, f64::from(self.longitude) / 1e6)
    }
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
mod tests {
    use super::*;

    const ROW: [(&str, &str); 23] = [
        ("reference", "A-1"),
        ("title", " Développeur Rust (H/F) "),
        ("description", "Une équipe.\r\nUn produit."),
        ("company", "Atelier du Port"),
        ("city", "Nantes"),
        ("postal_code", "44000"),
        ("country", "fr"),
        ("contract", "CDI"),
        ("occupation_code", "m1805"),
        ("occupation", "Études et développement informatique"),
        ("remote", "hybride"),
        ("salary_min", "38 000"),
        ("salary_max", "45000.00"),
        ("salary_period", "an"),
        ("published_on", "2026-03-31"),
        ("expires_on", "30/04/2026"),
        ("url", "https://emploi.example/a-1"),
        ("skills", "Rust| SQL ||Rust"),
        ("working_time", "Temps plein"),
        ("experience_years", "2"),
        ("education_level", "Bac+5"),
        ("latitude", "47,218371"),
        ("longitude", "-1.553621"),
    ];

    fn read(changes: &[(&str, &str)]) -> Result<OfferDraft, Vec<FieldError>> {
        OfferDraft::from_fields(&|name| {
            let find = |row: &[(&str, &str)]| {
                row.iter().find(|(column, _)| *column == name).map(|(_, text)| text.to_string())
            };
            find(changes).or_else(|| find(&ROW)).map(Cow::Owned)
        })
    }

    #[test]
    fn a_full_row_is_read() {
        let draft = read(&[]).unwrap();
        assert_eq!(draft.title, "Développeur Rust (H/F)");
        assert_eq!(draft.description, "Une équipe.\nUn produit.");
        assert_eq!(draft.country, "FR");
        assert_eq!(draft.occupation_code.as_deref(), Some("M1805"));
        assert_eq!((draft.salary_min, draft.salary_max), (Some(38_000), Some(45_000)));
        assert_eq!(draft.expires_on, Some(jiff::civil::date(2026, 4, 30)));
        assert_eq!(draft.skills, ["Rust", "SQL"]);
        assert_eq!((draft.working_time, draft.experience_years), (Some(WorkingTime::Full), Some(2)));
        assert_eq!(draft.education_level, Some(7));
        assert_eq!(draft.position, Some(Position { latitude: 47_218_371, longitude: -1_553_621 }));
    }

    #[test]
    fn six_columns_are_enough() {
        let required = ["reference", "title", "description", "city", "contract", "published_on"];
        let blank: Vec<_> = COLUMNS.iter().filter(|c| !required.contains(c)).map(|c| (*c, " ")).collect();
        let draft = read(&blank).unwrap();
        assert_eq!((draft.country.as_str(), draft.remote), ("FR", Remote::None));
    }

    #[test]
    fn each_fault_has_its_column_and_code() {
        let long = "é".repeat(201);
        let many = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join("|");
        for (column, value, code) in [
            ("reference", "", ErrorCode::Missing),
            ("reference", long.as_str(), ErrorCode::TooLong),
            ("title", "\t \n", ErrorCode::Missing),
            ("title", "a\u{0}b", ErrorCode::ControlCharacter),
            ("description", "a\u{1b}[31m", ErrorCode::ControlCharacter),
            ("city", "", ErrorCode::Missing),
            ("country", "ZZ", ErrorCode::InvalidCode),
            ("contract", "", ErrorCode::Missing),
            ("contract", "esclavage", ErrorCode::UnknownValue),
            ("occupation_code", "M18", ErrorCode::InvalidCode),
            ("remote", "peut-être", ErrorCode::UnknownValue),
            ("salary_min", "douze", ErrorCode::InvalidNumber),
            ("salary_min", "11.88", ErrorCode::InvalidNumber),
            ("salary_min", "-1", ErrorCode::InvalidNumber),
            ("salary_max", "99999999999", ErrorCode::InvalidNumber),
            ("salary_max", "1", ErrorCode::OutOfOrder),
            ("salary_period", "", ErrorCode::Missing),
            ("published_on", "31-03-2026", ErrorCode::InvalidDate),
            ("published_on", "2026-02-30", ErrorCode::InvalidDate),
            ("expires_on", "2026-01-01", ErrorCode::OutOfOrder),
            ("url", "javascript:alert(1)", ErrorCode::InvalidUrl),
            ("url", "https://", ErrorCode::InvalidUrl),
            ("url", "https://site.example@evil.example/", ErrorCode::InvalidUrl),
            ("skills", many.as_str(), ErrorCode::TooMany),
            ("working_time", "parfois", ErrorCode::UnknownValue),
            ("experience_years", "51", ErrorCode::InvalidNumber),
            ("experience_years", "beaucoup", ErrorCode::InvalidNumber),
            ("education_level", "9", ErrorCode::UnknownValue),
            ("latitude", "90.1", ErrorCode::InvalidNumber),
            ("latitude", "NaN", ErrorCode::InvalidNumber),
            ("longitude", "", ErrorCode::Missing),
        ] {
            assert_eq!(
                read(&[(column, value)]),
                Err(vec![FieldError { field: column, code }]),
                "{column} {code}"
            );
        }
    }

    #[test]
    fn all_faults_come_at_once_and_without_the_values() {
        let errors = read(&[("title", ""), ("contract", "secret"), ("url", "ftp://secret")]).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["title", "contract", "url"]);
        assert!(!format!("{errors:?}").contains("secret"));
    }

    #[test]
    fn an_instant_is_its_own_day() {
        for text in ["2026-03-31T23:30:00+02:00", "2026-03-31T10:00:00Z", "2026-03-31 10:00:00"] {
            let draft = read(&[("published_on", text)]).unwrap();
            assert_eq!(draft.published_on, jiff::civil::date(2026, 3, 31), "{text}");
        }
    }

    #[test]
    fn the_hash_follows_every_column() {
        let before = read(&[]).unwrap().content_hash();
        assert_eq!(before, read(&[("title", "De\u{301}veloppeur Rust (H/F)")]).unwrap().content_hash());
        for (column, value) in [
            ("reference", "A-2"),
            ("title", "Développeuse Rust (H/F)"),
            ("description", "Une équipe."),
            ("company", ""),
            ("city", "Rezé"),
            ("postal_code", "44400"),
            ("country", "BE"),
            ("contract", "CDD"),
            ("occupation_code", "M1806"),
            ("occupation", "Développement"),
            ("remote", "non"),
            ("salary_min", "38001"),
            ("salary_max", "45001"),
            ("salary_period", "mois"),
            ("published_on", "2026-03-30"),
            ("expires_on", ""),
            ("url", "https://emploi.example/a-2"),
            ("skills", "SQL|Rust"),
            ("working_time", "partiel"),
            ("experience_years", "0"),
            ("education_level", "6"),
            ("latitude", "47.218372"),
            ("longitude", "-1.553622"),
        ] {
            assert_ne!(before, read(&[(column, value)]).unwrap().content_hash(), "{column}");
        }
    }
}
