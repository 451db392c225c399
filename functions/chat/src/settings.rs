//! What holds for the front office that a question came in by, as its tenant has published it. Remembered for seconds: a
//! change is followed soon, and a conversation does not read it at every step.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use vivier_answers::answer::unknown;
use vivier_domain::{
    ids::{ProjectId, TenantId},
    settings::{
        ProjectSettings, Published,
        language::LanguageTag,
        texts::{Spoken, Texts},
    },
};
use vivier_runtime::http::Problem;
use vivier_tenancy::{
    Tenancy, TenantScope,
    rooms::records::{Place, RecordKey},
};
use vivier_text::Language;

/// For so long settings hold as they were read.
const FRESH: Duration = Duration::from_secs(3);
/// More front offices than this are not remembered.
const MOST: usize = 512;

type Known = HashMap<(TenantId, ProjectId), (Instant, Arc<ProjectSettings>)>;

/// The settings that this process has read lately.
#[derive(Debug, Default)]
pub struct Settings(Mutex<Known>);

impl Settings {
    /// What holds for the scope's front office; the defaults where nothing is published, or there is none.
    pub async fn of(&self, tenancy: &Tenancy, scope: &TenantScope) -> Result<Arc<ProjectSettings>, Problem> {
        let Some(project) = scope.project() else { return Ok(Arc::default()) };
        let place = (scope.tenant(), project);
        if let Some((read, settings)) = self.known().get(&place)
            && read.elapsed() < FRESH
        {
            return Ok(Arc::clone(settings));
        }
        let read = Instant::now();
        let key: RecordKey<Published<ProjectSettings>> = RecordKey::published(Place::Project(project));
        let found = tenancy.records(scope)?.fetch(&key).await?;
        let settings = Arc::new(found.map(|found| found.value.settings).unwrap_or_default());
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(place, (read, Arc::clone(&settings)));
        Ok(settings)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
