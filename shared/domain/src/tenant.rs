//! A tenant as the registry knows it.

use serde::{Deserialize, Serialize};

/// Whether a tenant is a company's live environment or its test environment (K5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    /// Real people use it.
    Production,
    /// Linked to a production tenant; its data is anonymous by default.
    Test,
}

/// Where a tenant stands in its life. Only an `Active` one is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Its stores are being made; a create that stopped half-way goes on from here.
    Creating,
    /// Served.
    Active,
    /// Every key and token is refused; the data stays.
    Disabled,
    /// Its stores were, or are about to be, restored from a backup: everybody is told to come again, until the ledger of erasures was carried out
    /// on them. Operators alone work on it.
    Restoring,
    /// Its contract has ended: candidates and schedules are shut out, members come in to take their data along and for nothing else.
    Leaving,
    /// Its stores are being removed; a delete that stopped half-way goes on from here.
    Deleting,
}

impl TenantStatus {
    /// Whether all its stores are there, served or not.
    pub const fn has_stores(self) -> bool {
        matches!(self, Self::Active | Self::Disabled | Self::Restoring | Self::Leaving)
    }
}

/// The tenant's short name: it is the first label of its host name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// A text that cannot be a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a slug has 3 to 40 characters a-z, 0-9 and single dashes, and begins with a letter")]
pub struct InvalidSlug;

impl Slug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidSlug;

    fn try_from(text: String) -> Result<Self, InvalidSlug> {
        let shape = (3..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.contains("--")
            && !text.ends_with('-');
        if shape { Ok(Self(text)) } else { Err(InvalidSlug) }
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_served_may_have_stores() {
        use TenantStatus as S;
        for (status, has) in [
            (S::Active, true),
            (S::Disabled, true),
            (S::Restoring, true),
            (S::Leaving, true),
            (S::Creating, false),
            (S::Deleting, false),
        ] {
            assert_eq!(status.has_stores(), has, "{status:?}");
        }
    }

    #[test]
    fn slugs() {
        for (text, accepted) in [
            ("acme", true),
            ("fournil-du-nord", true),
            ("ab", false),
            ("-acme", false),
            ("acme-", false),
            ("ac--me", false),
            ("Acme", false),
            ("1acme", false),
            ("acme.eu", false),
            ("é-acme", false),
        ] {
            assert_eq!(Slug::try_from(text.to_owned()).is_ok(), accepted, "{text}");
        }
    }
}
