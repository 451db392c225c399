//! A mail as a value: composed in one place, sent by another.

use crate::redacted::Redacted;

/// A mail in its two forms, HTML and plain text (K7.4). Its bodies carry passwords and links, so they do not print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line, nothing personal.
    pub subject: String,
    /// The HTML form.
    pub html: Redacted,
    /// The same in plain text.
    pub text: Redacted,
    /// Of a mail that comes again and again: where a mail program ends it by one POST (RFC 8058). Whoever has the address can,
    /// so it does not print.
    pub one_click: Option<Redacted>,
}

/// What an invitation says (K6.2b).
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The name of the tenant that invites.
    pub organisation: &'a str,
    /// The user name: the invited person's e-mail address.
    pub user_name: &'a Redacted,
    /// The temporary password.
    pub password: &'a Redacted,
    /// Where the back office is entered.
    pub address: &'a str,
}
