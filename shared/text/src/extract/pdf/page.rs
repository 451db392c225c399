//! The lines of a page, in the order in which its author wrote them, and what kind of page it is.

use pdfium_render::prelude::{
    PdfColor, PdfPage, PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfPageTextChar,
    PdfPageTextRenderMode, PdfRect, PdfiumError,
};

use super::canvas::Canvas;
use super::columns;

/// Points. Nobody prints letters of this height to be read; footnotes have 6.
const TINY: f32 = 2.5;
/// Heights of a letter between parts of a line.
const GAP: f32 = 1.5;
/// Objects of a page looked at for pictures.
const MAX_OBJECTS: usize = 20_000;
/// Strokes and fills that make a page without text one on which letters may be drawn.
const DRAWING: usize = 40;

/// A line as PDFium finds it.
pub(super) struct Line {
    pub(super) text: String,
    /// Height of its letters in points: that of most of them.
    pub(super) size: f32,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
    /// Whether it stands beside the one before, beyond a gap.
    pub(super) goes_on: bool,
}

pub(super) struct Found {
    pub(super) lines: Vec<Line>,
    /// Whether text was left out that is not seen.
    pub(super) hides: bool,
    /// Whether the page shows pictures and next to no text.
    pub(super) scanned: bool,
}

/// Letters between two spaces.
#[derive(Default)]
struct Word {
    text: String,
    size: f32,
    letters: usize,
    unseen: usize,
    area: Option<[f32; 4]>,
}

pub(super) fn read(page: &PdfPage<'_>) -> Result<Found, PdfiumError> {
    let text = page.text()?;
    let mut lines = Lines::default();
    if !text.is_empty() {
        let canvas = Canvas::draw(page)?;
        for character in text.chars().iter() {
            // PDFium gives what is beyond the first plane as two surrogates, and a letter without meaning as 0.
            let letter = character.unicode_char().unwrap_or('\u{fffd}');
            if matches!(letter, '\r' | '\n') {
                lines.end_line();
            } else if letter.is_whitespace() {
                lines.end_word(true);
            } else if letter != '\0' {
                lines.add(letter, &character, &canvas);
            }
        }
        lines.end_line();
    }
    let seen = lines.found.iter().flat_map(|line| line.text.chars()).filter(|c| !c.is_whitespace()).count();
    Ok(Found { scanned: is_scan(page, seen), hides: lines.hides, lines: columns::in_order(lines.found) })
}

#[derive(Default)]
struct Lines {
    found: Vec<Line>,
    words: Vec<Word>,
    word: Word,
    goes_on: bool,
    hides: bool,
}

impl Lines {
    fn add(&mut self, letter: char, character: &PdfPageTextChar<'_>, canvas: &Canvas) {
        let word = &mut self.word;
        word.text.push(letter);
        // Letters that PDFium makes up, such as the hyphen of a broken word, are nowhere.
        let Ok(area) = character.loose_bounds() else { return };
        let scale = character.matrix().map_or(1.0, |matrix| matrix.c().hypot(matrix.d()));
        let size = character.unscaled_font_size().value.abs() * scale;
        word.letters += 1;
        word.unseen += usize::from(!is_seen(letter, size, character, &area, canvas));
        word.size = word.size.max(size);
        let area = [area.left().value, area.bottom().value, area.right().value, area.top().value];
        word.area = Some(match word.area {
            None => area,
            Some(sum) => [sum[0].min(area[0]), sum[1].min(area[1]), sum[2].max(area[2]), sum[3].max(area[3])],
        });
    }

    fn end_word(&mut self, space: bool) {
        let mut word = std::mem::take(&mut self.word);
        if word.letters > 0 && word.unseen * 2 > word.letters {
            self.hides = true;
        } else if !word.text.is_empty() {
            // A gap as wide as several letters is none between words.
            if let (Some(last), Some(area)) = (self.words.last().and_then(|last| last.area), word.area)
                && area[0] - last[2] > word.size * GAP
            {
                self.end_part(self.goes_on);
                self.goes_on = true;
            }
            if space {
                word.text.push(' ');
            }
            self.words.push(word);
        }
    }

    fn end_line(&mut self) {
        self.end_word(false);
        self.end_part(self.goes_on);
        self.goes_on = false;
    }

    /// Ends what stands together of a line.
    fn end_part(&mut self, goes_on: bool) {
        let words = std::mem::take(&mut self.words);
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        if text.trim().is_empty() {
            return;
        }
        let size = words.iter().max_by_key(|word| word.letters).map_or(0.0, |word| word.size);
        let side = |i: usize, choose: fn(f32, f32) -> f32| {
            words.iter().filter_map(|word| word.area).map(|area| area[i]).reduce(choose).unwrap_or(0.0)
        };
        let (left, bottom) = (side(0, f32::min), side(1, f32::min));
        let (right, top) = (side(2, f32::max), side(3, f32::max));
        self.found.push(Line { text: text.trim().to_owned(), size, left, right, top, bottom, goes_on });
    }
}

fn is_seen(
    letter: char,
    size: f32,
    character: &PdfPageTextChar<'_>,
    area: &PdfRect,
    canvas: &Canvas,
) -> bool {
    if size < TINY || !canvas.shows(area) {
        return false;
    }
    let drawn = character.tight_bounds().ok().filter(|drawn| drawn.width().value > 0.0);
    if canvas.has_trace(&drawn.unwrap_or(*area)) {
        return true;
    }
    // Letters of a font that is not in the file, and that PDFium's own fonts lack, are not drawn here but elsewhere.
    let foreign = letter > '\u{52f}' && !('\u{2000}'..='\u{20ff}').contains(&letter);
    foreign
        && character.fill_color().is_ok_and(|color| color.alpha() > 64 && luminance(color) < 200)
        && character.render_mode().is_ok_and(is_drawn)
}

fn is_drawn(mode: PdfPageTextRenderMode) -> bool {
    !matches!(mode, PdfPageTextRenderMode::Invisible | PdfPageTextRenderMode::InvisibleClipping)
}

fn luminance(color: PdfColor) -> u32 {
    (u32::from(color.red()) * 30 + u32::from(color.green()) * 59 + u32::from(color.blue()) * 11) / 100
}

/// Whether a page with so many letters seen has to be recognised: it is mostly picture, or letters may be drawn on it
/// as shapes.
fn is_scan(page: &PdfPage<'_>, seen: usize) -> bool {
    if seen >= 100 {
        return false;
    }
    let whole = page.width().value * page.height().value;
    let (mut pictures, mut strokes) = (0.0, 0);
    for object in page.objects().iter().take(MAX_OBJECTS) {
        match &object {
            PdfPageObject::Image(_) => pictures += area(&object),
            PdfPageObject::XObjectForm(form)
                if form.iter().take(MAX_OBJECTS).any(|inner| matches!(inner, PdfPageObject::Image(_))) =>
            {
                pictures += area(&object);
            }
            PdfPageObject::Path(_) | PdfPageObject::Shading(_) => strokes += 1,
            _ => {}
        }
    }
    let share = pictures / whole.max(1.0);
    share >= 0.5 || (seen < 10 && (share >= 0.02 || strokes >= DRAWING))
}

fn area(object: &PdfPageObject<'_>) -> f32 {
    object.bounds().map_or(0.0, |bounds| (bounds.width().value * bounds.height().value).abs())
}
