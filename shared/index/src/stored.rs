//! Reading offers as they are stored.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer as _, Serialize, Serializer};
use serde_json::value::RawValue;
use tantivy::schema::Field;
use tantivy::schema::document::{
    DeserializeError, DocumentDeserialize, DocumentDeserializer, ValueDeserialize, ValueDeserializer,
};
use tantivy::{DocAddress, Searcher};

use crate::page::{OfferDetail, OfferSummary};
use crate::search::{SearchError, SearchIndex};

/// The texts that the engine keeps of an offer.
struct Texts(Vec<(Field, Text)>);

/// All that is stored are texts: they are taken over as they are.
struct Text(String);

impl DocumentDeserialize for Texts {
    fn deserialize<'de, D: DocumentDeserializer<'de>>(mut fields: D) -> Result<Self, DeserializeError> {
        let mut texts = Vec::with_capacity(fields.size_hint());
        while let Some(text) = fields.next_field()? {
            texts.push(text);
        }
        Ok(Self(texts))
    }
}

impl ValueDeserialize for Text {
    fn deserialize<'de, D: ValueDeserializer<'de>>(value: D) -> Result<Self, DeserializeError> {
        value.deserialize_string().map(Self)
    }
}

impl Texts {
    fn take(&mut self, field: Field) -> Result<String, SearchError> {
        let place = self.0.iter().position(|(other, _)| *other == field);
        place.map(|place| self.0.swap_remove(place).1.0).ok_or(SearchError::Stored(None))
    }
}

/// An offer as lists show it, the way it is stored: as a JSON object. Its values are written as they lie there: to read them all and
/// write the same again would take as long as a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSummary(String);

impl StoredSummary {
    /// Its fields.
    ///
    /// # Errors
    /// [`SearchError::Stored`] when the index is damaged.
    pub fn read(&self) -> Result<OfferSummary, SearchError> {
        serde_json::from_str(&self.0).map_err(|error| SearchError::Stored(Some(error)))
    }

    /// Its title alone.
    pub(crate) fn title(&self) -> Result<Cow<'_, str>, SearchError> {
        #[derive(Deserialize)]
        struct Titled<'a> {
            #[serde(borrow)]
            title: Cow<'a, str>,
        }
        let titled: Titled<'_> =
            serde_json::from_str(&self.0).map_err(|error| SearchError::Stored(Some(error)))?;
        Ok(titled.title)
    }
}

impl Serialize for StoredSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        let mut stored = serde_json::Deserializer::from_str(&self.0);
        stored.deserialize_map(Copied(&mut fields)).map_err(S::Error::custom)?;
        stored.end().map_err(S::Error::custom)?;
        fields.end()
    }
}

/// Copies the fields of an object.
struct Copied<'m, M>(&'m mut M);

impl<'de, M: SerializeMap> Visitor<'de> for Copied<'_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut stored: A) -> Result<(), A::Error> {
        while let Some((name, value)) = stored.next_entry::<&str, &RawValue>()? {
            self.0.serialize_entry(name, value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

impl SearchIndex {
    /// An offer in full, by its number.
    pub(crate) fn stored(&self, searcher: &Searcher, doc: u32) -> Result<OfferDetail, SearchError> {
        let (summary, description) = self.as_stored(searcher, doc)?;
        Ok(OfferDetail { summary: summary.read()?, description })
    }

    /// An offer's summary and description, by its number.
    pub(crate) fn as_stored(
        &self,
        searcher: &Searcher,
        doc: u32,
    ) -> Result<(StoredSummary, String), SearchError> {
        let (segment, own) = self.locate(doc);
        let mut texts: Texts = searcher.doc(DocAddress::new(segment as u32, own))?;
        Ok((StoredSummary(texts.take(self.fields.offer)?), texts.take(self.fields.description)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_as_it_is_stored_and_nothing_else_is() {
        let written = |stored: &str| serde_json::to_string(&StoredSummary(stored.to_owned()));
        for stored in [r"{}", r#"{"title":"Chef d’équipe \"nuit\"","skills":["a",1.50],"remote":null}"#] {
            assert_eq!(written(stored).unwrap(), stored);
        }
        for damaged in ["", "[]", r#"{"title":"a"}x"#, r#"{"title":"a""#, r#"{"title":a}"#, "null"] {
            assert!(written(damaged).is_err(), "{damaged}");
        }
    }
}
