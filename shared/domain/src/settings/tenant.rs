//! What holds for the whole tenant: who may come in from where and for how long, how long data is kept, who mails.

use serde::{Deserialize, Serialize};

use crate::{member::Language, network::IpRange, retention::RetentionPolicy};

/// The tenant's settings, with defaults for whatever it did not choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantSettings {
    /// Where the back office may be entered from; from everywhere where the list is empty (K6.1).
    pub ip_ranges: Vec<IpRange>,
    /// How long sessions last (K6.2d).
    pub sessions: SessionSettings,
    /// Whether every member must have a second factor (K6.2c).
    pub mfa_required: bool,
    /// How long data is kept.
    pub retention: RetentionPolicy,
    /// Who mails (K7.4).
    pub mail: MailSettings,
    /// How documents are read.
    pub documents: DocumentSettings,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// The longest a session lasts, in hours, 1 to 24.
    pub hours: u8,
    /// How long a session may lie idle, in minutes, 5 to 1440.
    pub idle_minutes: u16,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { hours: 12, idle_minutes: 60 }
    }
}

/// Who mails on the tenant's behalf.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// The name beside the sender's address; the tenant's own where there is none.
    pub sender_name: Option<String>,
    /// The sender's address, of a domain that the operator approved for the tenant; the suite's own where there is none.
    pub sender_address: Option<String>,
    /// The language of mails to members who chose none.
    pub language: Language,
}

/// How documents are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentSettings {
    /// Whether pages that are images alone may go through optical character recognition: on AWS they are sent to Amazon
    /// Textract. Not unless the tenant says so (K9.1a).
    pub recognition: bool,
}

impl TenantSettings {
    /// The fields that are out of bounds, each with a stable word.
    pub fn broken(&self) -> Vec<(&'static str, &'static str)> {
        let name = self.mail.sender_name.as_deref().unwrap_or("-");
        let address = self.mail.sender_address.as_deref().unwrap_or("a@b.example");
        let bounds = [
            (self.ip_ranges.len() > crate::network::MOST_RANGES, "ip_ranges", "too-many"),
            (!(1..=24).contains(&self.sessions.hours), "sessions.hours", "out-of-range"),
            (!(5..=1440).contains(&self.sessions.idle_minutes), "sessions.idle_minutes", "out-of-range"),
            (!is_printable(name, 80), "mail.sender_name", "invalid"),
            (!is_email(address), "mail.sender_address", "invalid"),
        ];
        bounds.into_iter().filter_map(|(broken, field, code)| broken.then_some((field, code))).collect()
    }
}

/// Whether a text is 1 to `most` characters, none of them a control character, and no blank at either end.
pub fn is_printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
}

/// Whether a text has the shape of an e-mail address. Whether it exists, only a mail tells.
pub fn is_email(text: &str) -> bool {
    // RFC 5321 section 4.5.3.1 allows 254 characters in a path.
    text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c))
        && text.split_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && domain.contains('.')
                && !domain.contains('@')
                && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'))
        })
}

/// An address that every mail server takes: plain ASCII, as HTML forms check it.
pub fn is_address(text: &str) -> bool {
    let local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    is_email(text)
        && text
            .split_once('@')
            .is_some_and(|(name, domain)| name.chars().all(local) && domain.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_hold_and_bounds_are_named() {
        assert!(TenantSettings::default().broken().is_empty());
        let sessions = SessionSettings { hours: 0, idle_minutes: 3 };
        let mut settings = TenantSettings { sessions, ..TenantSettings::default() };
        settings.mail.sender_address = Some("rh".into());
        settings.mail.sender_name = Some("a\r\nBcc: b@c.example".into());
        let fields: Vec<_> = settings.broken().into_iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            ["sessions.hours", "sessions.idle_minutes", "mail.sender_name", "mail.sender_address"]
        );
    }

    #[test]
    fn addresses() {
        for (text, accepted) in [
            ("rh@acme.example", true),
            ("rh@acme", false),
            ("@acme.example", false),
            ("r h@acme.example", false),
            ("a@b@acme.example", false),
            ("rh@.example", false),
            ("rh,x@acme.example", false),
            ("rh@acme.example\n", false),
        ] {
            assert_eq!(is_email(text), accepted, "{text}");
        }
    }
}
