//! What a front office says in its own words, in each of its languages.

use serde::{Deserialize, Serialize};

use super::language::LanguageTag;

/// The most characters of one text.
pub const LONGEST_TEXT: usize = 1_000;

/// The texts of one language that were chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Texts {
    /// What a candidate is greeted with.
    pub welcome: Option<String>,
    /// What is said where nothing can be answered.
    pub fallback: Option<String>,
}

/// The texts of one language, chosen or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spoken {
    /// What a candidate is greeted with.
    pub welcome: String,
    /// What is said where nothing can be answered.
    pub fallback: String,
}

/// What is said in a language where nothing was chosen; `None` for a language that nothing is given in.
fn given(language: &LanguageTag) -> Option<(&'static str, &'static str)> {
    match language.primary() {
        "fr" => Some((
            "Bonjour\u{a0}! Posez-moi vos questions sur l'entreprise et ses offres.",
            "Je ne trouve pas de réponse à cette question dans les documents dont je dispose.",
        )),
        "en" => Some((
            "Hello! Ask me your questions about the company and its jobs.",
            "I cannot find an answer to this question in the documents I have.",
        )),
        _ => None,
    }
}

impl Texts {
    /// The texts in this language; `None` where one is neither chosen nor given.
    pub fn spoken(&self, language: &LanguageTag) -> Option<Spoken> {
        let (welcome, fallback) = given(language).unzip();
        let text = |chosen: &Option<String>, given: Option<&str>| chosen.clone().or(given.map(str::to_owned));
        Some(Spoken { welcome: text(&self.welcome, welcome)?, fallback: text(&self.fallback, fallback)? })
    }

    pub(super) fn broken(&self, language: &LanguageTag) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        for (name, text) in [("welcome", &self.welcome), ("fallback", &self.fallback)] {
            let code = match text {
                Some(text) => wrong(text, LONGEST_TEXT),
                None => given(language).is_none().then_some("missing"),
            };
            found.extend(code.map(|code| (format!("texts.{language}.{name}"), code)));
        }
        found
    }
}

/// Several lines are fine; other control characters are not.
pub(super) fn wrong(text: &str, longest: usize) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("empty")
    } else if text.chars().count() > longest {
        Some("too-long")
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Some("control-character")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn what_was_chosen_goes_before_what_is_given() {
        let texts = Texts { welcome: Some("Bienvenue".into()), fallback: None };
        let spoken = texts.spoken(&tag("fr-CA")).unwrap();
        assert!(spoken.welcome == "Bienvenue" && spoken.fallback.starts_with("Je ne trouve pas"));
        assert!(Texts::default().spoken(&tag("en")).unwrap().welcome.starts_with("Hello"));
        assert_eq!(texts.spoken(&tag("de")), None);
    }

    #[test]
    fn texts_that_do_not_hold() {
        let long = "é".repeat(LONGEST_TEXT + 1);
        for (text, code) in [
            (Some("Bonjour\nà tous"), None),
            (None, None),
            (Some(" \n"), Some("empty")),
            (Some(long.as_str()), Some("too-long")),
            (Some("a\u{7}"), Some("control-character")),
        ] {
            let texts = Texts { welcome: text.map(str::to_owned), fallback: None };
            let expected: Vec<_> =
                code.map(|code| ("texts.fr.welcome".to_owned(), code)).into_iter().collect();
            assert_eq!(texts.broken(&tag("fr")), expected);
        }
        let fields = Texts::default().broken(&tag("de"));
        assert_eq!(fields, [("texts.de.welcome".into(), "missing"), ("texts.de.fallback".into(), "missing")]);
    }
}
