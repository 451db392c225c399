//! In and out of JSON Resume. Coming in, nothing is required and nothing is believed: what does not fit is left out, and
//! lists and texts are cut. This is how another parser's answer takes the place of ours.

use serde_json::{Map, Value, json};
use vivier_domain::redacted::Redacted;

use crate::moment::{End, Moment};
use crate::resume::{Basics, Education, Language, Location, Resume, Skill, Work};
use crate::{MAX_ENTRIES, MAX_VALUE};

impl Resume {
    /// Reads a CV in the shape of JSON Resume, however incomplete.
    pub fn from_json_resume(value: &Value) -> Self {
        let basics = &value["basics"];
        let location = &basics["location"];
        Self {
            basics: Basics {
                name: text(basics, "name"),
                email: text(basics, "email"),
                phone: text(basics, "phone"),
                location: Location {
                    city: text(location, "city"),
                    postal_code: text(location, "postalCode"),
                },
            },
            work: list(value, "work", work),
            education: list(value, "education", |entry| {
                Some(Education {
                    study_type: text(entry, "studyType"),
                    area: text(entry, "area"),
                    institution: text(entry, "institution"),
                    end: moment(entry, "endDate"),
                })
            }),
            skills: skills(value),
            languages: list(value, "languages", |entry| {
                Some(Language { language: text(entry, "language")?, fluency: text(entry, "fluency") })
            }),
        }
    }

    /// The CV in the shape of JSON Resume, every text in plain. The one way out of these types.
    pub fn to_json_resume(&self) -> Value {
        let location =
            object([("city", &self.basics.location.city), ("postalCode", &self.basics.location.postal_code)]);
        let mut basics = object([
            ("name", &self.basics.name),
            ("email", &self.basics.email),
            ("phone", &self.basics.phone),
        ]);
        basics.insert("location".into(), Value::Object(location));
        json!({
            "basics": basics,
            "work": self.work.iter().map(work_out).collect::<Vec<_>>(),
            "education": self.education.iter().map(education_out).collect::<Vec<_>>(),
            "skills": self.skills.iter().map(|skill| json!({ "name": skill.name.expose() })).collect::<Vec<_>>(),
            "languages": self.languages.iter().map(language_out).collect::<Vec<_>>(),
        })
    }
}

fn text(value: &Value, key: &str) -> Option<Redacted> {
    plain(value.get(key)?)
}

/// A text, cut and without what surrounds it; `None` for blank ones and what is no text.
fn plain(value: &Value) -> Option<Redacted> {
    let kept: String = value.as_str()?.trim().chars().take(MAX_VALUE).collect();
    (!kept.is_empty()).then(|| Redacted::new(kept))
}

fn moment(value: &Value, key: &str) -> Option<Moment> {
    Moment::from_iso(value.get(key)?.as_str()?)
}

fn list<T>(value: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let entries = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    entries.iter().take(MAX_ENTRIES).filter_map(read).collect()
}

fn work(entry: &Value) -> Option<Work> {
    let start = moment(entry, "startDate");
    let end = match moment(entry, "endDate") {
        Some(end) => End::At(end),
        // JSON Resume leaves the end of a present position out.
        None if start.is_some() => End::Present,
        None => End::Unsaid,
    };
    let work = Work {
        position: text(entry, "position"),
        name: text(entry, "name"),
        location: text(entry, "location"),
        start,
        end,
        summary: text(entry, "summary"),
        highlights: list(entry, "highlights", plain),
    };
    (work != Work::default()).then_some(work)
}

/// The names of skills, and the keywords that some writers put under them.
fn skills(value: &Value) -> Vec<Skill> {
    let nested = list(value, "skills", |entry| {
        let mut names: Vec<Redacted> = plain(entry).or_else(|| text(entry, "name")).into_iter().collect();
        names.extend(list(entry, "keywords", plain));
        Some(names)
    });
    nested.into_iter().flatten().take(MAX_ENTRIES).map(|name| Skill { name }).collect()
}

/// The values that are there.
fn object<const N: usize>(values: [(&str, &Option<Redacted>); N]) -> Map<String, Value> {
    let there = values.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
    there.map(|(key, value)| (key.to_owned(), Value::from(value.expose()))).collect()
}

fn work_out(work: &Work) -> Value {
    let mut found = object([
        ("position", &work.position),
        ("name", &work.name),
        ("location", &work.location),
        ("summary", &work.summary),
    ]);
    if let Some(start) = work.start {
        found.insert("startDate".into(), start.to_iso().into());
    }
    match work.end {
        End::At(end) => {
            found.insert("endDate".into(), end.to_iso().into());
        }
        // One date alone was a beginning and an end.
        End::Unsaid => {
            if let Some(start) = work.start {
                found.insert("endDate".into(), start.to_iso().into());
            }
        }
        End::Present => {}
    }
    let highlights: Vec<Value> = work.highlights.iter().map(|text| text.expose().into()).collect();
    found.insert("highlights".into(), highlights.into());
    Value::Object(found)
}

fn education_out(entry: &Education) -> Value {
    let mut found = object([
        ("studyType", &entry.study_type),
        ("area", &entry.area),
        ("institution", &entry.institution),
    ]);
    if let Some(end) = entry.end {
        found.insert("endDate".into(), end.to_iso().into());
    }
    Value::Object(found)
}

fn language_out(entry: &Language) -> Value {
    let mut found = object([("fluency", &entry.fluency)]);
    found.insert("language".into(), entry.language.expose().into());
    Value::Object(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_and_in_again() {
        let given = json!({
            "basics": { "name": "Alba Fictive", "email": "alba@example.org", "phone": "06 00 00 00 00",
                        "location": { "city": "Brest", "postalCode": "29200", "address": "12 rue des Essais" } },
            "work": [{ "position": "Soudeuse", "name": "Fer SA", "location": "Brest", "startDate": "2019-05",
                       "endDate": "2021", "summary": "S", "highlights": ["Soudage TIG"] },
                     { "position": "Ouvrière", "startDate": "2018", "highlights": [] }],
            "education": [{ "studyType": "CAP", "area": "Métaux", "institution": "Lycée", "endDate": "2017" }],
            "skills": [{ "name": "Soudage" }, { "name": "Plans", "keywords": ["DAO"] }, "Pliage"],
            "languages": [{ "language": "Anglais", "fluency": "B2" }],
        });
        let resume = Resume::from_json_resume(&given);
        let out = resume.to_json_resume();
        assert_eq!(Resume::from_json_resume(&out), resume);
        assert!(!out.to_string().contains("Essais"));
        assert_eq!(resume.skills.len(), 4);
        assert_eq!(resume.work[1].end, End::Present);
    }

    #[test]
    fn anything_is_read() {
        for given in [
            json!(null),
            json!([1, 2]),
            json!("text"),
            json!({ "basics": [], "work": { "position": 1 }, "skills": [null, 3, {}, [[]]], "languages": "Anglais" }),
            json!({ "work": [{ "startDate": 2019, "endDate": [], "highlights": [null, {}] }, 7] }),
        ] {
            assert_eq!(Resume::from_json_resume(&given), Resume::default(), "{given}");
        }
    }

    #[test]
    fn lists_and_texts_are_cut() {
        let many = json!({ "skills": vec!["a".repeat(10 * MAX_VALUE); 10 * MAX_ENTRIES] });
        let resume = Resume::from_json_resume(&many);
        assert_eq!(resume.skills.len(), MAX_ENTRIES);
        assert_eq!(resume.skills[0].name.expose().len(), MAX_VALUE);
    }
}
