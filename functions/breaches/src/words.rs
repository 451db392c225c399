//! What operators write about a breach: bounded, printable, in both languages, and about nobody.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_data_map::{Map, Store, Table};
use vivier_domain::{member::Language, settings::tenant::is_printable};
use vivier_runtime::HandlerError;

/// The most characters of a text.
pub(crate) const LONGEST: usize = 4_000;
/// The most characters of whom to ask.
pub(crate) const LONGEST_CONTACT: usize = 300;
/// The most characters of an authority's reference.
pub(crate) const LONGEST_REFERENCE: usize = 200;

/// A text in both languages that tenants read. It names no person: neither candidates nor members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BreachWords)]
pub struct Words {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Words {
    /// In one language.
    pub(crate) fn get(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }

    /// Refuses what cannot be printed, is too long, or has an address in it.
    pub(crate) fn check(&self, field: &'static str) -> Result<(), HandlerError> {
        for text in [&self.fr, &self.en] {
            if !is_printable(text, LONGEST) {
                let message =
                    format!("{field} has 1 to {LONGEST} printable characters on one line, in fr and en");
                return Err(HandlerError::refused("invalid-words", message));
            }
            if text.contains('@') {
                let message = format!("{field} names nobody: an address has no place in the register");
                return Err(HandlerError::refused("names-somebody", message));
            }
        }
        Ok(())
    }
}

/// Refuses a short text that cannot be printed or is too long.
pub(crate) fn check_line(text: &str, most: usize, field: &'static str) -> Result<(), HandlerError> {
    if is_printable(text, most) {
        return Ok(());
    }
    let message = format!("{field} has 1 to {most} printable characters on one line");
    Err(HandlerError::refused("invalid-words", message))
}

/// What a breach did to data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BreachNature)]
pub enum Nature {
    /// Somebody saw what they may not see.
    Confidentiality,
    /// It was changed.
    Integrity,
    /// It was lost, or could not be reached.
    Availability,
}

impl Nature {
    /// For people.
    pub(crate) const fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Confidentiality, Language::Fr) => "perte de confidentialité",
            (Self::Confidentiality, Language::En) => "loss of confidentiality",
            (Self::Integrity, Language::Fr) => "perte d'intégrité",
            (Self::Integrity, Language::En) => "loss of integrity",
            (Self::Availability, Language::Fr) => "perte de disponibilité",
            (Self::Availability, Language::En) => "loss of availability",
        }
    }
}

/// The tables that a place of the data map stands for: `silo` is all of a store, `silo/alerts` one table of it.
pub(crate) fn tables<'m>(map: &'m Map, place: &str) -> Vec<&'m Table> {
    let (store, table) = match place.split_once('/') {
        Some((store, table)) => (store, Some(table)),
        None => (place, None),
    };
    let Some(store) = Store::ALL.iter().find(|known| known.as_str() == store) else { return Vec::new() };
    match table {
        None => map.tables(*store).collect(),
        Some(table) => map.table(*store, table).into_iter().collect(),
    }
}

/// Refuses places that the data map does not know.
pub(crate) fn check_places(map: &Map, places: &[String]) -> Result<(), HandlerError> {
    if places.iter().any(|place| tables(map, place).is_empty()) {
        let message = "a place is a store of the data map, or a store and a table: silo/alerts";
        return Err(HandlerError::refused("unknown-place", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_data_map::map;

    fn words(fr: &str, en: &str) -> Words {
        Words { fr: fr.to_owned(), en: en.to_owned() }
    }

    #[test]
    fn words_are_printable_bounded_and_about_nobody() {
        let long = "a".repeat(LONGEST + 1);
        for (fr, en, code) in [
            ("Un disque a été perdu.", "A disk was lost.", None),
            ("", "A disk was lost.", Some("invalid-words")),
            ("Un disque", "two\nlines", Some("invalid-words")),
            ("Un disque", " padded ", Some("invalid-words")),
            ("Un disque", "\u{7}", Some("invalid-words")),
            ("Un disque", long.as_str(), Some("invalid-words")),
            ("camille@example.org", "A disk", Some("names-somebody")),
        ] {
            let refused = words(fr, en).check("what").err().map(|error| error.to_string());
            assert_eq!(refused.as_deref().and_then(|text| text.split(':').next()), code, "{fr} {en}");
            assert!(!refused.unwrap_or_default().contains("camille"));
        }
    }

    #[test]
    fn a_place_is_a_store_or_a_table_of_the_map() {
        assert_eq!(tables(map(), "silo/alerts").len(), 1);
        assert_eq!(tables(map(), "silo").len(), map().tables(Store::Silo).count());
        assert_eq!(tables(map(), "bucket/documents/*/*").len(), 1);
        for place in ["", "silo/", "silo/nothing", "cellar", "Silo"] {
            assert!(check_places(map(), &[place.to_owned()]).is_err(), "{place}");
        }
    }
}
