//! What a link in a mail carries: 32 random bytes. Only their SHA-256 is stored, so a link can be made into a hash and never the other
//! way round.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use sha2::{Digest, Sha256};
use vivier_domain::redacted::Redacted;
use vivier_store::alerts::TokenHash;

/// A secret, in bytes.
const LENGTH: usize = 32;

/// A new token: its text, and what is stored of it.
pub(crate) fn generate() -> (Redacted, TokenHash) {
    let mut secret = [0; LENGTH];
    rand::rng().fill_bytes(&mut secret);
    (Redacted::new(URL_SAFE_NO_PAD.encode(secret)), Sha256::digest(secret).into())
}

/// What would be stored of a token; `None` for a text that can be none.
pub(crate) fn hash(text: &str) -> Option<TokenHash> {
    let secret = URL_SAFE_NO_PAD.decode(text).ok()?;
    (secret.len() == LENGTH).then(|| Sha256::digest(secret).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash_and_does_not_print() {
        let (text, stored) = generate();
        assert_eq!(hash(text.expose()), Some(stored));
        assert_ne!(generate().1, stored);
        assert_eq!(format!("{text:?}"), "[redacted]");
    }

    #[test]
    fn what_can_be_no_token() {
        for text in
            ["", "A", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43), &format!("{}=", "A".repeat(43))]
        {
            assert_eq!(hash(text), None, "{text}");
        }
    }
}
