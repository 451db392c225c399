//! A theme on white paper. What is written or drawn in a tenant's colours can be read, whatever colours they are.

use vivier_domain::settings::{colour::Colour, theme::Theme};

/// What is drawn needs at least this ratio to what is behind it (WCAG 2.1, success criterion 1.4.11).
const LEAST_FOR_SHAPES: f64 = 3.0;
/// Colours of the second series and those after it: each can be seen on white, and they differ in lightness and hue for eyes that do not tell red from green.
const SERIES: [Colour; 7] = [
    Colour::new(0xc2, 0x41, 0x0c),
    Colour::new(0x0f, 0x76, 0x6e),
    Colour::new(0x6d, 0x28, 0xd9),
    Colour::new(0x52, 0x52, 0x5b),
    Colour::new(0xbe, 0x18, 0x5d),
    Colour::new(0x4d, 0x7c, 0x0f),
    Colour::new(0x03, 0x69, 0xa1),
];

/// The colours of a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colours {
    /// Behind the title and the heads of tables.
    pub(crate) band: Colour,
    /// What is written on it.
    pub(crate) on_band: Colour,
    /// What is written on paper.
    pub(crate) text: Colour,
    /// What is drawn on paper, of the first series.
    accent: Colour,
}

impl Colours {
    /// The theme's own colours where they can be read, the default ones where not: a theme's background is not on paper.
    pub(crate) fn of(theme: &Theme) -> Self {
        let usual = Theme::default();
        let text = if theme.text.is_readable_on(Colour::WHITE) { theme.text } else { usual.text };
        let followed = theme.on_primary().map(|on_primary| (theme.primary, on_primary));
        let (band, on_band) = followed.unwrap_or((usual.primary, Colour::WHITE));
        let seen = band.contrast(Colour::WHITE) >= LEAST_FOR_SHAPES;
        Self { band, on_band, text, accent: if seen { band } else { text } }
    }

    /// The colour of a series, by its place.
    pub(crate) fn series(&self, at: usize) -> Colour {
        at.checked_sub(1).map_or(self.accent, |at| SERIES[at % SERIES.len()])
    }
}

/// As `#rrggbb`.
pub(crate) fn hex(colour: Colour) -> String {
    colour.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_theme_all_can_be_read() {
        let themes = [
            (Colour::new(0x1d, 0x4e, 0xd8), Colour::new(0x1f, 0x29, 0x37)),
            // Yellow: a band with dark text, and no lines of it on white.
            (Colour::new(0xff, 0xd4, 0x00), Colour::new(0x1f, 0x29, 0x37)),
            // Neither white nor the text can be read on it.
            (Colour::new(0x88, 0x88, 0x88), Colour::new(0x33, 0x33, 0x33)),
            // Made for a dark page.
            (Colour::new(0x7c, 0x1d, 0x1d), Colour::new(0xf0, 0xf0, 0xf0)),
            (Colour::WHITE, Colour::WHITE),
        ];
        for (primary, text) in themes {
            let colours = Colours::of(&Theme { primary, text, ..Theme::default() });
            assert!(colours.on_band.is_readable_on(colours.band), "{primary:?}");
            assert!(colours.text.is_readable_on(Colour::WHITE), "{text:?}");
            for at in 0..9 {
                assert!(colours.series(at).contrast(Colour::WHITE) >= LEAST_FOR_SHAPES, "{primary:?} {at}");
            }
        }
        let own = Colours::of(&Theme { primary: Colour::new(0x7c, 0x1d, 0x1d), ..Theme::default() });
        assert_eq!(hex(own.band), "#7c1d1d");
    }
}
