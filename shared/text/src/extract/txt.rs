//! Plain text: a paragraph ends at an empty line, and its place is the line it begins on.

use super::{BlockKind, ExtractError, Place, Sheet, encoding};

/// Lines joined into one paragraph at most, for files without empty lines.
const LINES: usize = 40;

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let text = encoding::decode(bytes);
    let mut paragraph = String::new();
    let (mut first, mut lines) = (1, 0);
    for (line, number) in text.lines().zip(1_u32..) {
        if line.trim().is_empty() || lines == LINES {
            sheet.push(BlockKind::Paragraph, &paragraph, Place::Line { line: first })?;
            paragraph.clear();
            lines = 0;
        }
        if line.trim().is_empty() {
            continue;
        }
        if lines == 0 {
            first = number;
        }
        paragraph.push_str(line);
        paragraph.push('\n');
        lines += 1;
    }
    sheet.push(BlockKind::Paragraph, &paragraph, Place::Line { line: first })
}
