//! What is kept of a request opens only with the key that its caller made up: the table alone tells neither what was
//! asked nor what was answered.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    hmac,
};
use uuid::Uuid;
use vivier_domain::ids::TenantId;

use crate::hex;

/// Bytes of a derived key.
const LENGTH: usize = 32;

/// A length as HKDF wants to be told.
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        LENGTH
    }
}

/// The keys of one request.
pub(super) struct Seal {
    key: Uuid,
    tenant: TenantId,
}

impl Seal {
    pub(super) const fn new(key: Uuid, tenant: TenantId) -> Self {
        Self { key, tenant }
    }

    fn derive(&self, purpose: &[u8]) -> Option<[u8; LENGTH]> {
        let mut derived = [0; LENGTH];
        Salt::new(HKDF_SHA256, self.tenant.as_uuid().as_bytes())
            .extract(self.key.as_bytes())
            .expand(&[purpose], Length)
            .and_then(|key| key.fill(&mut derived))
            .ok()?;
        Some(derived)
    }

    /// A text that is the same for the same words alone, and tells nobody without the key which they were.
    pub(super) fn name(&self, purpose: &[u8], words: &[u8]) -> Option<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose)?);
        Some(hex::encode(hmac::sign(&key, words).as_ref()))
    }

    /// Seals `text`; it opens with the same `bound` alone.
    pub(super) fn close(&self, bound: &str, text: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = text.to_vec();
        let nonce = self.cipher()?.seal_in_place_append_tag(Aad::from(bound), &mut sealed).ok()?;
        Some([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// What was sealed; `None` for anything else.
    pub(super) fn open(&self, bound: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.cipher()?.open_in_place(nonce, Aad::from(bound), &mut text).ok()?.len();
        text.truncate(opened);
        Some(text)
    }

    fn cipher(&self) -> Option<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.derive(b"vivier request answer")?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_opens_for_its_own_key_tenant_and_request_alone() {
        let (key, tenant) = (Uuid::now_v7(), TenantId::generate());
        let seal = Seal::new(key, tenant);
        let sealed = seal.close("request", b"answer").unwrap();
        assert_eq!(seal.open("request", &sealed).as_deref(), Some(b"answer".as_slice()));
        assert!(!sealed.windows(6).any(|window| window == b"answer"));
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        for (seal, bound, sealed) in [
            (Seal::new(Uuid::now_v7(), tenant), "request", &sealed),
            (Seal::new(key, TenantId::generate()), "request", &sealed),
            (Seal::new(key, tenant), "another", &sealed),
            (Seal::new(key, tenant), "request", &bent),
            (Seal::new(key, tenant), "request", &Vec::new()),
        ] {
            assert_eq!(seal.open(bound, sealed), None);
        }
    }

    #[test]
    fn names_differ_by_key_tenant_purpose_and_words() {
        let (key, tenant) = (Uuid::now_v7(), TenantId::generate());
        let name = |key, tenant, purpose: &str, words: &str| {
            Seal::new(key, tenant).name(purpose.as_bytes(), words.as_bytes()).unwrap()
        };
        let own = name(key, tenant, "a", "b");
        assert_eq!(own, name(key, tenant, "a", "b"));
        assert_eq!(own.len(), 64);
        for other in [
            name(Uuid::now_v7(), tenant, "a", "b"),
            name(key, TenantId::generate(), "a", "b"),
            name(key, tenant, "c", "b"),
            name(key, tenant, "a", "c"),
        ] {
            assert_ne!(own, other);
        }
    }
}
