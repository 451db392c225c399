//! The fonts that are built in, how wide a text is in them, and what of a text they can show at all.

use std::sync::LazyLock;

use typst::{
    foundations::Bytes,
    layout::Abs,
    text::{Font, FontBook, FontInstance, FontVariant, FontVariations},
    utils::LazyHash,
};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::format::NARROW;

/// Latin, Greek and Cyrillic, with figures of one width.
const REGULAR: &[u8] = include_bytes!("../../fonts/SourceSans3-Regular.ttf");
const STRONG: &[u8] = include_bytes!("../../fonts/SourceSans3-SemiBold.ttf");
/// What stands for a character that no font of ours has.
const UNKNOWN: char = '\u{fffd}';
/// A place where a line may break.
const BREAK: char = '\u{200b}';

pub(super) static SHELF: LazyLock<Shelf> = LazyLock::new(Shelf::new);

/// All fonts.
pub(super) struct Shelf {
    pub(super) fonts: Vec<Font>,
    pub(super) book: LazyHash<FontBook>,
    faces: Vec<FontInstance>,
}

impl Shelf {
    fn new() -> Self {
        // The last one for many more scripts: Arabic, Hebrew, Armenian, Georgian …
        let files = [REGULAR, STRONG, dejavu::sans::regular()];
        let fonts: Vec<Font> = files.into_iter().filter_map(|file| Font::new(Bytes::new(file), 0)).collect();
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        let plain = |font: &Font| {
            font.clone().instantiate(FontVariant::default(), Abs::pt(9.0), &FontVariations::default())
        };
        let faces = fonts.iter().map(plain).collect();
        Self { fonts, book, faces }
    }

    /// How wide a text is, in units of its size. Without kerning, which only makes it narrower.
    pub(super) fn width(&self, text: &str, strong: bool) -> f64 {
        text.chars().map(|c| self.advance(c, strong)).sum()
    }

    fn advance(&self, c: char, strong: bool) -> f64 {
        // The template takes the narrow space from the last font.
        let own = self.faces.get(usize::from(strong)).filter(|_| c != NARROW);
        let mut faces = own.into_iter().chain(self.faces.last());
        let advance = |face: &FontInstance| {
            let glyph = face.ttf().glyph_index(c)?;
            face.x_advance(glyph.0).map(typst::layout::Em::get)
        };
        faces.find_map(advance).unwrap_or(0.6)
    }

    /// Whether one font has all of these characters.
    fn shows(&self, characters: &[char]) -> bool {
        let has = |font: &Font| characters.iter().all(|c| font.info().coverage.contains(u32::from(*c)));
        self.fonts.iter().any(has)
    }
}

/// A text on one line, of what our fonts show: whole characters as readers see them, with their marks and joiners, or a sign
/// for each that cannot be shown. Controls, and marks that turn the direction of what follows, are left out.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        shown.push_str(text);
        return shown;
    }
    let normal: String = text.nfc().filter_map(visible).collect();
    for grapheme in normal.graphemes(true) {
        let mut characters: Vec<char> = grapheme.chars().collect();
        if !SHELF.shows(&characters) {
            characters.retain(|c| !is_joiner(*c));
        }
        if SHELF.shows(&characters) { shown.extend(characters) } else { shown.push(UNKNOWN) }
    }
    shown
}

fn visible(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() && !matches!(c, '\u{a0}' | NARROW) => Some(' '),
        c if c.is_control() || is_turner(c) => None,
        c => Some(c),
    }
}

/// Marks of direction, and what is no character at all.
fn is_turner(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// What joins characters or chooses between their shapes.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{34f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
    )
}

/// A text whose words may break wherever they would be wider than so many units of their size.
pub(super) fn breakable(text: &str, width: f64) -> String {
    let mut broken = String::with_capacity(text.len());
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            broken.push(' ');
        }
        if SHELF.width(word, true) <= width {
            broken.push_str(word);
            continue;
        }
        let mut taken = 0.0;
        for grapheme in word.graphemes(true) {
            let next = SHELF.width(grapheme, true);
            if taken > 0.0 && taken + next > width {
                broken.push(BREAK);
                taken = 0.0;
            }
            broken.push_str(grapheme);
            taken += next;
        }
    }
    broken
}

/// The beginning of a text that is no wider than so many units of its size, with a sign where something is missing.
pub(super) fn shortened(text: &str, width: f64) -> String {
    if SHELF.width(text, false) <= width {
        return text.to_owned();
    }
    let mut taken = SHELF.advance('…', false);
    let fits = |grapheme: &&str| {
        taken += SHELF.width(grapheme, false);
        taken <= width
    };
    let beginning: String = text.graphemes(true).take_while(fits).collect();
    format!("{}…", beginning.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_shown_is_left() {
        for (text, shown) in [
            ("plain", "plain"),
            ("Élève à l'œuvre – 1\u{202f}234\u{a0}€", "Élève à l'œuvre – 1\u{202f}234\u{a0}€"),
            ("e\u{301}te\u{301}", "été"),
            ("two\nlines\tand\r\na tab", "two lines and  a tab"),
            ("\u{0}\u{7}\u{feff}x\u{202e}abc\u{2066}", "xabc"),
            ("Ελλάδα Україна العربية עברית", "Ελλάδα Україна العربية עברית"),
            ("中文", "\u{fffd}\u{fffd}"),
            ("👩\u{200d}💻!", "\u{fffd}!"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("語\u{fe0f}", "\u{fffd}"),
            ("\u{e000}", "\u{fffd}"),
        ] {
            assert_eq!(printable(text), shown, "{text:?}");
        }
    }

    #[test]
    fn widths() {
        let digit = SHELF.width("0", false);
        assert!("123456789".chars().all(|c| (SHELF.width(&c.to_string(), false) - digit).abs() < 1e-9));
        assert!(SHELF.width("M", true) > SHELF.width("M", false));
        let long = breakable(&"x".repeat(100), 10.0);
        assert!(long.split(BREAK).all(|part| SHELF.width(part, true) <= 10.0));
        assert_eq!(long.replace(BREAK, ""), "x".repeat(100));
        assert_eq!(breakable("short words stay", 10.0), "short words stay");
        assert_eq!(shortened("Boulangerie", 100.0), "Boulangerie");
        assert!(shortened("Boulangerie industrielle", 5.0).ends_with('…'));
        assert!(SHELF.width(&shortened("Boulangerie industrielle", 5.0), false) <= 5.0);
    }
}
