//! How a front office looks. Colours are taken only where what is written in them can be read (K9.2).

use serde::{Deserialize, Serialize};

use super::colour::Colour;

/// The word for two colours that are too near each other.
pub const CONTRAST_TOO_LOW: &str = "contrast-too-low";
/// The most characters of a logo's address.
const LONGEST_ADDRESS: usize = 500;

/// Colours, logo and font.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// Of buttons and links' backgrounds.
    pub primary: Colour,
    /// Of the page.
    pub background: Colour,
    /// Of text on the page.
    pub text: Colour,
    /// The logo; the front office's name stands in for it where it cannot be seen.
    pub logo: Option<HttpsAddress>,
    /// A font family; the browser's own where there is none.
    pub font: Option<String>,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            primary: Colour::new(0x1d, 0x4e, 0xd8),
            background: Colour::WHITE,
            text: Colour::new(0x1f, 0x29, 0x37),
            logo: None,
            font: None,
        }
    }
}

impl Theme {
    /// The colour of text on the primary colour: white or the theme's own, whichever can be read; `None` where neither can.
    pub fn on_primary(&self) -> Option<Colour> {
        [Colour::WHITE, self.text].into_iter().find(|colour| colour.is_readable_on(self.primary))
    }

    pub(super) fn broken(&self) -> Vec<(String, &'static str)> {
        let font = self.font.as_deref().unwrap_or("-");
        let checks = [
            (!self.text.is_readable_on(self.background), "theme.text", CONTRAST_TOO_LOW),
            (self.on_primary().is_none(), "theme.primary", CONTRAST_TOO_LOW),
            (!is_font(font), "theme.font", "invalid"),
        ];
        checks
            .into_iter()
            .filter(|(broken, ..)| *broken)
            .map(|(_, field, code)| (field.to_owned(), code))
            .collect()
    }
}

/// Whether a text can stand in a style sheet as a family's name and as nothing else.
fn is_font(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.trim() == name
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-')
}

/// An address on the web that a page may load a picture from: `https`, no credentials, nothing to escape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpsAddress(String);

/// A text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address begins with https:// and holds neither credentials nor blanks")]
pub struct InvalidAddress;

impl TryFrom<String> for HttpsAddress {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}()".contains(&b);
        let rest = text.strip_prefix("https://").ok_or(InvalidAddress)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // An origin is what is left of an address without its path: its rules are those of the host and port.
        let host = crate::origin::Origin::try_from(format!("https://{authority}"));
        let good = text.len() <= LONGEST_ADDRESS && text.bytes().all(plain) && host.is_ok();
        if good { Ok(Self(text)) } else { Err(InvalidAddress) }
    }
}

impl From<HttpsAddress> for String {
    fn from(address: HttpsAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(primary: &str, background: &str, text: &str) -> Theme {
        let colour = |text: &str| Colour::try_from(text.to_owned()).unwrap();
        Theme {
            primary: colour(primary),
            background: colour(background),
            text: colour(text),
            ..Theme::default()
        }
    }

    #[test]
    fn colours_that_cannot_be_read_are_named() {
        for (primary, background, text, fields) in [
            ("#1d4ed8", "#ffffff", "#1f2937", vec![]),
            ("#1d4ed8", "#ffffff", "#777777", vec!["theme.text"]),
            // White does not show on yellow; the dark text does.
            ("#ffd400", "#ffffff", "#1f2937", vec![]),
            ("#888888", "#ffffff", "#333333", vec!["theme.primary"]),
            ("#888888", "#808080", "#777777", vec!["theme.text", "theme.primary"]),
            // A dark page with light text.
            ("#7c1d1d", "#101010", "#f0f0f0", vec![]),
        ] {
            let broken = theme(primary, background, text).broken();
            let found: Vec<_> = broken.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(found, fields, "{primary} {background} {text}");
            assert!(broken.iter().all(|(_, code)| *code == CONTRAST_TOO_LOW));
        }
        assert_eq!(theme("#ffd400", "#ffffff", "#1f2937").on_primary(), Some(Theme::default().text));
        assert_eq!(Theme::default().on_primary(), Some(Colour::WHITE));
    }

    #[test]
    fn logos() {
        let long = format!("https://a.example/{}", "a".repeat(LONGEST_ADDRESS));
        for (text, accepted) in [
            ("https://acme.example/logo.svg", true),
            ("https://cdn.acme.example:8443/a%20b.png?v=2", true),
            ("https://acme.example", true),
            ("http://acme.example/logo.svg", false),
            ("HTTPS://acme.example/logo.svg", false),
            ("https://rh:secret@acme.example/logo.svg", false),
            ("https://acme.example/a b.png", false),
            ("https://acme.example/a.png\"onload=", false),
            ("https://acme.example/a)", false),
            ("https:///logo.svg", false),
            ("data:image/png;base64,AAAA", false),
            ("javascript:alert(1)", false),
            ("/logo.svg", false),
            (long.as_str(), false),
        ] {
            assert_eq!(HttpsAddress::try_from(text.to_owned()).is_ok(), accepted, "{text}");
        }
    }

    #[test]
    fn fonts() {
        for (name, accepted) in
            [("Source Sans 3", true), ("", false), (" Arial", false), ("Arial;}", false), ("Arial, x", false)]
        {
            assert_eq!(is_font(name), accepted, "{name}");
        }
    }
}
