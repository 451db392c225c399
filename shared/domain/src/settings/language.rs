//! Languages by their BCP 47 tags (RFC 5646), as far as web sites are written in them: language, script, region.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A tag in its one written form: `fr`, `fr-CA`, `zh-Hant-TW`, `es-419`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

/// A text that is no tag this suite takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is a BCP 47 tag of language, script and region, as fr, fr-CA or zh-Hant-TW")]
pub struct InvalidLanguageTag;

impl LanguageTag {
    /// French.
    pub fn french() -> Self {
        Self("fr".into())
    }

    /// English.
    pub fn english() -> Self {
        Self("en".into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region: `fr` of `fr-CA`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

fn letters(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
}

impl TryFrom<String> for LanguageTag {
    type Error = InvalidLanguageTag;

    fn try_from(text: String) -> Result<Self, InvalidLanguageTag> {
        let mut parts = text.split('-').peekable();
        let language = parts.next().filter(|part| letters(part, 2..=3)).ok_or(InvalidLanguageTag)?;
        // The customary case of RFC 5646 section 2.1.1: tags that differ in case alone mean the same.
        let mut tag = language.to_ascii_lowercase();
        if let Some(script) = parts.next_if(|part| letters(part, 4..=4)) {
            let (first, rest) = script.split_at(1);
            tag = format!("{tag}-{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase());
        }
        let region = |part: &&str| {
            letters(part, 2..=2) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
        };
        if let Some(region) = parts.next_if(region) {
            tag = format!("{tag}-{}", region.to_ascii_uppercase());
        }
        if parts.next().is_none() { Ok(Self(tag)) } else { Err(InvalidLanguageTag) }
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        tag.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        for (text, expected) in [
            ("fr", Some("fr")),
            ("FR-ca", Some("fr-CA")),
            ("ZH-hANT-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("gsw", Some("gsw")),
            ("", None),
            ("f", None),
            ("fr-", None),
            ("french", None),
            ("fr_FR", None),
            ("fr-FR-FR", None),
            ("fr-x-private", None),
            ("é1", None),
            ("fr-Ünic", None),
        ] {
            let read = LanguageTag::try_from(text.to_owned());
            assert_eq!(read.as_ref().map(LanguageTag::as_str).ok(), expected, "{text}");
        }
        assert_eq!(LanguageTag::try_from("fr-CA".to_owned()).unwrap().primary(), "fr");
    }
}
