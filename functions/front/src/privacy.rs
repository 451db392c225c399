//! What a front office tells candidates of their data before it handles any.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use vivier_domain::{
    purpose::{LegalBasis, Purpose},
    settings::{
        ProjectSettings,
        legal::{Party, PurposeTerms, sensitive_data_warning},
    },
};

/// How candidates' data is handled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrivacyView {
    /// The version of the texts: what a candidate agrees to is written down by this number.
    consent_version: u32,
    /// Who answers for the data.
    controller: ControllerView,
    /// How to reach the data protection officer, where there is one.
    officer_contact: Option<String>,
    /// What it is handled for: `chatbot`, `alerts`, `matching`, `statistics`. What is not there is off.
    purposes: BTreeMap<&'static str, PurposeView>,
}

/// The organisation that answers for candidates' data.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControllerView {
    /// Its name.
    name: String,
    /// How to reach it.
    contact: String,
}

/// What a purpose's terms say to candidates.
#[derive(Debug, Serialize, ToSchema)]
pub struct PurposeView {
    /// Why it may be done: `consent`, `contract`, `legal_obligation`, `public_task` or `legitimate_interests`.
    #[schema(value_type = String, example = "consent")]
    basis: LegalBasis,
    /// Whether the candidate must agree first: the request then names `consent_version`.
    consent: bool,
    /// By language: what the candidate agrees to, or is told.
    texts: BTreeMap<String, String>,
    /// By language, where the candidate writes freely: a warning against sensitive data, to be shown where it is written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    warnings: BTreeMap<String, &'static str>,
}

impl ControllerView {
    fn of(party: &Party) -> Option<Self> {
        let Party { name, contact } = party.clone();
        Some(Self { name: name?, contact: contact? })
    }
}

impl PurposeView {
    fn of(purpose: Purpose, basis: LegalBasis, terms: &PurposeTerms, settings: &ProjectSettings) -> Self {
        let (texts, languages) = (terms.texts.clone(), &settings.languages);
        let spoken = texts.into_iter().filter(|(tag, _)| languages.contains(tag));
        // A question, a search that is saved, a CV: whatever somebody likes may stand there.
        let free = purpose != Purpose::Statistics;
        let warned = languages.iter().filter(|_| free);
        Self {
            basis,
            consent: basis == LegalBasis::Consent,
            texts: spoken.map(|(tag, text)| (tag.into(), text)).collect(),
            warnings: warned.map(|tag| (tag.clone().into(), sensitive_data_warning(tag))).collect(),
        }
    }
}

impl PrivacyView {
    /// What is said of a version; `None` of one that lacks what must be said.
    pub fn of(version: u32, settings: &ProjectSettings) -> Option<Self> {
        if version == 0 || !settings.lacks().is_empty() {
            return None;
        }
        let open = settings.privacy.open();
        Some(Self {
            consent_version: version,
            controller: ControllerView::of(&settings.privacy.controller)?,
            officer_contact: settings.privacy.officer_contact.clone(),
            purposes: open
                .map(|(purpose, basis, terms)| {
                    (purpose.as_str(), PurposeView::of(purpose, basis, terms, settings))
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use vivier_domain::settings::PrivacySettings;

    #[test]
    fn what_candidates_read() {
        let settings: ProjectSettings = serde_json::from_value(json!({
            "languages": ["fr", "en"],
            "privacy": {
                "controller": {"name": "Acme", "contact": "rh@acme.example"},
                "purposes": {
                    "alerts": {"basis": "consent", "texts": {"fr": "J'accepte", "en": "I agree"}},
                    "statistics": {"basis": "legitimate_interests", "texts": {"fr": "Nous comptons", "en": "We count"}},
                },
            },
        }))
        .unwrap();
        assert!(PrivacyView::of(0, &settings).is_none(), "it was never published");
        let view = json!(PrivacyView::of(3, &settings).unwrap());
        assert_eq!((&view["consent_version"], &view["officer_contact"]), (&json!(3), &json!(null)));
        assert_eq!(view["controller"], json!({"name": "Acme", "contact": "rh@acme.example"}));
        let alerts = &view["purposes"]["alerts"];
        assert_eq!((&alerts["consent"], &alerts["texts"]["en"]), (&json!(true), &json!("I agree")));
        assert!(alerts["warnings"]["fr"].as_str().unwrap().contains("données sensibles"));
        assert!(alerts["warnings"]["en"].as_str().unwrap().contains("sensitive data"));
        let statistics = &view["purposes"]["statistics"];
        assert_eq!((&statistics["consent"], statistics.get("warnings")), (&json!(false), None));
        assert_eq!(view["purposes"].as_object().unwrap().len(), 2, "what has no basis is off");
        let lacking = ProjectSettings { privacy: PrivacySettings::default(), ..settings };
        assert!(PrivacyView::of(3, &lacking).is_none());
    }
}
