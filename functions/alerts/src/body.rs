//! What candidates send, and what they are answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{alert::Frequency, member::Language, redacted::Redacted, settings::tenant::is_address};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_store::alerts::Kept;

/// A search to be told about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAlertRequest {
    /// Whom to tell. Nothing but a request to confirm is sent there until its holder confirms.
    #[schema(value_type = String, max_length = 254, example = "camille@example.org")]
    email: Redacted,
    /// The search: the query of `GET /v1/offers`, with all its filters.
    #[schema(value_type = String, max_length = 8000, example = "q=boulanger&contract=permanent&near=Nantes&radius_km=20")]
    search: Redacted,
    /// How often.
    pub(crate) frequency: AlertFrequency,
    /// What mails are written in.
    pub(crate) language: AlertLanguage,
    /// The version of the texts that the candidate agreed to, as `GET /v1/front-office` has it; needed where alerts rest on consent.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub(crate) consent_version: Option<u32>,
}

impl NewAlertRequest {
    /// The address in lower case, and the query.
    pub(crate) fn check(&self) -> Result<(Redacted, &str), Problem> {
        if !is_address(self.email.expose()) {
            return Err(Problem::new(ProblemKind::InvalidBody).field("email", "invalid"));
        }
        Ok((Redacted::new(self.email.expose().to_lowercase()), self.search.expose()))
    }
}

/// How often an alert tells of new offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertFrequency {
    /// Once a day.
    Daily,
    /// Once a week.
    Weekly,
}

impl From<AlertFrequency> for Frequency {
    fn from(view: AlertFrequency) -> Self {
        match view {
            AlertFrequency::Daily => Self::Daily,
            AlertFrequency::Weekly => Self::Weekly,
        }
    }
}

impl From<Frequency> for AlertFrequency {
    fn from(frequency: Frequency) -> Self {
        match frequency {
            Frequency::Daily => Self::Daily,
            Frequency::Weekly => Self::Weekly,
        }
    }
}

/// What mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertLanguage {
    /// French.
    Fr,
    /// English.
    En,
}

impl From<AlertLanguage> for Language {
    fn from(view: AlertLanguage) -> Self {
        match view {
            AlertLanguage::Fr => Self::Fr,
            AlertLanguage::En => Self::En,
        }
    }
}

/// What a link in a mail carries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertToken {
    /// As the link has it.
    #[schema(value_type = String)]
    pub(crate) token: Redacted,
}

/// An alert that goes on.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct KeptAlert {
    /// How often it tells of new offers.
    frequency: AlertFrequency,
    /// When it ends by itself.
    expires_at: Timestamp,
}

impl From<Kept> for KeptAlert {
    fn from(kept: Kept) -> Self {
        Self { frequency: kept.frequency.into(), expires_at: kept.expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_sent_does_not_print() {
        let body = json!({"email": "Camille@Example.org", "search": "q=secret", "frequency": "daily", "language": "fr"});
        let body: NewAlertRequest = serde_json::from_value(body).unwrap();
        let printed = format!("{body:?}");
        assert!(!printed.contains("amille") && !printed.contains("secret"), "{printed}");
        let (email, search) = body.check().unwrap();
        assert_eq!((email.expose(), search), ("camille@example.org", "q=secret"));
    }
}
