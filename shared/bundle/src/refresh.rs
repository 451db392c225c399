//! How the refresh of a test environment stands. It is kept by the platform, so that a bundle that somebody else wrote is not taken for ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vivier_domain::ids::{ProjectId, TenantId};

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
    /// The environment's own project, to which its host name and its keys lead: while it is empty, nothing else says which that is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub project: Option<ProjectId>,
    /// While it is taken in, whether the test environment was served before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was_served: Option<bool>,
    /// When it was taken in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub done_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_without_a_project_is_read() {
        let text = r#"{"sha256":"00","production":"0198f000-0000-7000-8000-000000000001","made_at":"2026-10-05T10:20:30Z","searched":7}"#;
        let note: Refresh = serde_json::from_str(text).unwrap();
        assert_eq!((note.project, note.was_served, note.done_at), (None, None, None));
        assert_eq!(serde_json::to_string(&note).unwrap(), text);
    }
}
