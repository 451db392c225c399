//! The one secret: whoever holds it can say which tag a text has.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use serde::{Deserialize, Serialize};
use vivier_domain::opaque::Opaque;

/// A tenant's key for tags, shares and tickets. It never leaves the tenant's own store but into the memory of those who read
/// it there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Opaque<32>);

/// The system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no randomness")]
pub struct NoRandomness;

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(Opaque(bytes)))
    }

    /// Sixty-four bytes that only the holder of the key can tell from any others.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 64] {
        derive(self.0.as_bytes(), purpose, parts)
    }
}

/// HMAC-SHA-512 of the parts. Each is preceded by its length: no two lists of parts are the same message.
pub(crate) fn derive(key: &[u8], purpose: &str, parts: &[&[u8]]) -> [u8; 64] {
    let key = hmac::Key::new(hmac::HMAC_SHA512, key);
    let mut mac = hmac::Context::with_key(&key);
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let mut derived = [0; 64];
    // HMAC-SHA-512 is as long.
    derived.copy_from_slice(mac.sign().as_ref());
    derived
}

/// The first bytes of what was derived.
pub(crate) fn first<const N: usize>(derived: &[u8; 64]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&derived[..N]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_borders() {
        let key = Key(Opaque([1; 32]));
        assert_ne!(key.derive("p", &[b"ab", b"c"]), key.derive("p", &[b"a", b"bc"]));
        assert_ne!(key.derive("p", &[b"ab"]), key.derive("pa", &[b"b"]));
        assert_eq!(key.derive("p", &[b"ab"]), key.derive("p", &[b"ab"]));
    }

    #[test]
    fn two_keys_differ_and_print_nothing() {
        let key = Key::generate().unwrap();
        assert_ne!(key, Key::generate().unwrap());
        assert_eq!(format!("{key:?}"), "Key");
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<Key>(&json).unwrap(), key);
    }
}
