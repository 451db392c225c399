//! From which domains a tenant may mail. SES sends from whatever the operator's account verified, and that holds every
//! tenant's domains: which of them are a tenant's own, the operator says, and the tenant cannot.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most domains of one tenant.
pub const MOST_SENDER_DOMAINS: usize = 20;

/// A domain in lower case, as the DNS writes it: `acme.example`, or `xn--…` where its name is not ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SenderDomain(String);

/// A text that is no domain, or not written as one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a domain has two or more labels of a-z, 0-9 and inner dashes, and no more than 253 characters")]
pub struct InvalidDomain;

impl SenderDomain {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SenderDomain {
    type Error = InvalidDomain;

    fn try_from(text: String) -> Result<Self, InvalidDomain> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // A last label of figures alone is an IP address's.
        let name =
            text.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| !byte.is_ascii_digit()));
        if text.len() <= 253 && text.contains('.') && name && text.split('.').all(label) {
            Ok(Self(text))
        } else {
            Err(InvalidDomain)
        }
    }
}

impl From<SenderDomain> for String {
    fn from(domain: SenderDomain) -> Self {
        domain.0
    }
}

impl fmt::Display for SenderDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an address lies in one of these domains. A domain below one of them is another domain.
pub fn is_approved(address: &str, domains: &[SenderDomain]) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| {
        domains.iter().any(|approved| approved.as_str().eq_ignore_ascii_case(domain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> Result<SenderDomain, InvalidDomain> {
        SenderDomain::try_from(text.to_owned())
    }

    #[test]
    fn domains() {
        let (label, name) = ("a".repeat(63), format!("{}example", "a.".repeat(124)));
        for (text, accepted) in [
            ("acme.example", true),
            ("mail.acme-france.example", true),
            ("xn--caf-dma.example", true),
            ("3m.example", true),
            (format!("{label}.example").as_str(), true),
            (format!("{label}a.example").as_str(), false),
            (name.as_str(), false),
            ("Acme.example", false),
            ("café.example", false),
            ("example", false),
            ("", false),
            (".example", false),
            ("acme.example.", false),
            ("acme..example", false),
            ("-acme.example", false),
            ("acme-.example", false),
            ("*.example", false),
            ("rh@acme.example", false),
            ("acme.example\n", false),
            ("192.0.2.1", false),
        ] {
            assert_eq!(domain(text).is_ok(), accepted, "{text:?}");
        }
    }

    #[test]
    fn an_address_lies_in_one_of_them_or_is_not_approved() {
        let domains = [domain("acme.example").unwrap(), domain("jobs.acme.test").unwrap()];
        for (address, approved) in [
            ("rh@acme.example", true),
            ("RH@Acme.Example", true),
            ("rh@jobs.acme.test", true),
            ("rh@acme.test", false),
            ("rh@mail.acme.example", false),
            ("rh@notacme.example", false),
            ("rh@acme.example.evil.test", false),
            ("acme.example@evil.test", false),
            ("rh@acme.example@evil.test", false),
            ("acme.example", false),
            ("", false),
        ] {
            assert_eq!(is_approved(address, &domains), approved, "{address:?}");
            assert!(!is_approved(address, &[]), "{address:?}: none is approved");
        }
    }
}
