//! What attempts are counted by, and how many there may be. No key says whose it is.

use std::net::IpAddr;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::hex;

/// The longest delay, and how long a lock lasts.
pub(super) const LOCK: SignedDuration = SignedDuration::from_mins(15);

/// What attempts are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptKey(String);

impl AttemptKey {
    fn new(kind: &str, text: &str) -> Self {
        Self(format!("{kind}#{}", hex::encode(&Sha256::digest(text.as_bytes()))))
    }

    /// An account, by its e-mail address, whether there is one or not.
    pub fn account(email: &str) -> Self {
        Self::new("account", &email.to_lowercase())
    }

    /// Mails that were asked for, by the address they go to.
    pub fn mails(email: &str) -> Self {
        Self::new("mails", &email.to_lowercase())
    }

    /// Messages to phones, by the subject of the member who asked for them.
    pub fn messages(subject: &str) -> Self {
        Self::new("messages", subject)
    }

    /// A caller's address. Of IPv6 it is the network (64 bits): one subscriber has as many addresses as it likes. All
    /// callers whose address is unknown are one.
    pub fn address(address: Option<IpAddr>) -> Self {
        let text = match address {
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => format!("{:x}", u128::from(address) >> 64),
            None => "unknown".to_owned(),
        };
        Self::new("address", &text)
    }

    /// The key as a text that [`AttemptKey::restore`] reads.
    pub fn into_text(self) -> String {
        self.0
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A key that was made before.
    pub const fn restore(text: String) -> Self {
        Self(text)
    }
}

/// How many failures there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// From so many failures on, each is followed by a delay that doubles.
    pub delay_from: u32,
    /// With so many, nothing is looked at for a quarter of an hour.
    pub lock_at: u32,
}

impl Limit {
    /// How long nothing is looked at after this many failures: 4 s, 8 s, 16 s … and a quarter of an hour at the end.
    pub fn delay(&self, failures: u32) -> SignedDuration {
        if failures >= self.lock_at {
            return LOCK;
        }
        match failures.checked_sub(self.delay_from) {
            None => SignedDuration::ZERO,
            Some(more) => SignedDuration::from_secs(4 << more.min(16)).min(LOCK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end_in_a_lock() {
        let limit = Limit { delay_from: 3, lock_at: 10 };
        for (failures, seconds) in
            [(0, 0), (1, 0), (2, 0), (3, 4), (4, 8), (5, 16), (9, 256), (10, 900), (1000, 900)]
        {
            assert_eq!(limit.delay(failures).as_secs(), seconds, "{failures}");
        }
        let wide = Limit { delay_from: 30, lock_at: 100 };
        for (failures, seconds) in [(29, 0), (30, 4), (37, 512), (38, 900), (99, 900), (100, 900)] {
            assert_eq!(wide.delay(failures).as_secs(), seconds, "{failures}");
        }
    }

    #[test]
    fn who_is_counted_together() {
        let address = |text: &str| AttemptKey::address(Some(text.parse().unwrap()));
        for (one, two, together) in [
            (AttemptKey::account("Camille@Acme.example"), AttemptKey::account("camille@acme.example"), true),
            (AttemptKey::account("camille@acme.example"), AttemptKey::mails("camille@acme.example"), false),
            (address("2001:db8::1"), address("2001:db8::ffff:1"), true),
            (address("2001:db8:0:1::1"), address("2001:db8:0:2::1"), false),
            (address("192.0.2.1"), address("192.0.2.2"), false),
            (AttemptKey::address(None), AttemptKey::address(None), true),
        ] {
            assert_eq!(one == two, together, "{one:?} {two:?}");
        }
        assert!(!format!("{:?}", AttemptKey::account("camille@acme.example")).contains("camille"));
    }
}
