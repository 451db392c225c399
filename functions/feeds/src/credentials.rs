//! What opens a feed. It comes in a request, goes to the store of secrets, and is in no answer.

use russh::keys::decode_secret_key;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_domain::{
    credential::{HttpCredentials, LONGEST_NAME, LONGEST_SECRET, is_plain},
    feed::{CredentialKind, Transport},
    redacted::Redacted,
};

/// Characters in a private key, at most: one of RSA with 4096 bits has 3 400.
const LONGEST_KEY: usize = 16_000;

/// What opens a feed: `basic` and `bearer` over HTTPS, `password` and `private_key` over SFTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// A name and a password over HTTPS.
    Basic {
        /// The name; without a colon.
        #[schema(value_type = String)]
        username: Redacted,
        /// The password.
        #[schema(value_type = String)]
        password: Redacted,
    },
    /// A token over HTTPS.
    Bearer {
        /// The token.
        #[schema(value_type = String)]
        token: Redacted,
    },
    /// A name and a password over SFTP.
    Password {
        /// The name.
        #[schema(value_type = String)]
        username: Redacted,
        /// The password.
        #[schema(value_type = String)]
        password: Redacted,
    },
    /// A name and a private key over SFTP.
    PrivateKey {
        /// The name.
        #[schema(value_type = String)]
        username: Redacted,
        /// The key as OpenSSH or PKCS#8 writes it, without a passphrase.
        #[schema(value_type = String)]
        private_key: Redacted,
    },
}

impl Credentials {
    /// Which kind.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Basic { .. } => CredentialKind::Basic,
            Self::Bearer { .. } => CredentialKind::Bearer,
            Self::Password { .. } => CredentialKind::Password,
            Self::PrivateKey { .. } => CredentialKind::PrivateKey,
        }
    }

    /// What a request carries of it; nothing of what opens SFTP.
    pub const fn http(&self) -> Option<HttpCredentials<'_>> {
        match self {
            Self::Basic { username, password } => Some(HttpCredentials::Basic { username, password }),
            Self::Bearer { token } => Some(HttpCredentials::Bearer { token }),
            Self::Password { .. } | Self::PrivateKey { .. } => None,
        }
    }

    /// The fields that cannot be what they are for.
    pub fn broken(&self) -> Vec<&'static str> {
        let fields = match self {
            Self::Basic { username, password } => {
                return HttpCredentials::Basic { username, password }.broken();
            }
            Self::Bearer { token } => return HttpCredentials::Bearer { token }.broken(),
            Self::Password { username, password } => [
                ("username", is_plain(username, LONGEST_NAME)),
                ("password", is_plain(password, LONGEST_SECRET)),
            ],
            Self::PrivateKey { username, private_key } => [
                ("username", is_plain(username, LONGEST_NAME)),
                (
                    "private_key",
                    private_key.expose().len() <= LONGEST_KEY
                        && decode_secret_key(private_key.expose(), None).is_ok(),
                ),
            ],
        };
        fields.into_iter().filter(|(_, good)| !good).map(|(field, _)| field).collect()
    }

    /// As the store of secrets keeps it.
    pub fn stored(&self) -> Result<Redacted, serde_json::Error> {
        serde_json::to_string(self).map(Redacted::new)
    }

    /// As the store of secrets kept it.
    pub fn read(stored: &Redacted) -> Option<Self> {
        serde_json::from_str(stored.expose()).ok()
    }
}

/// Whether a kind opens what is fetched so.
pub fn fits(kind: CredentialKind, transport: Transport) -> bool {
    match kind {
        CredentialKind::Basic | CredentialKind::Bearer => transport == Transport::Https,
        CredentialKind::Password | CredentialKind::PrivateKey => transport == Transport::Sftp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Made for this test; it opens nothing.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
        -----END PRIVATE KEY-----\n";

    #[test]
    fn what_they_are_made_of() {
        let long = "x".repeat(LONGEST_SECRET + 1);
        for (body, broken) in [
            (json!({"kind": "basic", "username": "a", "password": "b"}), vec![]),
            (json!({"kind": "basic", "username": "a:b", "password": ""}), vec!["username", "password"]),
            (json!({"kind": "bearer", "token": "abc.def"}), vec![]),
            (json!({"kind": "bearer", "token": "abc def"}), vec!["token"]),
            (json!({"kind": "bearer", "token": "a\r\nHost: b"}), vec!["token"]),
            (json!({"kind": "bearer", "token": long}), vec!["token"]),
            (json!({"kind": "password", "username": "a:b", "password": "é"}), vec![]),
            (json!({"kind": "password", "username": "", "password": "a\u{0}"}), vec!["username", "password"]),
            (json!({"kind": "private_key", "username": "a", "private_key": KEY}), vec![]),
            (
                json!({"kind": "private_key", "username": "a", "private_key": "ssh-ed25519 AAAA"}),
                vec!["private_key"],
            ),
        ] {
            let credentials: Credentials = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(credentials.broken(), broken, "{body}");
            assert_eq!(Credentials::read(&credentials.stored().unwrap()), Some(credentials));
        }
        for body in [
            json!({"kind": "basic", "username": "a"}),
            json!({"kind": "bearer", "token": "a", "password": "b"}),
            json!({"kind": "none"}),
        ] {
            assert!(serde_json::from_value::<Credentials>(body.clone()).is_err(), "{body}");
        }
    }

    #[test]
    fn they_print_nothing() {
        let body = json!({"kind": "password", "username": "camille", "password": "sesame"});
        let printed = format!("{:?}", serde_json::from_value::<Credentials>(body).unwrap());
        assert!(!printed.contains("camille") && !printed.contains("sesame"), "{printed}");
    }
}
