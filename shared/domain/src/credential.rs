//! What credentials to a partner's server may be made of, whatever they open.

use crate::redacted::Redacted;

/// Characters in a name, at most.
pub const LONGEST_NAME: usize = 200;
/// Characters in a password, a token or a key of an API, at most.
pub const LONGEST_SECRET: usize = 4_000;

/// What a request over HTTPS carries to be let in, whomever it asks.
#[derive(Debug, Clone, Copy)]
pub enum HttpCredentials<'a> {
    /// RFC 7617.
    Basic {
        /// The name; without a colon.
        username: &'a Redacted,
        /// The password.
        password: &'a Redacted,
    },
    /// RFC 6750.
    Bearer {
        /// The token.
        token: &'a Redacted,
    },
}

impl HttpCredentials<'_> {
    /// The fields that cannot be what they are for.
    pub fn broken(self) -> Vec<&'static str> {
        let fields = match self {
            Self::Basic { username, password } => {
                vec![("username", is_basic_name(username)), ("password", is_plain(password, LONGEST_SECRET))]
            }
            Self::Bearer { token } => vec![("token", is_visible(token, LONGEST_SECRET))],
        };
        fields.into_iter().filter(|(_, good)| !good).map(|(field, _)| field).collect()
    }
}

/// Whether a text is 1 to `most` bytes, none of them of a control character.
pub fn is_plain(text: &Redacted, most: usize) -> bool {
    (1..=most).contains(&text.expose().len()) && !text.expose().chars().any(char::is_control)
}

/// Whether a text is 1 to `most` characters that a header carries as they are.
pub fn is_visible(text: &Redacted, most: usize) -> bool {
    (1..=most).contains(&text.expose().len()) && text.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a name can be one of HTTP's basic authentication: there the first colon ends it (RFC 7617, section 2).
fn is_basic_name(text: &Redacted) -> bool {
    is_plain(text, LONGEST_NAME) && !text.expose().contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_carries() {
        let long = "x".repeat(LONGEST_SECRET + 1);
        for (username, password, broken) in [
            ("a", "é:b", &[][..]),
            ("a:b", "", &["username", "password"]),
            ("", "a\nb", &["username", "password"]),
            ("a", long.as_str(), &["password"]),
        ] {
            let [username, password] = [username, password].map(Redacted::new);
            let basic = HttpCredentials::Basic { username: &username, password: &password };
            assert_eq!(basic.broken(), broken, "{} bytes", password.expose().len());
            assert!(!format!("{basic:?}").contains("é:b"));
        }
        for (token, good) in [("abc.def", true), ("abc def", false), ("a\r\nHost: b", false), (&long, false)]
        {
            let token = Redacted::new(token);
            assert_eq!(
                HttpCredentials::Bearer { token: &token }.broken().is_empty(),
                good,
                "{}",
                token.expose()
            );
        }
    }
}
