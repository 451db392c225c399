//! A web site as browsers name it: scheme, host and port (RFC 6454).

use serde::{Deserialize, Serialize};

/// An origin in its one written form: lower case, no default port, no path. `http` only for `localhost`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// A text that is no origin this suite takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is https://host or https://host:port, without a path")]
pub struct InvalidOrigin;

impl Origin {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

impl TryFrom<String> for Origin {
    type Error = InvalidOrigin;

    fn try_from(text: String) -> Result<Self, InvalidOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(InvalidOrigin)?;
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| InvalidOrigin)?)),
            None => (rest, None),
        };
        let local = host == "localhost" || host.ends_with(".localhost");
        let secure = scheme == "https" || (scheme == "http" && local);
        if !secure || !is_host(host) || port == Some(0) {
            return Err(InvalidOrigin);
        }
        let default = if scheme == "https" { 443 } else { 80 };
        Ok(Self(match port.filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for (text, expected) in [
            ("https://jobs.acme.example", Some("https://jobs.acme.example")),
            ("HTTPS://Jobs.Acme.example:443", Some("https://jobs.acme.example")),
            ("https://jobs.acme.example:8443", Some("https://jobs.acme.example:8443")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://jobs.acme.example", None),
            ("https://jobs.acme.example/", None),
            ("https://user@jobs.acme.example", None),
            ("https://*.acme.example", None),
            ("https://", None),
            ("null", None),
            ("*", None),
            ("https://a:0", None),
            ("https://a:99999", None),
        ] {
            let read = Origin::try_from(text.to_owned());
            assert_eq!(read.as_ref().map(Origin::as_str).ok(), expected, "{text}");
        }
    }
}
