//! Types of the domain as the API's document describes them. They are never made: a test holds them to the documents
//! that the domain's own types write and take.

mod privacy;
mod search;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

pub use privacy::PrivacySettings;
pub use search::{Experiment, OneWay, SearchSettings, Weights};

/// What kind of product it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Answers from the tenant's documents.
    Chatbot,
    /// Finds offers.
    SearchEngine,
    /// A channel of a third party.
    MessagingChannel,
}

/// Whether a project is in use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectStatus {
    /// In use.
    Active,
    /// Put away: its keys open nothing.
    Archived,
}

/// A project's settings. What is left out has its default.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSettings {
    /// The form of the document: 1.
    #[schema(minimum = 1, maximum = 1, required = false)]
    pub schema: u16,
    /// What candidates read as the front office's name; the project's own where there is none.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// BCP 47 tags of the languages it speaks, the first one where a candidate asks for none of them; `["fr"]` by default.
    #[schema(min_items = 1, max_items = 10, required = false, value_type = Vec<String>)]
    pub languages: Vec<String>,
    /// How it looks.
    #[schema(required = false)]
    pub theme: Theme,
    /// What it says, by language; of languages other than French and English every text.
    #[schema(required = false)]
    pub texts: BTreeMap<String, Texts>,
    /// How its search engine finds.
    #[schema(required = false)]
    pub search: SearchSettings,
    /// How its chatbot answers.
    #[schema(required = false)]
    pub chat: ChatSettings,
    /// Web sites that it may be put into, as `https://jobs.acme.example`.
    #[schema(max_items = 50, required = false)]
    pub allowed_origins: Vec<String>,
    /// Who answers for candidates' data, and why it may be handled. A draft may lack any of it; nothing is published without it.
    #[schema(required = false)]
    pub privacy: PrivacySettings,
}

/// How a front office looks. Text needs a contrast of 4.5 to what is behind it (WCAG 2.1): `text` to `background`, and
/// `text` or white to `primary`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The colour of buttons, `#rrggbb`.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", required = false)]
    pub primary: String,
    /// The page's colour.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", required = false)]
    pub background: String,
    /// The text's colour.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", required = false)]
    pub text: String,
    /// The logo's address, `https://` and at most 500 characters.
    #[schema(max_length = 500, pattern = "^https://")]
    pub logo: Option<String>,
    /// A font family's name.
    #[schema(min_length = 1, max_length = 60, pattern = "^[A-Za-z0-9-]+( [A-Za-z0-9-]+)*$")]
    pub font: Option<String>,
}

/// The texts of one language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What a candidate is greeted with.
    #[schema(min_length = 1, max_length = 1000)]
    pub welcome: Option<String>,
    /// What is said where nothing can be answered.
    #[schema(min_length = 1, max_length = 1000)]
    pub fallback: Option<String>,
}

/// How the chatbot answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatSettings {
    /// In whose words it answers.
    #[schema(required = false)]
    pub answers: AnswerMode,
    /// The model at Amazon Bedrock, or its inference profile, that writes answers; needed where they are `written`.
    #[schema(min_length = 1, max_length = 140, pattern = "^[A-Za-z0-9._:/-]+$")]
    pub model: Option<String>,
    /// What counts how much when passages are looked for.
    #[schema(required = false)]
    pub weights: RetrievalWeights,
    /// How sure it must be before it answers, in percent of the usual.
    #[schema(maximum = 1000, required = false)]
    pub caution: u16,
    /// Only documents with one of these tags answer; all of them where there are none. A tag has 1 to 40 characters.
    #[schema(max_items = 20, required = false)]
    pub tags: Vec<String>,
    /// Whether candidates are offered a person of the company where the documents do not answer.
    #[schema(required = false)]
    pub hand_over: bool,
    /// Whether wishes for a job are answered with the tenant's offers; so by default.
    #[schema(required = false)]
    pub offers: bool,
    /// How much may be asked.
    #[schema(required = false)]
    pub limits: ChatLimits,
}

/// In whose words a question is answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMode {
    /// In the documents' own: sentences are quoted.
    Extract,
    /// In those of a model, sentence by sentence covered by a quotation.
    Written,
}

/// What counts how much when passages are looked for, in percent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetrievalWeights {
    /// Words that question and passage share.
    #[schema(maximum = 1000, required = false)]
    pub words: u16,
    /// Nearness of meaning.
    #[schema(maximum = 1000, required = false)]
    pub meaning: u16,
}

/// How much may be asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatLimits {
    /// Characters of a question.
    #[schema(minimum = 20, maximum = 4000, required = false)]
    pub characters: u16,
    /// Exchanges of a conversation.
    #[schema(minimum = 1, maximum = 500, required = false)]
    pub exchanges: u16,
    /// Questions an hour by one publishable key; as many as the key's own pace allows where there is none.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub per_key_hour: Option<u32>,
    /// Questions an hour from one address.
    #[schema(minimum = 1, maximum = 1_000_000, required = false)]
    pub per_address_hour: u32,
}

/// The tenant's own settings. What is left out has its default.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantSettings {
    /// Where the back office may be entered from, IPv4 and IPv6 in CIDR notation; from everywhere where there is none.
    #[schema(max_items = 100, required = false)]
    pub ip_ranges: Vec<String>,
    /// How long sessions last.
    #[schema(required = false)]
    pub sessions: SessionSettings,
    /// Whether every member must have a second factor.
    #[schema(required = false)]
    pub mfa_required: bool,
    /// How long data is kept.
    #[schema(required = false)]
    pub retention: RetentionSettings,
    /// Who mails.
    #[schema(required = false)]
    pub mail: MailSettings,
    /// How documents are read.
    #[schema(required = false)]
    pub documents: DocumentSettings,
}

/// How documents are read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentSettings {
    /// Whether pages that are images alone may go through optical character recognition; not by default.
    #[schema(required = false)]
    pub recognition: bool,
}

/// How long sessions last.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// The longest a session lasts, in hours.
    #[schema(minimum = 1, maximum = 24, required = false)]
    pub hours: u8,
    /// How long a session may lie idle, in minutes.
    #[schema(minimum = 5, maximum = 1440, required = false)]
    pub idle_minutes: u16,
}

/// How long each kind of data is kept, in days, in every project of the tenant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    /// Conversations, from their last message.
    #[schema(minimum = 1, maximum = 90, required = false)]
    pub conversations_days: u16,
    /// Events of use.
    #[schema(minimum = 1, maximum = 90, required = false)]
    pub events_days: u16,
    /// The audit log.
    #[schema(minimum = 1, maximum = 90, required = false)]
    pub audit_log_days: u16,
    /// Alerts, from when they were last confirmed.
    #[schema(minimum = 7, maximum = 90, required = false)]
    pub alerts_days: u16,
    /// Figures by the day.
    #[schema(minimum = 92, maximum = 1098, required = false)]
    pub figures_days: u16,
    /// Fetchings of feeds, from their end.
    #[schema(minimum = 1, maximum = 90, required = false)]
    pub feed_runs_days: u16,
    /// Runs over test questions.
    #[schema(minimum = 7, maximum = 366, required = false)]
    pub test_runs_days: u16,
    /// Closed offers, from when they were closed.
    #[schema(minimum = 30, maximum = 1098, required = false)]
    pub closed_offers_days: u16,
    /// Files of offers, from when they came.
    #[schema(minimum = 1, maximum = 90, required = false)]
    pub import_files_days: u16,
}

/// Who mails on the tenant's behalf.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The name beside the sender's address.
    #[schema(min_length = 1, max_length = 80)]
    pub sender_name: Option<String>,
    /// The sender's address, of a domain that the operator approved for the tenant.
    #[schema(max_length = 254)]
    pub sender_address: Option<String>,
    /// The language of mails to members who chose none.
    #[schema(required = false)]
    pub language: MailLanguage,
}

/// A language that mails are written in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailLanguage {
    /// French.
    Fr,
    /// English.
    En,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use utoipa::OpenApi;
    use vivier_domain as domain;

    #[derive(OpenApi)]
    #[openapi(components(schemas(super::ProjectSettings, super::TenantSettings)))]
    struct Document;

    /// The paths of a schema's properties, and of a document's, with `*` for what is chosen by whoever writes it.
    fn described(schemas: &Value, schema: &Value, at: &str, found: &mut BTreeSet<String>) {
        let schema = match schema["$ref"].as_str() {
            Some(name) => &schemas[name.rsplit('/').next().unwrap()],
            None => schema,
        };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            found.insert(format!("{at}{name}"));
            described(schemas, property, &format!("{at}{name}."), found);
        }
        if schema["additionalProperties"].is_object() {
            described(schemas, &schema["additionalProperties"], &format!("{at}*."), found);
        }
    }

    fn written(document: &Value, at: &str, found: &mut BTreeSet<String>) {
        for (name, value) in document.as_object().into_iter().flatten() {
            if at == "texts." {
                written(value, "texts.*.", found);
            } else {
                found.insert(format!("{at}{name}"));
                written(value, &format!("{at}{name}."), found);
            }
        }
    }

    #[test]
    fn the_schemas_are_what_is_written_and_taken() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let schemas = &document["components"]["schemas"];
        let project: domain::settings::ProjectSettings =
            serde_json::from_value(json!({"texts": {"fr": {}}})).unwrap();
        for (name, settings) in [
            ("ProjectSettings", serde_json::to_value(project).unwrap()),
            ("TenantSettings", serde_json::to_value(domain::settings::TenantSettings::default()).unwrap()),
        ] {
            let (mut schema, mut real) = (BTreeSet::new(), BTreeSet::new());
            described(schemas, &schemas[name], "", &mut schema);
            written(&settings, "", &mut real);
            assert_eq!(schema, real, "{name}");
            assert_eq!(schemas[name]["required"], Value::Null, "everything has a default");
            assert_eq!(schemas[name]["additionalProperties"], json!(false));
        }
    }

    #[test]
    fn closed_lists_have_the_same_words() {
        use domain::project::{ProductKind as K, ProjectStatus as S};
        for (mirror, real) in [
            (json!(super::ProductKind::Chatbot), json!(K::Chatbot)),
            (json!(super::ProductKind::SearchEngine), json!(K::SearchEngine)),
            (json!(super::ProductKind::MessagingChannel), json!(K::MessagingChannel)),
            (json!(super::ProjectStatus::Active), json!(S::Active)),
            (json!(super::ProjectStatus::Archived), json!(S::Archived)),
            (json!(super::AnswerMode::Extract), json!(domain::settings::chat::AnswerMode::Extract)),
            (json!(super::AnswerMode::Written), json!(domain::settings::chat::AnswerMode::Written)),
            (json!(super::MailLanguage::Fr), json!(domain::member::Language::Fr)),
            (json!(super::MailLanguage::En), json!(domain::member::Language::En)),
            (json!(super::privacy::LegalBasis::Consent), json!(domain::purpose::LegalBasis::Consent)),
            (json!(super::privacy::LegalBasis::Contract), json!(domain::purpose::LegalBasis::Contract)),
            (
                json!(super::privacy::LegalBasis::LegalObligation),
                json!(domain::purpose::LegalBasis::LegalObligation),
            ),
            (json!(super::privacy::LegalBasis::PublicTask), json!(domain::purpose::LegalBasis::PublicTask)),
            (
                json!(super::privacy::LegalBasis::LegitimateInterests),
                json!(domain::purpose::LegalBasis::LegitimateInterests),
            ),
        ] {
            assert_eq!(mirror, real);
        }
    }
}
