//! What the API says of a front office: everything it needs, and nothing that is only its tenant's.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vivier_domain::{
    project::{Project, ProjectStatus},
    settings::{ProjectSettings, Published, texts::Spoken, theme::Theme},
};

use crate::privacy::PrivacyView;

/// A front office as its published settings say.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrontOfficeView {
    /// The project.
    project_id: Uuid,
    /// The number of the published version of its settings; 0 where the defaults hold.
    version: u32,
    /// Its name.
    name: String,
    /// BCP 47 tags of the languages it speaks. The first one is for whoever asks for none of them.
    languages: Vec<String>,
    /// How it looks.
    theme: ThemeView,
    /// What it says, by language; each of its languages is there.
    texts: BTreeMap<String, TextsView>,
    /// The products that answer.
    products: Vec<FrontProductView>,
    /// How candidates' data is handled; null where nothing of it is published: then none is.
    privacy: Option<PrivacyView>,
}

/// How a front office looks.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeView {
    /// The colour of buttons, `#rrggbb`.
    primary: String,
    /// The colour of text on buttons: it can be read on `primary`.
    on_primary: String,
    /// The page's colour.
    background: String,
    /// The text's colour: it can be read on `background`.
    text: String,
    /// The logo's address.
    logo: Option<String>,
    /// A font family's name.
    font: Option<String>,
}

/// The texts of one language.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextsView {
    /// What a candidate is greeted with.
    welcome: String,
    /// What is said where nothing can be answered.
    fallback: String,
}

/// A product of a front office.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrontProductView {
    /// Its id.
    product_id: Uuid,
    /// Its kind.
    kind: FrontProductKind,
    /// Its name.
    name: String,
}

/// What kind of product it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FrontProductKind {
    /// Answers from the tenant's documents.
    Chatbot,
    /// Finds offers.
    SearchEngine,
    /// A channel of a third party.
    MessagingChannel,
}

impl From<vivier_domain::project::ProductKind> for FrontProductKind {
    fn from(kind: vivier_domain::project::ProductKind) -> Self {
        use vivier_domain::project::ProductKind as K;
        match kind {
            K::Chatbot => Self::Chatbot,
            K::SearchEngine => Self::SearchEngine,
            K::MessagingChannel => Self::MessagingChannel,
        }
    }
}

impl From<Theme> for ThemeView {
    fn from(theme: Theme) -> Self {
        Self {
            // Settings without a readable colour are never published.
            on_primary: theme.on_primary().unwrap_or(theme.text).into(),
            primary: theme.primary.into(),
            background: theme.background.into(),
            text: theme.text.into(),
            logo: theme.logo.map(Into::into),
            font: theme.font,
        }
    }
}

impl From<Spoken> for TextsView {
    fn from(Spoken { welcome, fallback }: Spoken) -> Self {
        Self { welcome, fallback }
    }
}

impl FrontOfficeView {
    /// The front office of a project; `None` of one that is put away.
    pub fn of(project: Project, published: Option<Published<ProjectSettings>>) -> Option<Self> {
        if project.status == ProjectStatus::Archived {
            return None;
        }
        let (version, settings) =
            published.map(|published| (published.number, published.settings)).unwrap_or_default();
        let texts = settings.spoken();
        let privacy = PrivacyView::of(version, &settings);
        Some(Self {
            project_id: project.id.as_uuid(),
            version,
            name: settings.name.unwrap_or(project.name),
            languages: settings.languages.into_iter().map(Into::into).collect(),
            theme: settings.theme.into(),
            texts: texts.into_iter().map(|(tag, spoken)| (tag.into(), spoken.into())).collect(),
            products: project
                .products
                .into_iter()
                .filter(|product| product.enabled)
                .map(|product| FrontProductView {
                    product_id: product.id.as_uuid(),
                    kind: product.kind.into(),
                    name: product.name,
                })
                .collect(),
            privacy,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;
    use vivier_domain::{ids::ProjectId, project::ProductKind};

    fn project() -> Project {
        Project::first(ProjectId::generate(), "Fournil du Nord", Timestamp::UNIX_EPOCH)
    }

    fn published(settings: serde_json::Value) -> Published<ProjectSettings> {
        let settings = serde_json::from_value(settings).unwrap();
        let (number, published_at) = (7, Timestamp::UNIX_EPOCH);
        Published { number, published_at, published_by: "m".into(), restores: None, settings }
    }

    #[test]
    fn defaults_are_a_whole_front_office() {
        let view = json!(FrontOfficeView::of(project(), None).unwrap());
        assert_eq!((&view["name"], &view["version"]), (&json!("Fournil du Nord"), &json!(0)));
        assert_eq!((&view["languages"], &view["theme"]["on_primary"]), (&json!(["fr"]), &json!("#ffffff")));
        assert!(view["texts"]["fr"]["welcome"].as_str().unwrap().starts_with("Bonjour"));
        let kinds: Vec<_> = view["products"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["chatbot", "search_engine"]);
    }

    #[test]
    fn what_was_published_is_said_and_nothing_more() {
        let settings = json!({
            "name": "Le Fournil recrute", "languages": ["en", "fr"], "texts": {"en": {"welcome": "Hi"}},
            "search": {"synonyms": [["CDI", "contrat"]]}, "allowed_origins": ["https://jobs.acme.example"],
        });
        let mut project = project();
        project.products[0].enabled = false;
        let view = json!(FrontOfficeView::of(project, Some(published(settings))).unwrap());
        assert_eq!((&view["name"], &view["version"]), (&json!("Le Fournil recrute"), &json!(7)));
        assert_eq!(
            (&view["languages"], &view["texts"]["en"]["welcome"]),
            (&json!(["en", "fr"]), &json!("Hi"))
        );
        assert_eq!(view["privacy"], json!(null), "nothing of it was published");
        assert_eq!(view["products"].as_array().unwrap().len(), 1, "what is switched off is not there");
        assert!(!view.to_string().contains("CDI") && !view.to_string().contains("acme"));
    }

    #[test]
    fn a_project_put_away_has_no_front_office() {
        let mut project = project();
        project.status = ProjectStatus::Archived;
        assert!(FrontOfficeView::of(project, None).is_none());
    }

    #[test]
    fn kinds_have_the_words_of_the_domain() {
        for kind in [ProductKind::Chatbot, ProductKind::SearchEngine, ProductKind::MessagingChannel] {
            assert_eq!(json!(FrontProductKind::from(kind)), json!(kind));
        }
    }
}
