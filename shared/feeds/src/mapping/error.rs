//! What is wrong with a mapping.

/// A mapping that cannot be used, told to who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct MappingError {
    place: String,
    reason: String,
}

impl MappingError {
    pub(super) fn new(place: &str, reason: impl Into<String>) -> Self {
        Self { place: place.to_owned(), reason: reason.into() }
    }

    /// The key that is wrong, such as `columns.city`, or the line where the text is no TOML.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why, in a sentence.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
