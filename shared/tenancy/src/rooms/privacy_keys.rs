//! The keys by which a tenant's persons are known once nothing else of them is left, and by which receipts of erasures are signed: one secret,
//! made when it is first needed. With it ends all that the hashes could tell.

use aws_lc_rs::{
    constant_time, hmac,
    rand::{SecureRandom, SystemRandom},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use aws_sdk_secretsmanager::{
    Client,
    error::ProvideErrorMetadata,
    operation::{create_secret::CreateSecretError, get_secret_value::GetSecretValueError},
};
use serde::{Deserialize, Serialize};
use vivier_domain::{ids::PrivacyRequestId, opaque::Opaque};

use super::secrets::SERVICE;
use crate::{scope::TenantScope, tenancy::TenancyError};

const CORRUPT: TenancyError = TenancyError::Corrupt("keys of privacy");
/// Bytes of a link's proof.
const PROOF: usize = 32;
/// Bytes of an id.
const ID: usize = 16;

/// One tenant's secret.
#[derive(Debug)]
pub struct PrivacyKeys<'a> {
    client: Client,
    name: String,
    _scope: &'a TenantScope,
}

/// What the secret holds.
#[derive(Serialize, Deserialize)]
struct Seeds {
    hash: Opaque<32>,
    sign: Opaque<32>,
}

impl<'a> PrivacyKeys<'a> {
    pub(crate) fn new(client: Client, name: String, scope: &'a TenantScope) -> Self {
        Self { client, name, _scope: scope }
    }

    /// The keys; they are made where there are none.
    pub async fn open(&self) -> Result<Keys, TenancyError> {
        open(&self.client, &self.name).await
    }
}

/// The keys of a secret; they are made where there are none.
pub(crate) async fn open(client: &Client, name: &str) -> Result<Keys, TenancyError> {
    if let Some(keys) = fetch(client, name).await? {
        return Ok(keys);
    }
    let made = serde_json::to_string(&Seeds { hash: random()?, sign: random()? }).map_err(|_| CORRUPT)?;
    match client.create_secret().name(name).secret_string(made).send().await {
        Ok(_) => {}
        // Another made them in between: those hold.
        Err(error)
            if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) => {}
        Err(error) => return Err(TenancyError::quiet(SERVICE, error.code())),
    }
    fetch(client, name).await?.ok_or(CORRUPT)
}

async fn fetch(client: &Client, name: &str) -> Result<Option<Keys>, TenancyError> {
    match client.get_secret_value().secret_id(name).send().await {
        Ok(found) => Keys::read(found.secret_string().ok_or(CORRUPT)?).map(Some),
        Err(error)
            if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(TenancyError::quiet(SERVICE, error.code())),
    }
}

fn random() -> Result<Opaque<32>, TenancyError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CORRUPT)?;
    Ok(Opaque(bytes))
}

/// A tenant's keys, in memory.
pub struct Keys {
    hash: hmac::Key,
    sign: Ed25519KeyPair,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    fn read(text: &str) -> Result<Self, TenancyError> {
        // Why it cannot be read may quote it.
        let seeds: Seeds = serde_json::from_str(text).map_err(|_| CORRUPT)?;
        let sign = Ed25519KeyPair::from_seed_unchecked(seeds.sign.as_bytes()).map_err(|_| CORRUPT)?;
        Ok(Self { hash: hmac::Key::new(hmac::HMAC_SHA256, seeds.hash.as_bytes()), sign })
    }

    fn tag(&self, parts: [&[u8]; 2]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.hash);
        for part in parts {
            context.update(part);
            context.update(b"\0");
        }
        context.sign().as_ref().try_into().unwrap_or_default()
    }

    /// A person, by an e-mail address in lower case or by another identifier.
    pub fn subject(&self, identifier: &str) -> Opaque<32> {
        Opaque(self.tag([b"subject", identifier.as_bytes()]))
    }

    /// What a mailed link for `purpose` carries: the request, and a proof that the link was made here.
    pub fn link(&self, purpose: &str, request: PrivacyRequestId) -> Opaque<{ ID + PROOF }> {
        let mut link = [0; ID + PROOF];
        let id = request.as_uuid();
        link[..ID].copy_from_slice(id.as_bytes());
        link[ID..].copy_from_slice(&self.tag([purpose.as_bytes(), id.as_bytes()]));
        Opaque(link)
    }

    /// The request that a link for `purpose` was made for.
    pub fn request_of(&self, purpose: &str, link: &str) -> Option<PrivacyRequestId> {
        let link = Opaque::<{ ID + PROOF }>::decode(link)?;
        let (id, proof) = link.as_bytes().split_first_chunk::<ID>()?;
        let made = self.tag([purpose.as_bytes(), id]);
        constant_time::verify_slices_are_equal(&made, proof).ok()?;
        Some(uuid::Uuid::from_bytes(*id).into())
    }

    /// Eight figures that go another way than a link: who has both is who asked.
    pub fn code(&self, request: PrivacyRequestId) -> String {
        let tag = self.tag([b"code", request.as_uuid().as_bytes()]);
        let number = u64::from_be_bytes(*tag.first_chunk().unwrap_or(&[0; 8])) % 100_000_000;
        format!("{number:08}")
    }

    /// Whether `typed` is the code of a request; spaces and dashes are how people write it.
    pub fn is_code(&self, request: PrivacyRequestId, typed: &str) -> bool {
        let typed: String = typed.chars().filter(|one| !matches!(one, ' ' | '-' | '\u{a0}')).collect();
        constant_time::verify_slices_are_equal(self.code(request).as_bytes(), typed.as_bytes()).is_ok()
    }

    /// A signature (Ed25519, RFC 8032) that [`verify`] checks.
    pub fn sign(&self, bytes: &[u8]) -> Opaque<64> {
        Opaque::from_slice(self.sign.sign(bytes).as_ref()).unwrap_or(Opaque([0; 64]))
    }

    /// The key that signatures are checked with: it may be told to anyone.
    pub fn public_key(&self) -> Opaque<32> {
        Opaque::from_slice(self.sign.public_key().as_ref()).unwrap_or(Opaque([0; 32]))
    }
}

/// Whether a signature is of these bytes and by this key.
pub fn verify(key: &Opaque<32>, bytes: &[u8], signature: &Opaque<64>) -> bool {
    UnparsedPublicKey::new(&ED25519, key.as_bytes()).verify(bytes, signature.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> Keys {
        let seeds = Seeds { hash: Opaque([seed; 32]), sign: Opaque([seed; 32]) };
        Keys::read(&serde_json::to_string(&seeds).unwrap()).unwrap()
    }

    #[test]
    fn a_link_is_for_one_purpose_request_and_tenant() {
        let (own, other, request) = (keys(1), keys(2), PrivacyRequestId::generate());
        let link = own.link("confirmation", request).to_string();
        assert_eq!(own.request_of("confirmation", &link), Some(request));
        assert_eq!(own.request_of("copy", &link), None);
        assert_eq!(other.request_of("confirmation", &link), None);
        let mut bent = own.link("confirmation", request);
        bent.0[3] ^= 1;
        for wrong in [bent.to_string(), String::new(), link[1..].to_owned()] {
            assert_eq!(own.request_of("confirmation", &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_of_one_request() {
        let (keys, request) = (keys(1), PrivacyRequestId::generate());
        let code = keys.code(request);
        assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(keys.is_code(request, &format!("{} {}", &code[..4], &code[4..])));
        assert!(!keys.is_code(PrivacyRequestId::generate(), &code) && !keys.is_code(request, ""));
    }

    #[test]
    fn a_changed_byte_is_not_signed() {
        let keys = keys(1);
        let signature = keys.sign(b"gone");
        assert!(verify(&keys.public_key(), b"gone", &signature));
        assert!(!verify(&keys.public_key(), b"gonf", &signature));
        assert!(!verify(&super::tests::keys(2).public_key(), b"gone", &signature));
    }

    #[test]
    fn a_person_is_told_apart_and_not_told() {
        let (own, other) = (keys(1), keys(2));
        assert_eq!(own.subject("camille@example.org"), own.subject("camille@example.org"));
        assert_ne!(own.subject("camille@example.org"), other.subject("camille@example.org"));
        assert!(!format!("{own:?}").contains('1'));
    }
}
