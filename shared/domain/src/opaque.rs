//! Bytes that say nothing to whoever lacks a key: tags, shares, what is sealed. Their number is part of their type, so that
//! no text fits where one is expected.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// So many bytes, in JSON as base64url (RFC 4648, section 5) without padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opaque<const N: usize>(pub [u8; N]);

impl<const N: usize> Opaque<N> {
    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// Reads bytes; `None` for any other number of them.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads what [`fmt::Display`] wrote.
    pub fn decode(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes))
    }
}

impl<const N: usize> fmt::Display for Opaque<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<const N: usize> fmt::Debug for Opaque<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{N} bytes]")
    }
}

impl<const N: usize> Serialize for Opaque<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Opaque<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::decode(&text).ok_or_else(|| D::Error::custom("not as many bytes as expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_another_length_fits() {
        let tag = Opaque([7; 16]);
        let json = serde_json::to_string(&tag).unwrap();
        assert_eq!(json, "\"BwcHBwcHBwcHBwcHBwcHBw\"");
        assert_eq!(serde_json::from_str::<Opaque<16>>(&json).unwrap(), tag);
        for wrong in ["\"camille martin\"", "\"BwcHBwcHBwcHBwcHBwcHBwc\"", "\"\"", "7", "null"] {
            assert!(serde_json::from_str::<Opaque<16>>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{tag:?}"), "[16 bytes]");
    }
}
