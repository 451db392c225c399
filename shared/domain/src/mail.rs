//! A mail as a value: composed in one place, sent by another.

use jiff::civil::Date;

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
