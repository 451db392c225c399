//! In from the wire of Textkernel's Tx platform, version 10. Its answer is brought into the shape of JSON Resume by tables of paths, and
//! then read as any CV in that shape. What is no part of a score (name, contacts, date of birth, gender, nationality, family, the
//! photograph, the street) has no row there.

use serde_json::{Map, Value, json};

use crate::{MAX_ENTRIES, Resume};

/// Where the CV stands in an answer.
const RESUME: &str = "/Value/ResumeData";

/// A field of JSON Resume, and where its text may stand, the best first.
type Row = (&'static str, &'static [&'static str]);

const LOCATION: &[Row] = &[
    ("city", &["/ContactInformation/Location/Municipality"]),
    ("postalCode", &["/ContactInformation/Location/PostalCode"]),
];
const POSITION: &[Row] = &[
    ("position", &["/JobTitle/Raw", "/JobTitle/Normalized"]),
    ("name", &["/Employer/Name/Raw", "/Employer/Name/Normalized"]),
    ("location", &["/Employer/Location/Municipality"]),
    ("summary", &["/Description"]),
];
const EDUCATION: &[Row] = &[
    ("studyType", &["/Degree/Name/Raw", "/Degree/Name/Normalized", "/Degree/Type"]),
    ("area", &["/Majors/0"]),
    ("institution", &["/SchoolName/Raw", "/SchoolName/Normalized"]),
];
const LANGUAGE: &[Row] = &[("language", &["/Language", "/LanguageCode"])];
/// The platform's own advice is to discard titles of these probabilities.
const IMPROBABLE: &[&str] = &["VeryUnlikely", "Unlikely"];

impl Resume {
    /// Reads an answer of the platform; `None` where there is no CV in it.
    pub fn from_textkernel(answer: &Value) -> Option<Self> {
        let resume = answer.pointer(RESUME).filter(|resume| resume.is_object())?;
        Some(Self::from_json_resume(&json!({
            "basics": { "location": taken(resume, LOCATION) },
            "work": entries(resume, "/EmploymentHistory/Positions").map(position).collect::<Vec<_>>(),
            "education": entries(resume, "/Education/EducationDetails").map(education).collect::<Vec<_>>(),
            "skills": skills(resume),
            "languages": entries(resume, "/LanguageCompetencies").map(|entry| taken(entry, LANGUAGE)).collect::<Vec<_>>(),
        })))
    }
}

/// What a CV in the platform's shape says of these fields.
fn taken(value: &Value, rows: &[Row]) -> Map<String, Value> {
    let text =
        |path: &&str| value.pointer(path).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let found = rows.iter().filter_map(|(field, paths)| Some((*field, paths.iter().find_map(text)?)));
    found.map(|(field, text)| (field.to_owned(), text.into())).collect()
}

fn entries<'v>(value: &'v Value, path: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten().take(MAX_ENTRIES)
}

fn position(entry: &Value) -> Map<String, Value> {
    let mut work = taken(entry, POSITION);
    if entry.pointer("/JobTitle/Probability").and_then(Value::as_str).is_some_and(|p| IMPROBABLE.contains(&p))
    {
        work.remove("position");
    }
    let tasks: Vec<_> = entries(entry, "/Bullets").filter_map(|bullet| bullet.get("Text")).collect();
    work.insert("highlights".to_owned(), json!(tasks));
    let present = entry["IsCurrent"] == true || entry["EndDate"]["IsCurrentDate"] == true;
    if let Some(start) = date(&entry["StartDate"]) {
        if !present {
            // JSON Resume takes a position without an end for a present one.
            let end = date(&entry["EndDate"]).unwrap_or_else(|| start.clone());
            work.insert("endDate".to_owned(), end.into());
        }
        work.insert("startDate".to_owned(), start.into());
    }
    work
}

fn education(entry: &Value) -> Map<String, Value> {
    let mut education = taken(entry, EDUCATION);
    let end = ["LastEducationDate", "EndDate"].iter().find_map(|name| date(&entry[*name]));
    education.extend(end.map(|end| ("endDate".to_owned(), end.into())));
    education
}

/// A date as far as the CV says it: what it does not say, the platform fills with ones.
fn date(value: &Value) -> Option<String> {
    if value["IsCurrentDate"] == true || value["FoundYear"] == false {
        return None;
    }
    let length = if value["FoundMonth"] == false { 4 } else { 7 };
    value["Date"].as_str()?.get(..length).map(str::to_owned)
}

/// Skills as they stand in the CV, in the shape of either of the platform's taxonomies.
fn skills(resume: &Value) -> Vec<&Value> {
    let second = entries(resume, "/Skills/Raw");
    let first = entries(resume, "/SkillsData")
        .flat_map(|root| entries(root, "/Taxonomies"))
        .flat_map(|taxonomy| entries(taxonomy, "/SubTaxonomies"))
        .flat_map(|taxonomy| entries(taxonomy, "/Skills"));
    second.chain(first).filter_map(|skill| skill.get("Name")).take(MAX_ENTRIES).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    fn said(text: &str, month: bool) -> Value {
        json!({ "Date": text, "IsCurrentDate": false, "FoundYear": true, "FoundMonth": month, "FoundDay": false })
    }

    fn answer(resume: &Value) -> Value {
        json!({ "Info": { "Code": "Success" }, "Value": { "ResumeData": resume } })
    }

    #[test]
    fn a_whole_answer() {
        let resume = Resume::from_textkernel(&answer(&json!({
            "ContactInformation": {
                "CandidateName": { "FormattedName": "Alba Fictive" },
                "EmailAddresses": ["alba@example.org"],
                "Location": { "CountryCode": "FR", "PostalCode": "29200", "Municipality": "Brest",
                              "StreetAddressLines": ["12 rue des Essais"] } },
            "PersonalAttributes": { "Gender": "F", "Nationality": "belge", "DateOfBirth": said("1961-03-03", true),
                                    "MotherTongue": "Néerlandais" },
            "EmploymentHistory": { "Positions": [
                { "JobTitle": { "Raw": "Soudeuse", "Normalized": "welder", "Probability": "Confident" },
                  "Employer": { "Name": { "Raw": "Fer SA" }, "Location": { "Municipality": "Brest" } },
                  "IsCurrent": true, "StartDate": said("2024-01-01", true),
                  "EndDate": { "Date": "2026-06-15", "IsCurrentDate": true },
                  "Description": "S", "Bullets": [{ "Type": "sentence", "Text": "Soudage TIG" }] },
                { "JobTitle": { "Raw": "Fer", "Probability": "Unlikely" }, "IsCurrent": false,
                  "StartDate": said("2019-01-01", false), "EndDate": said("2021-01-01", false) },
                { "JobTitle": { "Normalized": "Ouvrière" }, "IsCurrent": false, "StartDate": said("2018-05-01", true),
                  "EndDate": null } ] },
            "Education": { "EducationDetails": [
                { "Degree": { "Name": { "Raw": "CAP" }, "Type": "vocational" }, "Majors": ["Métaux", "Dessin"],
                  "SchoolName": { "Raw": "Lycée" }, "LastEducationDate": said("2017-01-01", false) } ] },
            "Skills": { "Raw": [{ "Name": "Soudage" }, { "Name": "Pliage" }] },
            "LanguageCompetencies": [{ "Language": "Anglais", "LanguageCode": "en" }],
        })));
        let written = resume.as_ref().map(Resume::to_json_resume);
        let expected = json!({
            "basics": { "location": { "city": "Brest", "postalCode": "29200" } },
            "work": [
                { "position": "Soudeuse", "name": "Fer SA", "location": "Brest", "summary": "S", "startDate": "2024-01",
                  "highlights": ["Soudage TIG"] },
                { "startDate": "2019", "endDate": "2021", "highlights": [] },
                { "position": "Ouvrière", "startDate": "2018-05", "endDate": "2018-05", "highlights": [] } ],
            "education": [{ "studyType": "CAP", "area": "Métaux", "institution": "Lycée", "endDate": "2017" }],
            "skills": [{ "name": "Soudage" }, { "name": "Pliage" }],
            "languages": [{ "language": "Anglais" }],
        });
        assert_eq!(written, Some(expected));
        let profile = resume.map(|resume| resume.profile(day(2026, 6, 15))).unwrap_or_default();
        assert_eq!(
            (profile.titles.len(), profile.experience_months, profile.education_level),
            (2, 55, Some(3))
        );
    }

    #[test]
    fn skills_of_the_first_taxonomy() {
        let resume =
            Resume::from_textkernel(&answer(&json!({ "SkillsData": [{ "Root": "Tx", "Taxonomies": [
            { "SubTaxonomies": [{ "Skills": [{ "Name": "Soudage" }, { "Id": "1" }] }, { "Skills": null }] },
            { "SubTaxonomies": [{ "Skills": [{ "Name": "Pliage" }] }] } ] }] })));
        let names = resume.map(|resume| resume.skills.iter().map(|s| s.name.expose().to_owned()).collect());
        assert_eq!(names, Some(vec!["Soudage".to_owned(), "Pliage".to_owned()]));
    }

    #[test]
    fn who_somebody_is_changes_nothing() {
        let about = |person: &Value| {
            let mut resume = json!({ "Skills": { "Raw": [{ "Name": "Soudage" }] },
                                     "EmploymentHistory": { "Positions": [{ "JobTitle": { "Raw": "Soudeur" } }] } });
            resume.as_object_mut().unwrap().extend(person.as_object().unwrap().clone());
            Resume::from_textkernel(&answer(&resume))
        };
        let one = about(&json!({ "PersonalAttributes": { "Gender": "M", "Nationality": "belge" },
            "ContactInformation": { "CandidateName": { "GivenName": "Zébulon" } }, "CandidateImage": "AAAA" }));
        let other = about(&json!({ "PersonalAttributes": { "Gender": "F", "FamilyComposition": "mariée" },
            "ContactInformation": { "Location": { "StreetAddressLines": ["7 impasse Verte"] } }, "Hobbies": "Foot" }));
        assert!(one.is_some() && one == other);
    }

    #[test]
    fn what_is_no_answer() {
        for value in [
            json!(null),
            json!([]),
            json!({ "Info": { "Code": "Error" }, "Value": null }),
            json!({ "Value": { "ResumeData": "CV" } }),
            json!({ "ResumeData": {} }),
        ] {
            assert!(Resume::from_textkernel(&value).is_none(), "{value}");
        }
        let odd = json!({ "EmploymentHistory": { "Positions": [1, null, { "StartDate": { "Date": "é" } }, { "StartDate": 7 }] },
                          "Skills": { "Raw": "Soudage" }, "Education": [], "LanguageCompetencies": [{}] });
        let read = Resume::from_textkernel(&answer(&odd)).unwrap();
        assert_eq!((read.work.len(), read.skills.len(), read.languages.len()), (0, 0, 0));
    }
}
