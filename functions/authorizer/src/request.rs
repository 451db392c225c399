//! What a caller shows: the event of a REQUEST authorizer, reduced to what a decision may rest on.

use serde_json::Value;

/// The header of a publishable key.
const KEY_HEADER: &str = "x-vivier-key";
/// A longer credential is none: a Cognito access token has about 1 100 characters.
const LONGEST: usize = 8 * 1024;

/// The one credential a request is judged by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// An access token.
    Token(String),
    /// A publishable key.
    Key(String),
    /// Only the host name that was asked.
    Host(String),
    /// Nothing usable, or something that cannot be right.
    None,
}

/// Reads the credential. An `Authorization` header that is there must be right: a bad token never falls back to the
/// host name, or a member's request would silently become a candidate's.
pub(crate) fn credential(event: &Value) -> Credential {
    let authorization = header(event, "authorization");
    let key = header(event, KEY_HEADER);
    match (authorization, key) {
        (Some(_), Some(_)) => Credential::None,
        (Some(value), None) => match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
                Credential::Token(token.trim().to_owned())
            }
            _ => Credential::None,
        },
        (None, Some(key)) => Credential::Key(key),
        (None, None) => host(event).map_or(Credential::None, Credential::Host),
    }
}

/// The host name that was asked, in lower case and without a port.
pub(crate) fn host(event: &Value) -> Option<String> {
    let host = header(event, "host")?;
    Some(host.split(':').next().unwrap_or_default().to_ascii_lowercase())
}

/// A header's value, whatever the case of its name: AWS keeps the client's. One that is repeated is no credential.
fn header(event: &Value, name: &str) -> Option<String> {
    let values: Vec<&str> = event
        .get("multiValueHeaders")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .flat_map(|(_, values)| values.as_array().into_iter().flatten().filter_map(Value::as_str))
        .collect();
    let single = event
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str());
    match values.as_slice() {
        [one] => Some(*one),
        [] => single,
        // Repeated: an empty text opens nothing and, unlike an absent header, falls back to nothing.
        _ => Some(""),
    }
    // Over-long is repeated's twin: it is there, and it opens nothing.
    .map(|value| if value.len() <= LONGEST { value.to_owned() } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(headers: &[(&str, &str)]) -> Credential {
        let multi: serde_json::Map<_, _> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
        credential(&json!({"multiValueHeaders": multi}))
    }

    #[test]
    fn credentials() {
        use Credential::{Host, Key, None, Token};
        let table: &[(&[(&str, &str)], Credential)] = &[
            (&[("Authorization", "Bearer abc")], Token("abc".into())),
            (&[("authorization", "bearer abc"), ("host", "acme.example")], Token("abc".into())),
            (&[("authorization", "Basic abc"), ("host", "acme.example")], None),
            (&[("authorization", "Bearer "), ("host", "acme.example")], None),
            (&[("authorization", "Bearer a"), ("x-vivier-key", "vpk_1")], None),
            (&[("X-Vivier-Key", "vpk_1"), ("host", "acme.example")], Key("vpk_1".into())),
            (&[("Host", "ACME.example:443")], Host("acme.example".into())),
            (&[], None),
        ];
        for (headers, expected) in table {
            assert_eq!(&read(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn an_over_long_header_never_falls_back() {
        let long = format!("Bearer {}", "a".repeat(LONGEST));
        let event =
            |name: &str| json!({"multiValueHeaders": {name: [long.clone()], "host": ["acme.example"]}});
        assert_eq!(credential(&event("authorization")), Credential::None);
        assert_eq!(credential(&event("x-vivier-key")), Credential::Key(String::new()));
    }

    #[test]
    fn a_repeated_header_is_no_credential() {
        let event =
            json!({"multiValueHeaders": {"x-vivier-key": ["vpk_1", "vpk_2"], "host": ["acme.example"]}});
        assert_eq!(credential(&event), Credential::Key(String::new()));
    }
}
