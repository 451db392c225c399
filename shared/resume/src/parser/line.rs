//! Lines of a CV without what decorates them.

use vivier_text::{BlockKind, Extracted};

use super::columns;
use crate::{MAX_CHARACTERS, MAX_VALUE};

/// Most lines looked at; more are no CV.
const MAX_LINES: usize = 5_000;

/// A line, trimmed, with single spaces, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    /// It stood behind a bullet, or the file calls it a list item.
    pub(super) item: bool,
    /// What the file itself calls a heading, and how high.
    pub(super) heading: Option<u8>,
}

/// Signs that stand for a bullet wherever they begin a line; recognition of scanned pages makes `«`, `‘` or `+` of them.
const BULLETS: &[char] = &[
    '•', '◦', '▪', '■', '□', '●', '○', '‣', '⁃', '∙', '·', '*', '→', '➢', '➤', '►', '▶', '✓', '✔', '❖',
    '\u{f0b7}', '\u{f0a7}', '–', '—', '-', '+', '>', '«', '‘', '“', '»', '¢', '°',
];
/// Bullets that also part items within a line.
const PARTING: &[char] = &['•', '▪', '■', '●', '◦', '‣'];

/// The lines of plain text; of what is laid out in columns, one column after the other.
pub(super) fn of_text(text: &str) -> Vec<Line> {
    let cut: String = text.chars().take(MAX_CHARACTERS).collect();
    let raw: Vec<&str> = cut.lines().take(MAX_LINES).collect();
    let mut lines = Vec::new();
    for line in columns::in_order(&raw) {
        push(&mut lines, &line, false, None);
    }
    lines
}

/// The lines of an extracted file, whose headings and list items are known as such.
pub(super) fn of_blocks(extracted: &Extracted) -> Vec<Line> {
    let plain = extracted.blocks.iter().all(|block| block.kind == BlockKind::Paragraph);
    if plain {
        // Plain text, where wide gaps may still tell columns apart.
        return of_text(&extracted.text());
    }
    let mut lines = Vec::new();
    let mut left = MAX_CHARACTERS;
    for block in &extracted.blocks {
        let heading = match block.kind {
            BlockKind::Heading { level } => Some(level),
            _ => None,
        };
        let kept: String = block.text.chars().take(left).collect();
        left = left.saturating_sub(kept.chars().count());
        for line in kept.lines() {
            push(&mut lines, line, block.kind == BlockKind::Item, heading);
        }
        if left == 0 || lines.len() >= MAX_LINES {
            break;
        }
    }
    lines
}

/// Adds what a raw line holds: nothing, a line, or several items that a scanner ran together.
fn push(lines: &mut Vec<Line>, raw: &str, item: bool, heading: Option<u8>) {
    for (n, piece) in pieces(raw).into_iter().enumerate() {
        let (text, bulleted) = undecorated(&piece);
        let text: String = text.chars().take(MAX_VALUE).collect();
        if text.chars().any(char::is_alphanumeric) && lines.len() < MAX_LINES {
            lines.push(Line { text, item: item || bulleted || n > 0, heading });
        }
    }
}

/// Where a scanner lost line ends: before a bullet inside of a line, or before a guillemet that nothing closes.
fn pieces(raw: &str) -> Vec<String> {
    let opened = raw.matches('«').count();
    let quotes = raw.contains('»');
    // Within an item ` + Soudage` begins another.
    let bulleted = raw.trim_start().starts_with(BULLETS);
    let mut pieces = vec![String::new()];
    let mut before = ' ';
    for (at, c) in raw.char_indices() {
        let capital =
            || raw[at + 1..].strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_uppercase));
        let parts = PARTING.contains(&c)
            || (c == '«' && opened > 0 && !quotes)
            || (c == '+' && bulleted && capital());
        // `A • B` parts items; `l'élève·e` does not.
        if parts
            && !pieces.last().is_none_or(|piece| piece.trim().is_empty())
            && (before.is_whitespace() || c == '«')
        {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        before = c;
    }
    pieces
}

/// The text behind its bullet, with single spaces, and whether there was one.
fn undecorated(raw: &str) -> (String, bool) {
    let mut text = raw.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let mut bulleted = false;
    while let Some(c) = text.chars().next().filter(|c| BULLETS.contains(c)) {
        let rest = text[c.len_utf8()..].trim_start();
        let quoted = match c {
            '«' => rest.contains('»'),
            '“' => rest.contains('”'),
            '‘' => rest.contains('’') && rest.ends_with('’'),
            // A telephone: `+33 6 …`, `+44 …`.
            '+' => rest.starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        };
        if quoted {
            break;
        }
        text = rest;
        bulleted = true;
    }
    // A lone `o` is how some programs write a hollow bullet.
    if let Some(rest) = text.strip_prefix("o ").filter(|rest| rest.starts_with(char::is_uppercase)) {
        (text, bulleted) = (rest, true);
    }
    (unbroken(&narrowed(text)), bulleted)
}

/// Single spaces between words, and a bar where a wide gap parted them: `Soudeuse      Fer SA`.
fn narrowed(text: &str) -> String {
    let mut narrowed = String::with_capacity(text.len());
    let mut gap = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            gap += if c == '\t' { columns::GAP } else { 1 };
            continue;
        }
        if gap > 0 && !narrowed.is_empty() {
            narrowed.push_str(if gap >= columns::GAP { " | " } else { " " });
        }
        gap = 0;
        narrowed.push(c);
    }
    narrowed
}

/// A scanner parts a wide `J` from its word: `J une 2016`.
fn unbroken(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let lower = word.starts_with(|c: char| c.is_ascii_lowercase());
        match words.last_mut() {
            Some(last) if lower && matches!(last.trim_start_matches('('), "J" | "]") => {
                *last = format!("{}J{word}", if last.starts_with('(') { "(" } else { "" });
            }
            _ => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, bool)> {
        of_text(text).into_iter().map(|line| (line.text, line.item)).collect()
    }

    #[test]
    fn bullets_of_every_kind() {
        for (raw, expected, item) in [
            ("- Soudage", "Soudage", true),
            ("  • Soudage  TIG", "Soudage TIG", true),
            ("Soudeuse      Fer SA\tBrest", "Soudeuse | Fer SA | Brest", false),
            ("«Soudage", "Soudage", true),
            ("‘Soudage", "Soudage", true),
            ("« Soudage » à l'arc", "« Soudage » à l'arc", false),
            ("o Soudage", "Soudage", true),
            ("+33 6 00 00 00 00", "+33 6 00 00 00 00", false),
            ("] uly 2016", "July 2016", false),
            ("Soudage", "Soudage", false),
        ] {
            assert_eq!(shown(raw), [(expected.to_owned(), item)], "{raw}");
        }
        assert!(shown("• - *\n\n \u{0} ").is_empty());
    }

    #[test]
    fn items_run_together() {
        let texts: Vec<_> = shown("Fer SA (Brest) «Chimie «Soudage").into_iter().map(|line| line.0).collect();
        assert_eq!(texts, ["Fer SA (Brest)", "Chimie", "Soudage"]);
        assert_eq!(shown("A b • C d").len(), 2);
        assert_eq!(shown("* A b + C d").len(), 2);
        assert_eq!(shown("infirmier·ère").len(), 1);
    }
}
