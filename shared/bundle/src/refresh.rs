//! How the refresh of a test environment stands. It is kept by the platform, so that a bundle that somebody else wrote is not taken for ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::ids::TenantId;

/// An anonymised bundle for a test environment, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// SHA-256 of the archive, in hexadecimal digits: no other is taken in.
    pub sha256: String,
    /// Of which production tenant.
    pub production: TenantId,
    /// When it was made, and found free of persons.
    pub made_at: Timestamp,
    /// How many values it was searched for.
    pub searched: u64,
    /// While it is taken in, whether the test environment was served before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was_served: Option<bool>,
    /// When it was taken in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_at: Option<Timestamp>,
}
