//! How letters look, as far as their format says: enough to tell those that nobody is meant to see.

/// Points. Nobody prints letters of this height to be read; footnotes have 6.
pub(super) const TINY: f32 = 2.5;
/// From here on a colour cannot be told from white paper.
const PALE: u8 = 0xf2;

/// Red, green, blue.
pub(super) type Color = [u8; 3];

/// What a style says, and where it says nothing, what it leaves to the styles it stands on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Look {
    /// Marked as not to be shown, or as to be shown after all.
    pub(super) hidden: Option<bool>,
    pub(super) color: Option<Color>,
    /// Points.
    pub(super) size: Option<f32>,
    /// Whether something else than white is behind the letters.
    pub(super) backed: Option<bool>,
}

impl Look {
    /// This look, and the other where this one says nothing.
    pub(super) fn or(self, base: Self) -> Self {
        Self {
            hidden: self.hidden.or(base.hidden),
            color: self.color.or(base.color),
            size: self.size.or(base.size),
            backed: self.backed.or(base.backed),
        }
    }

    /// Whether letters of this look are not seen on white paper.
    pub(super) fn is_unseen(self) -> bool {
        self.hidden == Some(true)
            || self.size.is_some_and(|size| size < TINY)
            || (self.color.is_some_and(is_pale) && self.backed != Some(true))
    }
}

pub(super) fn is_pale(color: Color) -> bool {
    color.iter().all(|part| *part >= PALE)
}

/// A colour in hexadecimal, `#fff`, `#ffffff` or `FFFFFF`.
pub(super) fn color(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let part = |at: usize, width: usize| u8::from_str_radix(digits.get(at..at + width)?, 16).ok();
    match digits.len() {
        3 => Some([part(0, 1)? * 17, part(1, 1)? * 17, part(2, 1)? * 17]),
        6 | 8 => Some([part(0, 2)?, part(2, 2)?, part(4, 2)?]),
        _ => None,
    }
}

/// A length such as `0.5pt`, `1mm` or `12px`, in points.
pub(super) fn points(text: &str) -> Option<f32> {
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    let figure: f32 = text[..text.len() - unit.len()].parse().ok()?;
    Some(
        figure
            * match unit.trim().to_ascii_lowercase().as_str() {
                "pt" => 1.0,
                "px" | "" => 0.75,
                "in" => 72.0,
                "cm" => 28.35,
                "mm" => 2.835,
                "em" | "rem" => 12.0,
                _ => return None,
            },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_needs_something_behind_it() {
        let white = Look { color: color("FFFFFF"), ..Look::default() };
        assert!(white.is_unseen());
        assert!(!Look { backed: Some(true), ..white }.is_unseen());
        assert!(!Look { color: color("#eee"), ..Look::default() }.is_unseen());
        assert!(Look { size: points("1px"), ..Look::default() }.is_unseen());
        assert!(
            !Look { hidden: Some(false), ..Look::default() }
                .or(Look { hidden: Some(true), ..Look::default() })
                .is_unseen()
        );
    }

    #[test]
    fn lengths_and_colors() {
        assert_eq!(points("12pt"), Some(12.0));
        assert_eq!(points("-9999px"), Some(-7499.25));
        assert_eq!(points("50%"), None);
        assert_eq!(color("#fFf"), Some([255; 3]));
        assert_eq!(color("auto"), None);
    }
}
