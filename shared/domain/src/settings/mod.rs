//! Settings as typed documents (K5.1): one for the tenant, one for each project. Each has a draft, a published version
//! and the history of what was published.

pub mod chat;
pub mod colour;
mod document;
pub mod flow;
pub mod language;
pub mod legal;
pub mod project;
pub mod search;
pub mod sender;
pub mod tenant;
pub mod texts;
pub mod theme;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::purpose::Grounds;

pub use document::Settings;
pub use legal::PrivacySettings;
pub use project::ProjectSettings;
pub use sender::SenderDomain;
pub use tenant::TenantSettings;

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published<T> {
    /// Counts from 1.
    pub number: u32,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it: a member's subject, or `operator`.
    pub published_by: String,
    /// The number of the version it brought back, where it was a roll-back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u32>,
    /// What was published.
    pub settings: T,
}

impl Published<ProjectSettings> {
    /// What may be done with candidates' data; `None` where what was published lacks what must be said of it.
    pub fn grounds(&self) -> Option<Grounds> {
        let bases = self.settings.privacy.open().map(|(purpose, basis, _)| (purpose, basis));
        self.settings.lacks().is_empty().then(|| Grounds::new(self.number, bases))
    }
}
