//! A field of a body that says only what is to be different.

use serde::{Deserialize, Deserializer, Serialize};

/// A field that may be left as it is, set, or emptied with `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Patch<T> {
    /// It was not named.
    #[default]
    Keep,
    /// This, or nothing.
    Set(Option<T>),
}

impl<T> Patch<T> {
    /// The field with the change in it.
    pub fn on(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => value,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Change {
        rate: Patch<u32>,
    }

    #[test]
    fn keep_set_and_empty_are_three_things() {
        for (text, before, after) in [
            ("{}", Some(1), Some(1)),
            ("{\"rate\": 2}", Some(1), Some(2)),
            ("{\"rate\": null}", Some(1), None),
            ("{}", None, None),
        ] {
            let change: Change = serde_json::from_str(text).unwrap();
            assert_eq!(change.rate.on(before), after, "{text}");
        }
    }
}
