//! What lies in a bundle, entry by entry. Two tenants with the same data have the same entries, byte by byte: whose they are stands in the
//! manifest alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vivier_domain::{
    ids::TenantId,
    tenant::{Slug, TenantKind},
};

/// The version of the form.
pub const VERSION: u8 = 1;
/// Stands where the tenant's own identifier stood.
pub const PLACEHOLDER: &str = "00000000-0000-0000-0000-000000000000";
/// The last entry.
pub const MANIFEST: &str = "manifest.json";
/// Members' accounts: of the tenant's own user pool entries, which are made anew where the data is taken in.
pub const ACCOUNTS: &str = "accounts.csv";

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows it has below its header; none where it is no table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<u64>,
}

/// What a bundle says of the tenant itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// Its identifier, in whose place [`PLACEHOLDER`] stands in the data.
    pub tenant_id: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Production or test.
    pub kind: TenantKind,
    /// The time zone of its days.
    pub time_zone: String,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the form.
    pub version: u8,
    /// Whose bundle it is.
    pub tenant: Own,
    /// When it was made.
    pub made_at: Timestamp,
    /// What stands where the tenant's identifier stood.
    pub placeholder: String,
    /// SHA-256 over the lines `<sha256>  <name>` of [`Self::entries`] but for [`Self::own`]: equal where the data is.
    pub data_sha256: String,
    /// Entries that belong to the tenant itself, and are not taken in elsewhere.
    pub own: Vec<String>,
    /// Every entry but the manifest, in order.
    pub entries: Vec<Entry>,
    /// Of an anonymised bundle, of whom and for whom it was made; none where it is as it lay.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub anonymised: Option<Anonymised>,
}

/// That nobody is in a bundle any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anonymised {
    /// The production tenant whose data it was.
    pub production: TenantId,
    /// The only tenant that may take it in.
    pub test: TenantId,
}

/// A digest in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest of all entries that are data.
pub fn digest(entries: &[Entry], own: &[String]) -> String {
    let mut hash = Sha256::new();
    for entry in entries.iter().filter(|entry| !own.contains(&entry.name)) {
        hash.update(entry.sha256.as_bytes());
        hash.update(b"  ");
        hash.update(entry.name.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// The entry of a table of a database.
pub fn table_entry(store: &str, table: &str) -> String {
    format!("data/{store}/{table}.csv")
}

/// The entry of the items of a store.
pub fn items_entry(store: &str) -> String {
    format!("data/{store}.csv")
}

/// The entry of a file.
pub fn file_entry(key: &str) -> String {
    format!("files/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_data_alone() {
        let entry =
            |name: &str, sha: &str| Entry { name: name.into(), sha256: sha.into(), bytes: 1, rows: None };
        let own = [ACCOUNTS.to_owned()];
        let one = digest(&[entry("a", "1"), entry(ACCOUNTS, "2")], &own);
        assert_eq!(one, digest(&[entry("a", "1"), entry(ACCOUNTS, "3")], &own));
        assert_ne!(one, digest(&[entry("a", "2"), entry(ACCOUNTS, "2")], &own));
        assert_ne!(one, digest(&[entry("b", "1"), entry(ACCOUNTS, "2")], &own));
    }
}
