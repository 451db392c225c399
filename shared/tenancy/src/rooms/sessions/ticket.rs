//! What a browser or a mail holds: the tenant's id and 32 random bytes. The table is looked into by its hash and what
//! lies there is sealed under its secret, so neither the table nor a log of its keys opens anything.

use std::{fmt, marker::PhantomData};

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use vivier_domain::ids::TenantId;

use crate::{hex, scope::TenantScope};

/// The name of the session's cookie. The prefix binds it to one host, to HTTPS and to the path `/` (RFC 6265bis).
pub const COOKIE_NAME: &str = "__Host-vivier";

/// Bytes of the secret.
const SECRET: usize = 32;
/// Bytes of a ticket: the tenant's id and the secret. 48 bytes are 64 characters without padding.
const LENGTH: usize = 16 + SECRET;

/// What a ticket is for. One kind's ticket is never looked up among another's.
pub trait TicketKind: Send + Sync + 'static {
    /// The beginning of the sort key.
    const PREFIX: &'static str;
}

/// The kinds of tickets.
pub mod kinds {
    use super::TicketKind;

    /// Of a session: a browser's cookie.
    #[derive(Debug)]
    pub struct OfSession;
    /// Of a login that is not complete.
    #[derive(Debug)]
    pub struct OfChallenge;
    /// Of a mailed link that sets a new password.
    #[derive(Debug)]
    pub struct OfReset;

    impl TicketKind for OfSession {
        const PREFIX: &'static str = "session#";
    }
    impl TicketKind for OfChallenge {
        const PREFIX: &'static str = "challenge#";
    }
    impl TicketKind for OfReset {
        const PREFIX: &'static str = "reset#";
    }
}

/// A secret that proves itself. It prints as nothing.
pub struct Ticket<K: TicketKind> {
    bytes: [u8; LENGTH],
    kind: PhantomData<fn() -> K>,
}

/// A session's ticket: the value of the cookie [`COOKIE_NAME`].
pub type Cookie = Ticket<kinds::OfSession>;
/// An open login's ticket: its `challenge_id`.
pub type ChallengeTicket = Ticket<kinds::OfChallenge>;
/// The ticket in the link of a mail.
pub type ResetTicket = Ticket<kinds::OfReset>;

impl<K: TicketKind> fmt::Debug for Ticket<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<K: TicketKind> Ticket<K> {
    /// Reads a ticket; `None` for what cannot be one. Whether it is good, only the table tells.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self { bytes: bytes.try_into().ok()?, kind: PhantomData })
    }

    /// A new one for the scope's tenant.
    pub(super) fn generate(scope: &TenantScope) -> Self {
        let mut bytes = [0; LENGTH];
        let (tenant, secret) = bytes.split_at_mut(LENGTH - SECRET);
        tenant.copy_from_slice(scope.tenant().as_uuid().as_bytes());
        rand::rng().fill_bytes(secret);
        Self { bytes, kind: PhantomData }
    }

    /// Its text: the cookie's value, the challenge's id, the token of a link. It is as good as a password.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// The tenant that it names. Only where the table knows the ticket is that proved.
    pub fn tenant(&self) -> TenantId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.bytes[..16]);
        Uuid::from_bytes(id).into()
    }

    /// The name that the table and the request context know it by: the SHA-256 of its text, in hexadecimal digits.
    pub fn name(&self) -> String {
        hex::encode(&Sha256::digest(self.expose()))
    }

    pub(super) fn partition(&self) -> String {
        format!("tenant#{}", self.tenant())
    }

    pub(super) fn sort(&self) -> String {
        format!("{}{}", K::PREFIX, self.name())
    }

    /// 32 bytes that only the ticket's holder can derive, others for each purpose.
    pub(super) fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        let (tenant, secret) = self.bytes.split_at(LENGTH - SECRET);
        let key: Prk = Salt::new(HKDF_SHA256, tenant).extract(secret);
        let mut out = [0; 32];
        let info = [b"vivier ", K::PREFIX.as_bytes(), purpose];
        // HKDF gives up to 255 times the hash's length and takes any information: 32 bytes cannot be refused.
        if key.expand(&info, Bytes32).and_then(|okm| okm.fill(&mut out)).is_err() {
            unreachable!("HKDF-SHA256 gives 32 bytes");
        }
        out
    }
}

impl Cookie {
    /// The cookie among the values of a request's `Cookie` lines. Where there are two, one is somebody else's doing:
    /// then there is none.
    pub fn find<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let pairs =
            lines.into_iter().flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(name, _)| name.trim() == COOKIE_NAME).map(|(_, value)| value.trim());
        match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value),
            _ => None,
        }
    }

    /// The token that every write with this cookie must repeat in `X-Vivier-CSRF`. It is derived from the cookie, which
    /// no script can read, and stored nowhere.
    pub fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(b"csrf"))
    }
}

/// The length that HKDF is asked for.
struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::rooms::sessions) fn ticket<K: TicketKind>() -> Ticket<K> {
        Ticket::generate(&TenantScope::platform(TenantId::generate()))
    }

    #[test]
    fn a_ticket_reads_back_and_names_its_tenant() {
        let scope = TenantScope::platform(TenantId::generate());
        let cookie = Cookie::generate(&scope);
        let read = Cookie::parse(&cookie.expose()).unwrap();
        assert_eq!((read.tenant(), read.name()), (scope.tenant(), cookie.name()));
        assert_eq!(cookie.expose().len(), 64);
        assert!(cookie.name().len() == 64 && !cookie.name().contains(&cookie.expose()));
        assert_eq!(format!("{cookie:?}"), "[redacted]");
    }

    #[test]
    fn what_is_no_ticket() {
        let good = ticket::<kinds::OfSession>().expose();
        for text in
            ["", "a", &good[1..], &format!("{good}A"), &format!("{good}="), &good.replace(&good[..1], "+")]
        {
            assert!(Cookie::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_cookie_among_others() {
        let good = ticket::<kinds::OfSession>().expose();
        for (lines, found) in [
            (vec![format!("{COOKIE_NAME}={good}")], true),
            (vec![format!("a=b; {COOKIE_NAME}={good}; c=d")], true),
            (vec!["a=b".into(), format!("{COOKIE_NAME}={good}")], true),
            (vec![format!("{COOKIE_NAME}={good}; {COOKIE_NAME}={good}")], false),
            (vec![format!("{COOKIE_NAME}={good}"), format!("{COOKIE_NAME}=x")], false),
            (vec![format!("__host-vivier={good}")], false),
            (vec![format!("vivier={good}")], false),
            (vec![format!("{COOKIE_NAME}=")], false),
            (vec![], false),
        ] {
            assert_eq!(Cookie::find(lines.iter().map(String::as_str)).is_some(), found, "{lines:?}");
        }
    }

    #[test]
    fn what_is_derived_differs_by_ticket_purpose_and_kind() {
        let (one, two) = (ticket::<kinds::OfSession>(), ticket::<kinds::OfSession>());
        let other_kind = ChallengeTicket::parse(&one.expose()).unwrap();
        let derived = [one.derive(b"a"), one.derive(b"b"), two.derive(b"a"), other_kind.derive(b"a")];
        for (place, key) in derived.iter().enumerate() {
            assert!(derived[place + 1..].iter().all(|other| other != key));
        }
        assert_eq!(one.csrf(), Cookie::parse(&one.expose()).unwrap().csrf());
        assert_ne!(one.csrf(), two.csrf());
    }
}
