//! Who answers for candidates' data, for what and on which legal basis it is handled, and what candidates read of it (Art. 13 GDPR). A
//! draft may lack any of it; nothing is published without it (K9.1g). A purpose without a basis is off.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{language::LanguageTag, tenant::is_printable, texts};
use crate::purpose::{LegalBasis, Purpose};

/// The most characters of a name.
pub const LONGEST_NAME: usize = 200;
/// The most characters of a contact: an address, a telephone number, a page.
pub const LONGEST_CONTACT: usize = 500;
/// The most characters of one text for candidates.
pub const LONGEST_TEXT: usize = 5_000;

/// What is published of candidates' data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacySettings {
    /// Who answers for it.
    pub controller: Party,
    /// How to reach the controller's data protection officer, where there is one: the office, and no person's name, which settings never
    /// hold (K5.3c) and Art. 13 does not ask for.
    pub officer_contact: Option<String>,
    /// What it is handled for.
    pub purposes: PurposeSettings,
}

/// An organisation that can be written to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    /// Its name.
    pub name: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
}

/// Each purpose with its terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurposeSettings {
    /// Conversations with the chatbot.
    pub chatbot: PurposeTerms,
    /// Saved searches and mails about new offers.
    pub alerts: PurposeTerms,
    /// CVs that are matched with offers.
    pub matching: PurposeTerms,
    /// Counting how the front office is used.
    pub statistics: PurposeTerms,
}

/// Why data may be handled for a purpose, and what is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurposeTerms {
    /// The legal basis; the purpose is off where there is none.
    pub basis: Option<LegalBasis>,
    /// What candidates read: what they agree to, where the basis is consent, and else what they are told.
    pub texts: BTreeMap<LanguageTag, String>,
}

impl PurposeSettings {
    /// A purpose's terms.
    pub const fn of(&self, purpose: Purpose) -> &PurposeTerms {
        match purpose {
            Purpose::Chatbot => &self.chatbot,
            Purpose::Alerts => &self.alerts,
            Purpose::Matching => &self.matching,
            Purpose::Statistics => &self.statistics,
        }
    }
}

impl PrivacySettings {
    /// The purposes that have a basis, each with its terms.
    pub fn open(&self) -> impl Iterator<Item = (Purpose, LegalBasis, &PurposeTerms)> {
        Purpose::ALL.iter().filter_map(|purpose| {
            let terms = self.purposes.of(*purpose);
            Some((*purpose, terms.basis?, terms))
        })
    }

    /// What lacks before a front office of these languages may be published, each with a stable word.
    pub(super) fn lacks(&self, languages: &[LanguageTag]) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        for (name, value) in [("name", &self.controller.name), ("contact", &self.controller.contact)] {
            if value.is_none() {
                found.push((format!("privacy.controller.{name}"), "missing"));
            }
        }
        if self.open().next().is_none() {
            // A front office that handles nothing would still say for what: whoever publishes has thought of it.
            found.push(("privacy.purposes".to_owned(), "no-legal-basis"));
        }
        for purpose in Purpose::ALL {
            let terms = self.purposes.of(*purpose);
            if terms.basis.is_none() && !terms.texts.is_empty() {
                found.push((format!("privacy.purposes.{purpose}.basis"), "missing"));
            }
        }
        for (purpose, _, terms) in self.open() {
            let missing = languages.iter().filter(|language| !terms.texts.contains_key(language));
            found.extend(missing.map(|language| (at(purpose, language), "missing")));
        }
        found
    }

    pub(super) fn broken(&self, languages: &BTreeSet<&LanguageTag>) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        for (field, value, longest) in [
            ("controller.name", &self.controller.name, LONGEST_NAME),
            ("controller.contact", &self.controller.contact, LONGEST_CONTACT),
            ("officer_contact", &self.officer_contact, LONGEST_CONTACT),
        ] {
            if value.as_deref().is_some_and(|value| !is_printable(value, longest)) {
                found.push((format!("privacy.{field}"), "invalid"));
            }
        }
        if self.purposes.statistics.basis == Some(LegalBasis::Consent) {
            // Nobody is asked before a search, so nobody could have agreed to be counted.
            found.push(("privacy.purposes.statistics.basis".to_owned(), "consent-is-not-asked"));
        }
        for purpose in Purpose::ALL {
            for (language, text) in &self.purposes.of(*purpose).texts {
                let code = if languages.contains(language) {
                    texts::wrong(text, LONGEST_TEXT)
                } else {
                    Some("unknown-language")
                };
                found.extend(code.map(|code| (at(*purpose, language), code)));
            }
        }
        found
    }
}

fn at(purpose: Purpose, language: &LanguageTag) -> String {
    format!("privacy.purposes.{purpose}.texts.{language}")
}

/// What candidates are told wherever they write freely: what the law protects most is not asked for (Art. 9 GDPR, K9.1h). In English where
/// nothing is given in a language.
pub fn sensitive_data_warning(language: &LanguageTag) -> &'static str {
    match language.primary() {
        "fr" => {
            "N'indiquez pas de données sensibles : santé ou handicap, origine, opinions politiques, convictions religieuses ou \
             philosophiques, appartenance syndicale, vie ou orientation sexuelle, données génétiques ou biométriques. Elles ne sont pas \
             demandées."
        }
        _ => {
            "Do not give any sensitive data: health or disability, origin, political opinions, religious or philosophical beliefs, trade \
             union membership, sex life or orientation, genetic or biometric data. None is asked for."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tags(texts: &[&str]) -> Vec<LanguageTag> {
        texts.iter().map(|text| LanguageTag::try_from((*text).to_owned()).unwrap()).collect()
    }

    fn read(value: &serde_json::Value) -> PrivacySettings {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn what_lacks_before_publication_is_named() {
        let controller = json!({"name": "Acme", "contact": "dpo@acme.example"});
        let chatbot = |texts| json!({"chatbot": {"basis": "public_task", "texts": texts}});
        for (settings, lacking) in [
            (json!({}), vec!["privacy.controller.name", "privacy.controller.contact", "privacy.purposes"]),
            (json!({"controller": controller}), vec!["privacy.purposes"]),
            (
                json!({"controller": controller, "purposes": chatbot(json!({}))}),
                vec!["privacy.purposes.chatbot.texts.fr", "privacy.purposes.chatbot.texts.en"],
            ),
            (
                json!({"controller": controller, "officer_contact": "dpo@acme.example", "purposes": chatbot(json!({"fr": "a"}))}),
                vec!["privacy.purposes.chatbot.texts.en"],
            ),
            (
                json!({"controller": controller, "purposes": {"alerts": {"texts": {"fr": "a"}}}}),
                vec!["privacy.purposes", "privacy.purposes.alerts.basis"],
            ),
            (json!({"controller": controller, "purposes": chatbot(json!({"fr": "a", "en": "b"}))}), vec![]),
        ] {
            let found = read(&settings).lacks(&tags(&["fr", "en"]));
            let found: Vec<_> = found.into_iter().map(|(field, _)| field).collect();
            assert_eq!(found, lacking, "{settings}");
        }
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let purpose = |terms| json!({"purposes": {"alerts": terms}});
        for (settings, field) in [
            (json!({"controller": {"name": " "}}), "privacy.controller.name"),
            (json!({"officer_contact": "a\nb"}), "privacy.officer_contact"),
            (json!({"controller": {"contact": "a".repeat(501)}}), "privacy.controller.contact"),
            (purpose(json!({"texts": {"fr": " "}})), "privacy.purposes.alerts.texts.fr"),
            (purpose(json!({"texts": {"fr": "é".repeat(5_001)}})), "privacy.purposes.alerts.texts.fr"),
            (purpose(json!({"texts": {"de": "a"}})), "privacy.purposes.alerts.texts.de"),
            (json!({"purposes": {"statistics": {"basis": "consent"}}}), "privacy.purposes.statistics.basis"),
        ] {
            let languages = tags(&["fr"]);
            let found = read(&settings).broken(&languages.iter().collect());
            assert_eq!(found.first().map(|(field, _)| field.as_str()), Some(field), "{settings}");
            assert_eq!(found.len(), 1);
        }
        let most = purpose(json!({"basis": "consent", "texts": {"fr": format!("a\n{}", "é".repeat(4_998))}}));
        assert!(read(&most).broken(&tags(&["fr"]).iter().collect()).is_empty());
        for settings in [
            purpose(json!({"basis": "vital_interests"})),
            purpose(json!({"basis": "because"})),
            json!({"purposes": {"profiling": {}}}),
        ] {
            assert!(serde_json::from_value::<PrivacySettings>(settings.clone()).is_err(), "{settings}");
        }
    }

    #[test]
    fn a_warning_has_a_language() {
        let warning = |tag| sensitive_data_warning(&tags(&[tag])[0]);
        assert!(warning("fr-CA").contains("santé") && warning("en").contains("health"));
        assert_eq!(warning("de"), warning("en"));
    }
}
