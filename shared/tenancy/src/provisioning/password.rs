//! Passwords and keys for machines: 32 letters and digits, about 190 bits, from a cryptographic generator seeded by the system.

use rand::RngCore;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AZ";

/// A random text of `length` letters and digits. It holds no quote, so it may stand in SQL that takes no parameters.
pub(crate) fn letters(length: usize) -> String {
    let mut bytes = vec![0u8; length];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

/// A first password for a person: long, and of every class the policy asks for (K6.2a).
pub(crate) fn temporary() -> String {
    format!("{}-aA1!", letters(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_are_never_the_same_and_hold_nothing_to_escape() {
        let (one, two) = (letters(32), letters(32));
        assert_ne!(one, two);
        assert!(one.len() == 32 && one.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
