//! What holds for one front office (K5.1). How long data is kept and where the back office may be entered from hold for
//! the whole tenant and stand in its own settings: conversations, events and entries of the log know no project.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    chat::ChatSettings,
    language::LanguageTag,
    legal::PrivacySettings,
    search::SearchSettings,
    tenant::is_printable,
    texts::{Spoken, Texts},
    theme::Theme,
};
use crate::origin::Origin;

/// The form of the document this version writes. A form that reads differently gets the next number.
pub const SCHEMA: u16 = 1;
/// The most characters of a name.
pub const LONGEST_NAME: usize = 120;
/// The most languages of a front office.
pub const MOST_LANGUAGES: usize = 10;
/// The most web sites that a front office may be put into.
pub const MOST_ORIGINS: usize = 50;
/// The most bytes of the whole document as JSON, so that a record with it stays far below what its table takes.
pub const LARGEST: usize = 200_000;

/// A project's settings, with defaults for whatever was not chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectSettings {
    /// The form of the document: 1.
    pub schema: u16,
    /// What candidates read as the front office's name; the project's own where there is none.
    pub name: Option<String>,
    /// The languages it speaks, the first one where a candidate asks for none of them.
    pub languages: Vec<LanguageTag>,
    /// How it looks.
    pub theme: Theme,
    /// What it says, for each of its languages.
    pub texts: BTreeMap<LanguageTag, Texts>,
    /// How its search engine finds.
    pub search: SearchSettings,
    /// How its chatbot answers.
    pub chat: ChatSettings,
    /// Web sites that it may be put into; only its own host name where there are none.
    pub allowed_origins: Vec<Origin>,
    /// Who answers for candidates' data, and why it may be handled.
    pub privacy: PrivacySettings,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            name: None,
            languages: vec![LanguageTag::french()],
            theme: Theme::default(),
            texts: BTreeMap::new(),
            search: SearchSettings::default(),
            chat: ChatSettings::default(),
            allowed_origins: Vec::new(),
            privacy: PrivacySettings::default(),
        }
    }
}

impl ProjectSettings {
    /// The fields that do not hold, each with a stable word.
    pub fn broken(&self) -> Vec<(String, &'static str)> {
        let name = self.name.as_deref().unwrap_or("-");
        let languages: BTreeSet<_> = self.languages.iter().collect();
        let origins: BTreeSet<_> = self.allowed_origins.iter().collect();
        let bounds = [
            (self.schema != SCHEMA, "schema", "unknown-version"),
            (!is_printable(name, LONGEST_NAME), "name", "invalid"),
            (self.languages.is_empty(), "languages", "too-few"),
            (self.languages.len() > MOST_LANGUAGES, "languages", "too-many"),
            (languages.len() < self.languages.len(), "languages", "repeated"),
            (self.allowed_origins.len() > MOST_ORIGINS, "allowed_origins", "too-many"),
            (origins.len() < self.allowed_origins.len(), "allowed_origins", "repeated"),
            (!self.fits(), "", "too-large"),
        ];
        let bounds = bounds.into_iter().filter(|(broken, ..)| *broken);
        let mut found: Vec<_> = bounds.map(|(_, field, code)| (field.to_owned(), code)).collect();
        found.extend(self.theme.broken());
        let strange = self.texts.keys().filter(|language| !languages.contains(language));
        found.extend(strange.map(|language| (format!("texts.{language}"), "unknown-language")));
        for language in self.languages.iter().take(MOST_LANGUAGES) {
            found.extend(self.chosen(language).broken(language));
        }
        found.extend(self.search.broken());
        found.extend(self.chat.broken());
        found.extend(self.privacy.broken(&languages));
        found
    }

    /// What lacks before they may be published.
    pub fn lacks(&self) -> Vec<(String, &'static str)> {
        self.privacy.lacks(&self.languages)
    }

    fn fits(&self) -> bool {
        serde_json::to_vec(self).is_ok_and(|text| text.len() <= LARGEST)
    }

    fn chosen(&self, language: &LanguageTag) -> Texts {
        self.texts.get(language).cloned().unwrap_or_default()
    }

    /// What it says in each of its languages.
    pub fn spoken(&self) -> BTreeMap<LanguageTag, Spoken> {
        let texts =
            self.languages.iter().filter_map(|tag| Some((tag.clone(), self.chosen(tag).spoken(tag)?)));
        texts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn broken(settings: serde_json::Value) -> Vec<(String, &'static str)> {
        serde_json::from_value::<ProjectSettings>(settings).unwrap().broken()
    }

    #[test]
    fn defaults_hold() {
        assert_eq!(broken(json!({})), []);
        let spoken = ProjectSettings::default().spoken();
        assert_eq!(spoken.into_keys().map(String::from).collect::<Vec<_>>(), ["fr"]);
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let origins: Vec<_> = (0..=MOST_ORIGINS).map(|n| format!("https://s{n}.acme.example")).collect();
        let words: Vec<_> = (0..MOST_ORIGINS).map(|n| format!("{n}{}", "é".repeat(50))).collect();
        let groups = vec![words[..20].to_vec(); 300];
        for (settings, field, code) in [
            (json!({"schema": 2}), "schema", "unknown-version"),
            (json!({"name": ""}), "name", "invalid"),
            (json!({"name": "a".repeat(121)}), "name", "invalid"),
            (json!({"name": "a\u{7}"}), "name", "invalid"),
            (json!({"languages": []}), "languages", "too-few"),
            (json!({"languages": ["fr", "FR"]}), "languages", "repeated"),
            (json!({"languages": ["fr", "de"]}), "texts.de.welcome", "missing"),
            (json!({"texts": {"en": {}}}), "texts.en", "unknown-language"),
            (json!({"texts": {"fr": {"welcome": ""}}}), "texts.fr.welcome", "empty"),
            (json!({"theme": {"text": "#eeeeee"}}), "theme.text", "contrast-too-low"),
            (json!({"search": {"synonyms": [["a"]]}}), "search.synonyms[0]", "too-few"),
            (json!({"allowed_origins": origins}), "allowed_origins", "too-many"),
            (
                json!({"allowed_origins": ["https://a.example", "https://A.example:443"]}),
                "allowed_origins",
                "repeated",
            ),
            (json!({"search": {"synonyms": groups}}), "", "too-large"),
        ] {
            let first = broken(settings.clone()).into_iter().next();
            assert_eq!(first, Some((field.to_owned(), code)), "{settings}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for settings in [
            json!({"colour": "#ffffff"}),
            json!({"theme": {"colour": "#ffffff"}}),
            json!({"theme": {"text": "black"}}),
            json!({"theme": {"logo": "http://acme.example/a.png"}}),
            json!({"languages": ["français"]}),
            json!({"allowed_origins": ["*"]}),
            json!({"search": {"weights": {"title": -1}}}),
            json!({"retention": {"conversations_days": 30}}),
        ] {
            assert!(serde_json::from_value::<ProjectSettings>(settings.clone()).is_err(), "{settings}");
        }
    }
}
