//! What is published of candidates' data, as the API's document describes it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Who answers for candidates' data, for what and on which legal basis it is handled, and what candidates read of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacySettings {
    /// Who answers for it. Name and contact are needed to publish.
    #[schema(required = false)]
    pub controller: Party,
    /// How to reach the controller's data protection officer, where there is one: the office, without a person's name.
    #[schema(min_length = 1, max_length = 500)]
    pub officer_contact: Option<String>,
    /// What it is handled for. At least one purpose with a legal basis is needed to publish.
    #[schema(required = false)]
    pub purposes: PurposeSettings,
}

/// An organisation that can be written to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// How to reach them: an address, a telephone number, a page.
    #[schema(min_length = 1, max_length = 500)]
    pub contact: Option<String>,
}

/// Each purpose with its terms. One without a legal basis is off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeSettings {
    /// Conversations with the chatbot.
    #[schema(required = false)]
    pub chatbot: PurposeTerms,
    /// Saved searches and mails about new offers.
    #[schema(required = false)]
    pub alerts: PurposeTerms,
    /// CVs that are matched with offers.
    #[schema(required = false)]
    pub matching: PurposeTerms,
    /// Counting how the front office is used. It cannot rest on consent: nobody is asked before a search.
    #[schema(required = false)]
    pub statistics: PurposeTerms,
}

/// Why data may be handled for a purpose, and what is said of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeTerms {
    /// The legal basis.
    pub basis: Option<LegalBasis>,
    /// What candidates read, by language, 1 to 5000 characters: what they agree to, where the basis is consent, and else what they are told
    /// (Art. 13 GDPR). Every language of the front office is needed to publish.
    #[schema(required = false)]
    pub texts: BTreeMap<String, String>,
}

/// Why data may be handled (Art. 6(1) GDPR).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// (a) The person agreed.
    Consent,
    /// (b) A contract with the person, or steps towards one at the person's request.
    Contract,
    /// (c) A duty that the law lays on the tenant.
    LegalObligation,
    /// (e) A task in the public interest.
    PublicTask,
    /// (f) Interests of the tenant that the person's do not outweigh.
    LegitimateInterests,
}
