//! The places in a tenant's bucket.

use std::{fmt, str::FromStr};

use vivier_domain::ids::{DocumentId, GenerationId, ImportId, PrivacyRequestId, ReportRunId};

/// Where copies of persons' data lie.
pub(super) const COPIES: &str = "copies/";
/// Where it stands how far the ledger of erasures was carried out.
pub(super) const ERASURES: &str = "erasures/";

/// Every place in a bucket. A key that is none of these cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileKey {
    /// An uploaded file of offers.
    Import(ImportId),
    /// A version of a document's file.
    Document(DocumentId, u32),
    /// Which index is the current one.
    IndexPointer,
    /// One immutable index.
    IndexGeneration(GenerationId),
    /// A report's file.
    Report(ReportRunId),
    /// A copy of a person's data.
    Copy(PrivacyRequestId),
    /// That the ledger of erasures was carried out on this bucket up to a receipt.
    ErasuresApplied(u64),
    /// A part of what the tenant takes along, before all is packed.
    DeparturePart(u32),
    /// What the tenant takes along, packed.
    DepartureBundle,
    /// What another tenant took along, to be taken in here.
    ArrivalBundle,
}

impl FileKey {
    /// Whether it is made of what lies elsewhere, and no belonging of its own.
    pub const fn is_made(&self) -> bool {
        matches!(
            self,
            Self::Copy(_)
                | Self::ErasuresApplied(_)
                | Self::DeparturePart(_)
                | Self::DepartureBundle
                | Self::ArrivalBundle
        )
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import(id) => write!(f, "imports/{id}"),
            Self::Document(id, version) => write!(f, "documents/{id}/{version}"),
            Self::IndexPointer => f.write_str("index/current.json"),
            Self::IndexGeneration(id) => write!(f, "index/generations/{id}.tar"),
            Self::Report(id) => write!(f, "reports/{id}"),
            Self::Copy(id) => write!(f, "{COPIES}{id}"),
            Self::ErasuresApplied(seq) => write!(f, "{ERASURES}{seq:020}"),
            Self::DeparturePart(number) => write!(f, "departure/parts/{number:04}"),
            Self::DepartureBundle => f.write_str("departure/bundle.zip"),
            Self::ArrivalBundle => f.write_str("departure/incoming.zip"),
        }
    }
}

/// A key that is no known place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no known place in a bucket")]
pub struct UnknownKey;

impl FromStr for FileKey {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let parts: Vec<&str> = text.split('/').collect();
        let key = match parts.as_slice() {
            ["imports", id] => Self::Import(id.parse().map_err(|_| UnknownKey)?),
            ["documents", id, version] => {
                Self::Document(id.parse().map_err(|_| UnknownKey)?, version.parse().map_err(|_| UnknownKey)?)
            }
            ["copies", id] => Self::Copy(id.parse().map_err(|_| UnknownKey)?),
            ["erasures", seq] => Self::ErasuresApplied(seq.parse().map_err(|_| UnknownKey)?),
            ["reports", id] => Self::Report(id.parse().map_err(|_| UnknownKey)?),
            ["departure", "parts", number] => Self::DeparturePart(number.parse().map_err(|_| UnknownKey)?),
            ["departure", "bundle.zip"] => Self::DepartureBundle,
            ["departure", "incoming.zip"] => Self::ArrivalBundle,
            ["index", "current.json"] => Self::IndexPointer,
            ["index", "generations", file] => Self::IndexGeneration(
                file.strip_suffix(".tar").ok_or(UnknownKey)?.parse().map_err(|_| UnknownKey)?,
            ),
            _ => return Err(UnknownKey),
        };
        // One place, one spelling: `imports/{ID}` in capitals or `documents/x/01` would be a second name for it.
        if key.to_string() == text { Ok(key) } else { Err(UnknownKey) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_reads_back_from_its_key() {
        for key in [
            FileKey::Import(ImportId::generate()),
            FileKey::Document(DocumentId::generate(), 7),
            FileKey::IndexPointer,
            FileKey::IndexGeneration(GenerationId::generate()),
            FileKey::Report(ReportRunId::generate()),
            FileKey::Copy(PrivacyRequestId::generate()),
            FileKey::ErasuresApplied(7),
            FileKey::DeparturePart(7),
            FileKey::DepartureBundle,
            FileKey::ArrivalBundle,
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }

    #[test]
    fn nothing_else_is_a_place() {
        let id = ImportId::generate();
        for text in [
            String::new(),
            "imports/".into(),
            format!("imports/{id}/x"),
            format!("/imports/{id}"),
            format!("imports/{}", id.simple()),
            format!("documents/{id}/01"),
            format!("documents/{id}/-1"),
            format!("index/generations/{id}"),
            "imports/../index/current.json".into(),
        ] {
            assert_eq!(text.parse::<FileKey>(), Err(UnknownKey), "{text}");
        }
    }
}
