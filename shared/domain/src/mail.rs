//! A mail as a value: composed in one place, sent by another.

use std::fmt;

use jiff::civil::Date;

use crate::redacted::Redacted;

/// The domain of made-up addresses, as anonymised copies have them: no mail reaches it (RFC 2606, section 2), and none is handed over.
pub const NOBODY: &str = "anonymous.invalid";

/// Whether nobody is at an address: it was made up.
pub fn is_nobody(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(NOBODY))
}

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
    /// A file that comes with it.
    pub attachment: Option<Attachment>,
}

/// A file that a mail carries.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called: letters, figures, `-`, `_` and `.` alone.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub content: Vec<u8>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("name", &self.name)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
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

/// What the mail says that asks whether an address is meant. Of the search it says nothing: whoever typed the address may
/// not be whose it is, and must have no way to put words before a stranger.
#[derive(Debug, Clone, Copy)]
pub struct AlertConfirmation<'a> {
    /// The front office's name.
    pub organisation: &'a str,
    /// Whether mails would come each day; each week otherwise.
    pub daily: bool,
    /// Where the alert is confirmed.
    pub link: &'a Redacted,
}

/// What a mail of a few sentences says: they are in its language already.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// What it is about: its subject too.
    pub title: &'a str,
    /// What it says, each a paragraph; nothing that a stranger typed.
    pub sentences: &'a [String],
    /// What its link does, and where it leads.
    pub link: Option<(&'a str, &'a Redacted)>,
}

/// An offer as a mail lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOffer {
    /// As published.
    pub title: String,
    /// The employer, where named.
    pub company: Option<String>,
    /// Where the work is.
    pub city: String,
    /// Where the offer can be read.
    pub url: Option<String>,
}

/// What the mail says that tells of new offers.
#[derive(Debug, Clone, Copy)]
pub struct AlertOffers<'a> {
    /// The front office's name.
    pub organisation: &'a str,
    /// The offers that it lists.
    pub offers: &'a [ListedOffer],
    /// All that there are.
    pub total: u32,
    /// The last day of the alert.
    pub ends: Date,
    /// Where a person ends the alert.
    pub unsubscription: &'a Redacted,
    /// Where a person renews it.
    pub renewal: &'a Redacted,
    /// Where a mail program ends it.
    pub one_click: &'a Redacted,
}

/// A headline figure as a mail shows it: both are in the mail's language already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFigure {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: String,
    /// What it was in the period before, where there is one.
    pub before: Option<String>,
}

/// What the mail says that brings a report.
#[derive(Debug, Clone, Copy)]
pub struct ReportMail<'a> {
    /// The tenant's name.
    pub organisation: &'a str,
    /// The report's.
    pub name: &'a str,
    /// The first day that it is of.
    pub from: Date,
    /// The last one.
    pub to: Date,
    /// Its headline figures.
    pub figures: &'a [ListedFigure],
    /// Where the back office shows it, to those who log in.
    pub link: &'a str,
    /// Whether its file comes with the mail; it is too large otherwise.
    pub attached: bool,
    /// The last day of the file in the back office.
    pub kept_until: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_at_a_made_up_address() {
        for (address, made_up) in [
            ("p0123456789abcdef@anonymous.invalid", true),
            ("p@ANONYMOUS.INVALID", true),
            ("p@anonymous.invalid.example", false),
            ("p@very.anonymous.invalid", false),
            ("anonymous.invalid", false),
        ] {
            assert_eq!(is_nobody(address), made_up, "{address}");
        }
    }
}
