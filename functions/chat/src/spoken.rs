//! What a front office says, in its tenant's words or in ours.

use vivier_answers::answer::unknown;
use vivier_domain::settings::{
    ProjectSettings,
    language::LanguageTag,
    texts::{Spoken, Texts},
};
use vivier_text::Language;

/// What a front office says in a language; what is given where its tenant chose nothing.
pub fn spoken(settings: &ProjectSettings, language: Language) -> Spoken {
    let tag = match language {
        Language::Fr => LanguageTag::french(),
        Language::En => LanguageTag::english(),
    };
    // "fr-CA" speaks French as well; its own tag goes first.
    let exact = settings.texts.get(&tag);
    let chosen = exact.or_else(|| {
        settings.texts.iter().find(|(known, _)| known.primary() == tag.primary()).map(|(_, texts)| texts)
    });
    let given = || Texts::default().spoken(&tag);
    chosen
        .and_then(|texts| texts.spoken(&tag))
        .or_else(given)
        .unwrap_or_else(|| Spoken { welcome: String::new(), fallback: unknown(language).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_the_tenants_own_in_the_question_s_language() {
        let settings: ProjectSettings = serde_json::from_value(json!({
            "languages": ["fr-CA", "de"],
            "texts": {"fr-CA": {"fallback": "Aucune idée."}, "de": {"welcome": "Hallo", "fallback": "Nein."}},
        }))
        .unwrap();
        assert_eq!(spoken(&settings, Language::Fr).fallback, "Aucune idée.");
        assert_eq!(spoken(&settings, Language::En).fallback, unknown(Language::En));
        assert!(spoken(&settings, Language::En).welcome.starts_with("Hello"));
        assert_eq!(spoken(&ProjectSettings::default(), Language::Fr).fallback, unknown(Language::Fr));
    }
}
