//! Everything optional starts off (K9.1a): what settings say where nobody chose is the most restrictive. Every leaf of every document of
//! settings is looked at, so that a new one has to be judged here.

use std::collections::BTreeSet;

use serde_json::Value;
use vivier_domain::{
    purpose::Purpose,
    settings::{ProjectSettings, TenantSettings},
};

use crate::nothing_wrong;

/// What is on where nobody chose, each with why: it is what the product is, or a protection.
const ON: &[(&str, &str)] = &[(
    "project chat.offers",
    "a wish for a job is answered with the tenant's own offers: that is what a recruiting chatbot is, and nothing more is known of anybody",
)];
/// Choices of a list, with the one that starts.
const CHOICES: &[(&str, &str, &str)] = &[
    (
        "project chat.answers",
        "extract",
        "nothing leaves the account; `written` sends questions to Amazon Bedrock",
    ),
    ("tenant mail.language", "fr", "a language is no feature"),
];
/// Texts, figures and lists that switch nothing on.
const FIGURES: &[(&str, &str)] = &[
    ("project schema", "the document's form"),
    ("project languages", "the language of a front office"),
    ("project theme", "looks"),
    ("project search.weights", "what a word counts in an offer"),
    (
        "project search.query_visitors",
        "the fewest, and of nobody where `statistics` has no legal basis, as at the start",
    ),
    ("project chat.weights", "what counts in a passage"),
    ("project chat.caution", "the usual"),
    ("project chat.limits", "how much may be asked"),
    ("tenant sessions", "how long a login lasts"),
    ("tenant retention", "never longer than the law's 90 days"),
];

fn leaves(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let gap = if at.ends_with(' ') { "" } else { "." };
                leaves(value, &format!("{at}{gap}{name}"), found);
            }
        }
        _ => found.push((at.to_owned(), value.clone())),
    }
}

/// What starts on and is not known to.
fn judged(document: &Value, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    leaves(document, &format!("{name} "), &mut found);
    let of = |place: &str, known: &str| place == known || place.starts_with(&format!("{known}."));
    found
        .into_iter()
        .filter(|(place, value)| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(all) if all.is_empty() => false,
            Value::Object(all) if all.is_empty() => false,
            Value::Bool(true) => !ON.iter().any(|(known, _)| place == known),
            Value::String(word) => {
                !CHOICES.iter().any(|(known, starts, _)| place == known && word == starts)
                    && !FIGURES.iter().any(|(known, _)| of(place, known))
            }
            _ => !FIGURES.iter().any(|(known, _)| of(place, known)),
        })
        .map(|(place, value)| format!("{place} starts as {value}"))
        .collect()
}

fn documents() -> [(&'static str, Value); 2] {
    [
        ("project", serde_json::to_value(ProjectSettings::default()).expect("settings are JSON")),
        ("tenant", serde_json::to_value(TenantSettings::default()).expect("settings are JSON")),
    ]
}

#[test]
fn everything_optional_starts_off() {
    let wrong = documents().iter().flat_map(|(name, document)| judged(document, name)).collect::<Vec<_>>();
    nothing_wrong(&wrong);
}

#[test]
fn what_is_known_to_start_on_is_still_there() {
    let mut found = Vec::new();
    for (name, document) in documents() {
        leaves(&document, &format!("{name} "), &mut found);
    }
    let places: BTreeSet<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    let known = ON
        .iter()
        .map(|one| one.0)
        .chain(CHOICES.iter().map(|one| one.0))
        .chain(FIGURES.iter().map(|one| one.0));
    let gone = known.filter(|known| {
        !places.iter().any(|place| place == known || place.starts_with(&format!("{known}.")))
    });
    nothing_wrong(&gone.map(|place| format!("{place} is nothing that settings say")).collect::<Vec<_>>());
}

#[test]
fn no_purpose_has_a_legal_basis_that_nobody_chose() {
    let settings = ProjectSettings::default();
    assert_eq!(settings.privacy.open().count(), 0);
    for purpose in Purpose::ALL {
        assert!(settings.privacy.purposes.of(*purpose).basis.is_none(), "{purpose}");
    }
    assert!(!settings.lacks().is_empty(), "such settings are never published");
}

#[test]
fn a_feature_that_starts_on_would_be_noticed() {
    for document in [
        serde_json::json!({"profiling": true}),
        serde_json::json!({"chat": {"answers": "written"}}),
        serde_json::json!({"chat": {"partners": ["a"]}}),
        serde_json::json!({"sharing": {"days": 3}}),
    ] {
        assert_eq!(judged(&document, "project").len(), 1, "{document}");
    }
    assert!(judged(&serde_json::json!({"profiling": false, "partner": null}), "project").is_empty());
}
