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

/// Where offers come from. Each source has references of its own, and an import closes only what its source brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImportSource(String);

impl ImportSource {
    /// Characters in a name, at most.
    pub const LONGEST: usize = 40;

    /// The source of files of a format, where nobody names one: a partner's feed is its own, files of ours are one.
    pub fn of(format: ImportFormat) -> Self {
        Self(match format {
            ImportFormat::Csv | ImportFormat::Jsonl => "file".to_owned(),
            feed => feed.as_str().to_owned(),
        })
    }

    /// The name, as stores keep it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImportSource {
    type Err = UnknownTerm;

    /// Small letters without accents, figures and hyphens, 1 to 40.
    fn from_str(text: &str) -> Result<Self, UnknownTerm> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = (1..=Self::LONGEST).contains(&text.len()) && text.chars().all(plain);
        good.then(|| Self(text.to_owned())).ok_or(UnknownTerm)
    }
}

impl TryFrom<String> for ImportSource {
    type Error = UnknownTerm;

    fn try_from(text: String) -> Result<Self, UnknownTerm> {
        text.parse()
    }
}

impl From<ImportSource> for String {
    fn from(source: ImportSource) -> Self {
        source.0
    }
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// The upload address was given out; no file yet.
    AwaitingUpload,
    /// Rows are being read. A run that stops is taken up again when its lease ends.
    Running,
    /// The file has far fewer offers than its source had: nothing was changed, and a member has to confirm it.
    Held,
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
            Self::Held => "held",
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
        let all = [Self::AwaitingUpload, Self::Running, Self::Held, Self::Succeeded, Self::Failed];
        all.into_iter().find(|status| status.as_str() == text).ok_or(UnknownTerm)
    }
}
