//! Reading offers as they are stored.

use std::borrow::Cow;

use serde::Deserialize;
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

/// An offer as lists show it, the way it is stored: as a JSON object.
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

    /// Its title alone. Tells also whether it is an object at all.
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

    /// The object without the brace that closes it.
    pub(crate) fn unclosed(&self) -> &str {
        self.0.strip_suffix('}').unwrap_or(&self.0)
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
