//! What is signed: that a member received the bundle, and that afterwards every store was destroyed and looked at again.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vivier_domain::{ids::TenantId, opaque::Opaque, tenant::Slug};

use crate::Bundle;

/// A text with what proves who signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The text as it was signed, letter for letter.
    pub text: String,
    /// SHA-256 of it.
    pub hash: Opaque<32>,
    /// Ed25519 (RFC 8032) of it.
    pub signature: Opaque<64>,
    /// The key that the signature is checked by.
    pub public_key: Opaque<32>,
}

impl Signed {
    /// A text with its proofs; `sign` has the key.
    pub fn seal(text: String, public_key: Opaque<32>, sign: impl FnOnce(&[u8]) -> Opaque<64>) -> Self {
        let (hash, signature) = (Opaque(Sha256::digest(&text).into()), sign(text.as_bytes()));
        Self { text, hash, signature, public_key }
    }

    /// Whether it is as it was signed.
    pub fn holds(&self) -> bool {
        self.hash.as_bytes().as_slice() == Sha256::digest(&self.text).as_slice()
            && UnparsedPublicKey::new(&ED25519, self.public_key.as_bytes())
                .verify(self.text.as_bytes(), self.signature.as_bytes())
                .is_ok()
    }
}

/// What a member signs who has received the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Its place behind the receipts of the tenant's ledger.
    pub seq: u64,
    /// The tenant.
    pub tenant: TenantId,
    /// The archive's SHA-256, as the member read it off what was received.
    pub bundle_sha256: String,
    /// Its size.
    pub bundle_bytes: u64,
    /// Who acknowledged it: an identifier of a member.
    pub member: String,
    /// When.
    pub at: Timestamp,
    /// The hash of the ledger's last receipt; zeros where it has none.
    pub previous: Opaque<32>,
}

/// What became of one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreReceipt {
    /// Which one, by its stable name.
    pub store: String,
    /// When it was destroyed.
    pub destroyed_at: Timestamp,
    /// When a second look, by another way, found nothing.
    pub absent_at: Timestamp,
}

/// What the deployment signs once nothing is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the form.
    pub version: u8,
    /// The deployment.
    pub deployment: String,
    /// The tenant that was.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// When the contract ended.
    pub begun_at: Timestamp,
    /// What was handed over.
    pub bundle: Bundle,
    /// Who received it.
    pub acknowledgement: Signed,
    /// Every store, in the order they were destroyed.
    pub stores: Vec<StoreReceipt>,
    /// When the last of them was.
    pub destroyed_at: Timestamp,
    /// The day on which the last backup that may hold something has ended.
    pub backups_until: Date,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no certificate of this form, or not as it was written.
    #[error("this is no certificate as it was issued")]
    Form,
    /// Its text was changed, or another key signed it.
    #[error("the certificate is not as it was signed")]
    Signature,
    /// The key in it is not the one that was named.
    #[error("another key than the one named signed the certificate")]
    Key,
    /// The acknowledgement in it is not as it was signed, or is of something else.
    #[error("the acknowledgement in the certificate does not hold")]
    Acknowledgement,
    /// The archive is another one.
    #[error("this bundle is not the one of the certificate")]
    Bundle,
}

/// What was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the certificate says.
    pub certificate: Certificate,
    /// What the member signed.
    pub acknowledgement: Acknowledgement,
    /// By whom the certificate is signed: to be compared with the key that the deployment tells.
    pub public_key: Opaque<32>,
}

/// Checks a certificate's file, and where they are given the archive's SHA-256 and the key it must be signed by.
pub fn verify(file: &[u8], bundle: Option<&str>, key: Option<&Opaque<32>>) -> Result<Verified, Flaw> {
    let signed: Signed = serde_json::from_slice(file).map_err(|_| Flaw::Form)?;
    // One certificate, one spelling: whatever else would be read alike was not issued.
    if serde_json::to_vec(&signed).ok().as_deref() != Some(file) {
        return Err(Flaw::Form);
    }
    if !signed.holds() {
        return Err(Flaw::Signature);
    }
    if key.is_some_and(|key| *key != signed.public_key) {
        return Err(Flaw::Key);
    }
    let certificate: Certificate = serde_json::from_str(&signed.text).map_err(|_| Flaw::Form)?;
    let inner = &certificate.acknowledgement;
    let acknowledgement: Acknowledgement =
        serde_json::from_str(&inner.text).map_err(|_| Flaw::Acknowledgement)?;
    if !inner.holds()
        || acknowledgement.tenant != certificate.tenant
        || acknowledgement.bundle_sha256 != certificate.bundle.sha256
        || certificate.stores.is_empty()
        || certificate.stores.iter().any(|store| store.destroyed_at < acknowledgement.at)
    {
        return Err(Flaw::Acknowledgement);
    }
    if bundle.is_some_and(|sha256| sha256 != certificate.bundle.sha256) {
        return Err(Flaw::Bundle);
    }
    Ok(Verified { acknowledgement, public_key: signed.public_key, certificate })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use proptest::prelude::*;

    use super::*;

    fn seal(seed: u8, text: String) -> Signed {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let key = Opaque::from_slice(pair.public_key().as_ref()).unwrap();
        Signed::seal(text, key, |bytes| Opaque::from_slice(pair.sign(bytes).as_ref()).unwrap())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn issued(change: impl FnOnce(&mut Acknowledgement, &mut Certificate)) -> Vec<u8> {
        let tenant =
            TenantId::from("0198f000-0000-7000-8000-000000000001".parse::<TenantId>().unwrap().as_uuid());
        let mut acknowledgement = Acknowledgement {
            seq: 1,
            tenant,
            bundle_sha256: "ab".repeat(32),
            bundle_bytes: 7,
            member: "member".into(),
            at: at(10),
            previous: Opaque([0; 32]),
        };
        let mut certificate = Certificate {
            version: 1,
            deployment: "test".into(),
            tenant,
            slug: Slug::try_from("acme".to_owned()).unwrap(),
            name: "Acmé \"SA\"".into(),
            begun_at: at(0),
            bundle: Bundle {
                sha256: "ab".repeat(32),
                bytes: 7,
                entries: 3,
                data_sha256: "cd".repeat(32),
                made_at: at(5),
            },
            acknowledgement: seal(1, String::new()),
            stores: vec![StoreReceipt { store: "silo".into(), destroyed_at: at(11), absent_at: at(12) }],
            destroyed_at: at(12),
            backups_until: Date::constant(2027, 11, 29),
        };
        change(&mut acknowledgement, &mut certificate);
        if certificate.acknowledgement.text.is_empty() {
            certificate.acknowledgement = seal(1, serde_json::to_string(&acknowledgement).unwrap());
        }
        serde_json::to_vec(&seal(2, serde_json::to_string(&certificate).unwrap())).unwrap()
    }

    #[test]
    fn a_certificate_holds_as_it_was_issued() {
        let file = issued(|_, _| {});
        let verified = verify(&file, Some(&"ab".repeat(32)), None).unwrap();
        assert_eq!(verified.certificate.name, "Acmé \"SA\"");
        assert_eq!(verified.acknowledgement.seq, 1);
        assert_eq!(verify(&file, Some(&"ac".repeat(32)), None), Err(Flaw::Bundle));
        assert_eq!(verify(&file, None, Some(&Opaque([3; 32]))), Err(Flaw::Key));
        assert!(verify(&file, None, Some(&verified.public_key)).is_ok());
        let spaced = [b" ".as_slice(), file.as_slice()].concat();
        assert_eq!(verify(&spaced, None, None), Err(Flaw::Form));
    }

    #[test]
    fn what_it_says_must_agree_with_itself() {
        for file in [
            issued(|acknowledgement, _| acknowledgement.bundle_sha256 = "00".repeat(32)),
            issued(|acknowledgement, _| acknowledgement.tenant = TenantId::generate()),
            issued(|acknowledgement, _| acknowledgement.at = at(100)),
            issued(|_, certificate| certificate.stores.clear()),
            issued(|_, certificate| {
                certificate.acknowledgement = seal(1, "{}".into());
            }),
        ] {
            assert_eq!(verify(&file, None, None), Err(Flaw::Acknowledgement));
        }
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_refused(place in any::<prop::sample::Index>(), other in 1u8..=255) {
            let mut file = issued(|_, _| {});
            let place = place.index(file.len());
            file[place] ^= other;
            prop_assert!(verify(&file, None, None).is_err(), "byte {place}");
        }

        #[test]
        fn one_cut_or_added_byte_is_refused(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let file = issued(|_, _| {});
            let place = place.index(file.len());
            let (mut cut, mut added) = (file.clone(), file.clone());
            cut.remove(place);
            added.insert(place, byte);
            prop_assert!(verify(&cut, None, None).is_err() && verify(&added, None, None).is_err());
        }
    }
}
