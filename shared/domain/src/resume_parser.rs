//! A parser of CVs elsewhere, which a tenant has a contract with: where it is, what it answers, and what opens it.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    credential::{HttpCredentials, LONGEST_NAME, LONGEST_SECRET, is_visible},
    feed::{FeedAddress, InvalidFeedAddress, Transport, UnknownName},
    network::is_public,
    redacted::Redacted,
};

/// Where a parser is asked: an HTTPS address. It prints nothing of itself: a query may hold what opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ParserAddress(FeedAddress);

impl ParserAddress {
    /// The whole address, for whoever asks there.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as people are shown it: what its query says is not told.
    pub fn shown(&self) -> String {
        self.0.shown()
    }

    /// Whether it was taken from what is shown, and is no address.
    pub fn hides_something(&self) -> bool {
        self.0.hides_something()
    }

    /// The host as it is looked up: a name, or an address without brackets.
    pub fn host(&self) -> String {
        self.0.host()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port()
    }

    /// Whether it says by itself that it leads to no public host. Of a name that shows only when it is looked up.
    pub fn is_inside(&self) -> bool {
        self.host().parse().is_ok_and(|address: IpAddr| !is_public(address))
    }
}

impl TryFrom<String> for ParserAddress {
    type Error = InvalidFeedAddress;

    fn try_from(text: String) -> Result<Self, InvalidFeedAddress> {
        let address = FeedAddress::try_from(text)?;
        match address.transport() {
            Transport::Https => Ok(Self(address)),
            Transport::Sftp => Err(InvalidFeedAddress("scheme-not-supported")),
        }
    }
}

impl From<ParserAddress> for String {
    fn from(address: ParserAddress) -> Self {
        address.0.into()
    }
}

impl fmt::Debug for ParserAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

list! {
    /// How a parser is asked, and what it answers.
    ParserFormat {
        /// The file itself; answered in JSON Resume.
        JsonResume = "json_resume",
        /// The wire of Textkernel's Tx platform, version 10.
        Textkernel = "textkernel",
    }
}

list! {
    /// What opens a parser.
    ParserCredentialKind {
        /// RFC 7617: a name and a password.
        Basic = "basic",
        /// RFC 6750: a token.
        Bearer = "bearer",
        /// An account and its key, in headers of Textkernel's.
        Textkernel = "textkernel",
    }
}

/// What opens a parser. It comes in a request, goes to the store of secrets, and is in no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ParserCredentials {
    /// A name and a password.
    Basic {
        /// The name; without a colon.
        username: Redacted,
        /// The password.
        password: Redacted,
    },
    /// A token.
    Bearer {
        /// The token.
        token: Redacted,
    },
    /// An account of Textkernel's.
    Textkernel {
        /// The account's id.
        account_id: Redacted,
        /// Its key.
        service_key: Redacted,
    },
}

impl ParserCredentials {
    /// Which kind.
    pub const fn kind(&self) -> ParserCredentialKind {
        match self {
            Self::Basic { .. } => ParserCredentialKind::Basic,
            Self::Bearer { .. } => ParserCredentialKind::Bearer,
            Self::Textkernel { .. } => ParserCredentialKind::Textkernel,
        }
    }

    fn broken(&self) -> Vec<&'static str> {
        match self {
            Self::Basic { username, password } => HttpCredentials::Basic { username, password }.broken(),
            Self::Bearer { token } => HttpCredentials::Bearer { token }.broken(),
            Self::Textkernel { account_id, service_key } => {
                let fields = [
                    ("account_id", is_visible(account_id, LONGEST_NAME)),
                    ("service_key", is_visible(service_key, LONGEST_SECRET)),
                ];
                fields.into_iter().filter(|(_, good)| !good).map(|(field, _)| field).collect()
            }
        }
    }
}

/// All that is needed to have a CV read elsewhere. It is kept as one secret, so nothing of it can be another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParserTerms {
    /// Where.
    pub address: ParserAddress,
    /// How it is asked, and what it answers.
    pub format: ParserFormat,
    /// What opens it.
    pub credentials: ParserCredentials,
}

impl ParserTerms {
    /// The fields that cannot be what they are for, each with a stable word.
    pub fn broken(&self) -> Vec<(String, &'static str)> {
        let mut broken = Vec::new();
        if self.address.is_inside() {
            broken.push(("address".to_owned(), "address-not-allowed"));
        }
        let (format, kind) = (self.format, self.credentials.kind());
        if (format == ParserFormat::Textkernel) != (kind == ParserCredentialKind::Textkernel) {
            broken.push(("credentials.kind".to_owned(), "not-for-this-format"));
        }
        let fields = self.credentials.broken().into_iter();
        broken.extend(fields.map(|field| (format!("credentials.{field}"), "invalid")));
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn terms(address: &str, format: &str, credentials: &Value) -> Result<ParserTerms, String> {
        let body = json!({"address": address, "format": format, "credentials": credentials});
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    fn bearer() -> Value {
        json!({"kind": "bearer", "token": "abc.def"})
    }

    #[test]
    fn what_holds_and_what_does_not() {
        let account = json!({"kind": "textkernel", "account_id": "12345678", "service_key": "k+/="});
        let basic = |username: &str| json!({"kind": "basic", "username": username, "password": "é"});
        for (address, format, credentials, broken) in [
            ("https://parser.example/cv", "json_resume", bearer(), &[][..]),
            ("https://parser.example:8443/cv?lang=fr", "json_resume", basic("a"), &[]),
            ("https://api.example/tx/v10/parser/resume", "textkernel", account.clone(), &[]),
            ("https://1.1.1.1/", "json_resume", bearer(), &[]),
            ("https://127.0.0.1/", "json_resume", bearer(), &["address address-not-allowed"]),
            ("https://0x7f.1/", "json_resume", bearer(), &["address address-not-allowed"]),
            ("https://10.1.2.3/", "json_resume", bearer(), &["address address-not-allowed"]),
            ("https://[::ffff:127.0.0.1]/", "json_resume", bearer(), &["address address-not-allowed"]),
            ("https://a.example/", "textkernel", bearer(), &["credentials.kind not-for-this-format"]),
            ("https://a.example/", "json_resume", account, &["credentials.kind not-for-this-format"]),
            ("https://a.example/", "json_resume", basic("a:b"), &["credentials.username invalid"]),
            ("https://a.example/", "json_resume", basic(""), &["credentials.username invalid"]),
            (
                "https://a.example/",
                "json_resume",
                json!({"kind": "bearer", "token": "a\r\nHost: b"}),
                &["credentials.token invalid"],
            ),
            (
                "https://a.example/",
                "textkernel",
                json!({"kind": "textkernel", "account_id": "a b", "service_key": "é"}),
                &["credentials.account_id invalid", "credentials.service_key invalid"],
            ),
        ] {
            let found = terms(address, format, &credentials).unwrap().broken();
            let found: Vec<_> = found.into_iter().map(|(field, code)| format!("{field} {code}")).collect();
            assert_eq!(found, broken, "{address} {format}");
        }
    }

    #[test]
    fn what_is_none() {
        for (address, format, credentials) in [
            ("http://parser.example/", "json_resume", bearer()),
            ("sftp://parser.example/a", "json_resume", bearer()),
            ("https://user:word@parser.example/", "json_resume", bearer()),
            ("https://parser.example/", "hr_xml", bearer()),
            ("https://parser.example/", "json_resume", json!({"kind": "none"})),
            ("https://parser.example/", "json_resume", json!({"kind": "bearer"})),
        ] {
            assert!(terms(address, format, &credentials).is_err(), "{address} {format} {credentials}");
        }
    }

    #[test]
    fn kept_and_read_again_and_never_printed() {
        let told = terms("https://parser.example/?key=sesame", "json_resume", &bearer()).unwrap();
        let kept = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<ParserTerms>(&kept).unwrap(), told);
        let printed = format!("{told:?}");
        assert!(!printed.contains("abc.def") && !printed.contains("sesame"), "{printed}");
    }
}
