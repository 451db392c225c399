//! What makes the log a chain: each entry's hash covers all its fields and the hash of the entry before it.
//!
//! The hash is SHA-256 over the entry's fields in a fixed order, each as four bytes of length (most significant first)
//! and then its bytes, so that no two entries have the same text; a field that is not there has the length −1 and no
//! bytes. In this order: `vivier.audit.v1`, the hash before, tenant, ordinal, entry id, time, office, actor, action,
//! subject, outcome, address, request id. Ids are their 16 bytes; whole numbers have 8 bytes, most significant first;
//! a time is its microseconds since 1970 in UTC; texts are UTF-8. The first entry of a tenant has the ordinal 1, and
//! the hash before it is 32 zero bytes.
//!
//! The database computes it where the entry is added, while it holds the chain's end; this is the second, independent
//! hand that finds out whether the two agree.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What the format calls itself; another one would be a new version.
const FORMAT: &[u8] = b"vivier.audit.v1";

/// The hash of an entry. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; 32]);

impl Hash {
    /// What stands before the first entry.
    pub const ORIGIN: Self = Self([0; 32]);

    /// As the database keeps it. Anything else than 32 bytes is no hash of ours, and equals none.
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self(bytes.try_into().unwrap_or([0xff; 32]))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash has 64 hexadecimal digits")]
pub struct InvalidHash;

impl FromStr for Hash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidHash);
        }
        let mut bytes = [0; 32];
        for (byte, place) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).map_err(|_| InvalidHash)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Hash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, InvalidHash> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

/// A place in a chain: which entry, counted from 1, and its hash. Whoever notes one can later ask whether it is still
/// in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The entry's number in its tenant's chain.
    pub ordinal: i64,
    /// The entry's hash.
    pub hash: Hash,
}

impl Link {
    /// Before the first entry.
    pub const ORIGIN: Self = Self { ordinal: 0, hash: Hash::ORIGIN };
}

/// An entry as the log holds it, with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Whose it is.
    pub tenant: Uuid,
    /// Its own id.
    pub entry_id: Uuid,
    /// Its place and hash.
    pub link: Link,
    /// The hash of the entry before it.
    pub previous: Hash,
    /// When it happened.
    pub happened_at: Timestamp,
    /// `front`, `back` or `platform`.
    pub office: String,
    /// A member's subject, `operator`, `system` or `unknown`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// How it ended.
    pub outcome: String,
    /// The caller's address, if there was one.
    pub from_address: Option<String>,
    /// The request, if there was one.
    pub request_id: Option<String>,
}

impl Linked {
    /// The hash that the entry must have.
    pub fn compute(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut field = |bytes: Option<&[u8]>| {
            // No field is near 2 GiB: the database bounds them.
            let length = bytes.map_or(-1, |bytes| i32::try_from(bytes.len()).unwrap_or(i32::MAX));
            hasher.update(length.to_be_bytes());
            hasher.update(bytes.unwrap_or_default());
        };
        field(Some(FORMAT));
        field(Some(&self.previous.0));
        field(Some(self.tenant.as_bytes()));
        field(Some(&self.link.ordinal.to_be_bytes()));
        field(Some(self.entry_id.as_bytes()));
        field(Some(&self.happened_at.as_microsecond().to_be_bytes()));
        for text in [&self.office, &self.actor, &self.action, &self.subject, &self.outcome] {
            field(Some(text.as_bytes()));
        }
        for text in [&self.from_address, &self.request_id] {
            field(text.as_ref().map(String::as_bytes));
        }
        Hash(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked() -> Linked {
        Linked {
            tenant: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
            entry_id: "018f0000-0000-7000-8000-0000000000e1".parse().unwrap(),
            link: Link { ordinal: 1, hash: Hash::ORIGIN },
            previous: Hash::ORIGIN,
            happened_at: "2026-01-15T03:00:00.000001Z".parse().unwrap(),
            office: "back".into(),
            actor: "018f0000-0000-7000-8000-0000000000c1".into(),
            action: "documents_delete".into(),
            subject: "018f0000-0000-7000-8000-0000000000d1".into(),
            outcome: "done".into(),
            from_address: None,
            request_id: Some("c6af9ac6".into()),
        }
    }

    #[test]
    fn the_hash_of_an_entry_never_changes() {
        // Computed with another program from the description above.
        let expected = "46423c4bad6afe29381b98a83a80913d155020e63dda7bc9e1997df67a922764";
        assert_eq!(linked().compute().to_string(), expected);
    }

    #[test]
    fn every_field_is_in_the_hash() {
        let changes: &[fn(&mut Linked)] = &[
            |entry| entry.tenant = Uuid::nil(),
            |entry| entry.entry_id = Uuid::nil(),
            |entry| entry.link.ordinal = 2,
            |entry| entry.previous = Hash([1; 32]),
            |entry| entry.happened_at = "2026-01-15T03:00:00.000002Z".parse().unwrap(),
            |entry| entry.office = "front".into(),
            |entry| entry.actor = "operator".into(),
            |entry| entry.action = "documents_create".into(),
            |entry| entry.subject = "another".into(),
            |entry| entry.outcome = "begun".into(),
            |entry| entry.from_address = Some(String::new()),
            |entry| entry.request_id = None,
            // What one field loses and the next wins is another entry.
            |entry| (entry.office, entry.actor) = ("backx".into(), "y".into()),
            |entry| (entry.office, entry.actor) = ("back".into(), "xy".into()),
            |entry| (entry.from_address, entry.request_id) = (Some("c6af9ac6".into()), None),
        ];
        let mut seen = vec![linked().compute()];
        for (number, change) in changes.iter().enumerate() {
            let mut entry = linked();
            change(&mut entry);
            assert!(!seen.contains(&entry.compute()), "change {number}");
            seen.push(entry.compute());
        }
    }

    #[test]
    fn hashes_read_back_and_nothing_else_does() {
        let hash = linked().compute();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in ["", "00", &"g".repeat(64), &format!("{hash}0"), &"é".repeat(32), &"+".repeat(64)] {
            assert_eq!(text.parse::<Hash>(), Err(InvalidHash), "{text}");
        }
    }
}
