//! Reading offers as they are stored.

use tantivy::schema::Field;
use tantivy::schema::document::{
    DeserializeError, DocumentDeserialize, DocumentDeserializer, ValueDeserialize, ValueDeserializer,
};
use tantivy::{DocAddress, Searcher};

use crate::page::OfferDetail;
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

impl SearchIndex {
    /// An offer in full, by its number.
    pub(crate) fn stored(&self, searcher: &Searcher, doc: u32) -> Result<OfferDetail, SearchError> {
        let (segment, own) = self.locate(doc);
        let mut texts: Texts = searcher.doc(DocAddress::new(segment as u32, own))?;
        let summary = texts.take(self.fields.offer)?;
        let summary = serde_json::from_str(&summary).map_err(|error| SearchError::Stored(Some(error)))?;
        Ok(OfferDetail { summary, description: texts.take(self.fields.description)? })
    }
}
