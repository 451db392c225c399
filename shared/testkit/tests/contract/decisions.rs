//! No automated decision about a person (K9.1b): the software recommends, a human decides. No state, outcome or field of the API says that
//! somebody was turned down, or was chosen.

use serde_json::Value;

use crate::{nothing_wrong, workspace};

/// Words by which recruiting software turns people down or ranks them for good.
const DECIDING: &[&str] = &[
    "accepted",
    "declined",
    "disqualified",
    "eliminated",
    "hired",
    "ineligible",
    "knockout",
    "knock_out",
    "not_selected",
    "preselected",
    "refused",
    "rejected",
    "retained",
    "screened_out",
    "shortlisted",
    "suitable",
    "unsuitable",
    "verdict",
];
/// Names with such a word that are of no person, each with what they are of.
const OF_NO_PERSON: &[(&str, &str)] = &[
    ("rejected", "lines of a file that are no offer"),
    ("accepted", "synonyms that a member took up"),
    ("declined", "synonyms that a member did not"),
    ("refused", "what the operator does not let run, entries of the audit log, mails and addresses"),
];

/// Every name and every word of a list in the API's document, with where it stands.
fn words(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{place}/{name}");
                if name == "properties" {
                    let names = value.as_object().into_iter().flat_map(|all| all.keys());
                    found.extend(names.map(|name| (name.clone(), place.clone())));
                }
                if name == "enum" || name == "const" {
                    let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    found.extend(
                        all.iter().filter_map(|word| Some((word.as_str()?.to_owned(), place.clone()))),
                    );
                }
                words(value, &place, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| words(value, place, found)),
        _ => {}
    }
}

fn deciding(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    words(document, "", &mut found);
    let decides = |word: &str| {
        let word = word.to_ascii_lowercase();
        DECIDING.iter().any(|one| {
            word == *one || word.ends_with(&format!("_{one}")) || word.starts_with(&format!("{one}_"))
        })
    };
    found
        .into_iter()
        .filter(|(word, _)| decides(word) && !OF_NO_PERSON.iter().any(|(known, _)| known == word))
        .map(|(word, place)| format!("{place}: `{word}` decides about somebody"))
        .collect()
}

#[test]
fn nothing_of_the_api_decides_about_a_person() {
    let document: Value =
        serde_json::from_str(&workspace::read("openapi.json")).expect("openapi.json is JSON");
    nothing_wrong(&deciding(&document));
}

#[test]
fn what_a_candidate_reads_and_sends_has_none_of_these_words_at_all() {
    let document: Value =
        serde_json::from_str(&workspace::read("openapi.json")).expect("openapi.json is JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        if !path.starts_with("/v1/offers") && !path.starts_with("/v1/chat") && !path.starts_with("/v1/alerts")
        {
            continue;
        }
        // With what it refers to, which holds no reference to anything of the back office.
        let mut text = item.to_string();
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            if text.contains(&format!("#/components/schemas/{name}\"")) {
                text.push_str(&schema.to_string());
            }
        }
        for word in DECIDING {
            if text.contains(&format!("\"{word}\"")) {
                found.push(format!("{path}: `{word}`"));
            }
        }
    }
    nothing_wrong(&found);
}

#[test]
fn a_state_that_decides_would_be_noticed() {
    let document = serde_json::json!({"components": {"schemas": {"Candidate": {"properties": {
        "state": {"enum": ["new", "shortlisted"]}, "auto_rejected": {"type": "boolean"},
    }}}}});
    let found = deciding(&document);
    assert_eq!(found.len(), 2, "{found:?}");
}
