//! What credentials to a partner's server may be made of, whatever they open.

use crate::redacted::Redacted;

/// Characters in a name, at most.
pub const LONGEST_NAME: usize = 200;
/// Characters in a password, a token or a key of an API, at most.
pub const LONGEST_SECRET: usize = 4_000;

/// Whether a text is 1 to `most` bytes, none of them of a control character.
pub fn is_plain(text: &Redacted, most: usize) -> bool {
    (1..=most).contains(&text.expose().len()) && !text.expose().chars().any(char::is_control)
}

/// Whether a text is 1 to `most` characters that a header carries as they are.
pub fn is_visible(text: &Redacted, most: usize) -> bool {
    (1..=most).contains(&text.expose().len()) && text.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a name can be one of HTTP's basic authentication: there the first colon ends it (RFC 7617, section 2).
pub fn is_basic_name(text: &Redacted) -> bool {
    is_plain(text, LONGEST_NAME) && !text.expose().contains(':')
}
