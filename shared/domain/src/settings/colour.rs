//! Colours, and whether one can be read on another: WCAG 2.1, success criterion 1.4.3.

use serde::{Deserialize, Serialize};

/// Text of ordinary size needs at least this ratio to what is behind it (level AA).
pub const LEAST_CONTRAST: f64 = 4.5;

/// An opaque colour of the sRGB space, written `#rrggbb` in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct InvalidColour;

impl Colour {
    /// White.
    pub const WHITE: Self = Self([0xff; 3]);

    /// A colour of its parts of red, green and blue.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Relative luminance, 0 for black to 1 for white:
    /// <https://www.w3.org/TR/WCAG21/#dfn-relative-luminance>.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The contrast ratio of two colours, 1 to 21, whichever is in front:
    /// <https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio>.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Whether text of one colour can be read on the other.
    pub fn is_readable_on(self, other: Self) -> bool {
        self.contrast(other) >= LEAST_CONTRAST
    }
}

impl TryFrom<String> for Colour {
    type Error = InvalidColour;

    fn try_from(text: String) -> Result<Self, InvalidColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(InvalidColour)?;
        // `from_str_radix` would take a sign.
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidColour);
        }
        let all = u32::from_str_radix(digits, 16).map_err(|_| InvalidColour)?;
        let [_, red, green, blue] = all.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl From<Colour> for String {
    fn from(Colour([red, green, blue]): Colour) -> Self {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn ratios_are_those_of_the_recommendation() {
        for (one, two, ratio) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#FFFFFF", 1.0),
            ("#767676", "#ffffff", 4.54),
            ("#777777", "#ffffff", 4.48),
            ("#ff0000", "#ffffff", 4.00),
            ("#0000ff", "#ffffff", 8.59),
        ] {
            let found = colour(one).contrast(colour(two));
            assert!((found - ratio).abs() < 0.005, "{one} on {two}: {found}");
            assert!((found - colour(two).contrast(colour(one))).abs() < f64::EPSILON);
        }
        assert!(colour("#767676").is_readable_on(Colour::WHITE));
        assert!(!colour("#777777").is_readable_on(Colour::WHITE));
    }

    #[test]
    fn what_is_no_colour() {
        for text in ["", "#fff", "ffffff", "#gggggg", "#+fffff", "#ffffff00", "red", "#ééé"] {
            assert!(Colour::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(String::from(colour("#ABCDEF")), "#abcdef");
    }
}
