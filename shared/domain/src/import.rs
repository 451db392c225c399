//! An import of offers: its state and its counts.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most offers one file may hold.
pub const MAXIMUM_OFFERS: u64 = 100_000;

/// The largest file, in bytes: 100 000 offers of 2.5 kB.
pub const MAXIMUM_BYTES: u64 = 256 * 1024 * 1024;

/// A text that names no format or status of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a term of an import")]
pub struct UnknownTerm;

/// Declares the formats: each with its stable name and the media type of an upload.
macro_rules! formats {
    ($($(#[$about:meta])* $format:ident = $name:literal, $media:literal;)+) => {
        /// The form of an import file: columns of ours, or the feed of a partner.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ImportFormat {
            $($(#[$about])* #[serde(rename = $name)] $format,)+
        }

        impl ImportFormat {
            /// Every format.
            pub const ALL: &[Self] = &[$(Self::$format),+];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$format => $name,)+
                }
            }

            /// The media type of an upload.
            pub const fn media_type(self) -> &'static str {
                match self {
                    $(Self::$format => $media,)+
                }
            }
        }
    };
}

formats! {
    /// RFC 4180 with a header line, UTF-8.
    Csv = "csv", "text/csv";
    /// One JSON object a line, UTF-8.
    Jsonl = "jsonl", "application/x-ndjson";
    /// The feed of Apec.
    Apec = "apec", "application/xml";
    /// The feed of CleverConnect.
    CleverConnect = "clever-connect", "application/xml";
    /// The feed of Decathlon.
    Decathlon = "decathlon", "application/json";
    /// The feed of EDF.
    Edf = "edf", "application/xml";
    /// The feed of Enedis.
    Enedis = "enedis", "application/xml";
    /// The feed of Engagement Jeunes.
    EngagementJeunes = "engagement-jeunes", "application/json";
    /// The feed of France Travail, from Cegid.
    FranceTravailCegid = "france-travail-cegid", "application/json";
    /// The feed of One offer of France Travail, from Cegid.
    FranceTravailCegidMapper = "france-travail-cegid-mapper", "application/json";
    /// The feed of HelloWork.
    HelloWork = "hello-work", "application/xml";
    /// The feed of HelloWork, from Buddi.
    HelloWorkBuddi = "hello-work-buddi", "application/xml";
    /// The feed of JobTeaser.
    Jobteaser = "jobteaser", "application/xml";
    /// The feed of Jooble.
    Jooble = "jooble", "application/xml";
    /// The feed of Kelio.
    Kelio = "kelio", "application/xml";
    /// The feed of La Poste.
    Laposte = "laposte", "application/xml";
    /// The feed of leboncoin.
    Leboncoin = "leboncoin", "text/csv";
    /// The feed of PASS, the civil service's apprenticeships.
    Pass = "pass", "application/xml";
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// The upload address was given out; no file yet.
    AwaitingUpload,
    /// Rows are being read. A run that stops is taken up again when its lease ends.
    Running,
    /// Every good row is in and the index is published.
    Succeeded,
    /// The file as a whole could not be used and nothing changed, or every attempt to carry it out broke off.
    Failed,
}

impl ImportStatus {
    /// The stable name, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for ImportFormat {
    type Err = UnknownTerm;

    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        Self::ALL.iter().copied().find(|format| format.as_str() == text).ok_or(UnknownTerm)
    }
}

impl FromStr for ImportStatus {
    type Err = UnknownTerm;

    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        let all = [Self::AwaitingUpload, Self::Running, Self::Succeeded, Self::Failed];
        all.into_iter().find(|status| status.as_str() == text).ok_or(UnknownTerm)
    }
}
