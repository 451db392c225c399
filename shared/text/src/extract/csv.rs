//! CSV as offices write it: the separator is a comma, a semicolon or a tab, and nobody says which.

use csv::{ReaderBuilder, Trim};

use super::table::{self, MAX_COLUMNS};
use super::{BlockKind, ExtractError, Place, Sheet, encoding};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let text = encoding::decode(bytes);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator(&text))
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let (mut header, mut row) = (None, 0);
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|_| ExtractError::Corrupt)?;
        if record.len() > MAX_COLUMNS {
            return Err(ExtractError::TooLarge);
        }
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        let start = record.position().map_or(0, csv::Position::byte) as usize;
        row += 1 + empty_lines(text.as_bytes(), start);
        let place = Place::Row { sheet: None, row };
        if i == 0 && table::is_header(&cells) {
            sheet.push(BlockKind::Row, &table::plain(&cells), place)?;
            header = Some(cells);
            continue;
        }
        let text =
            header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        sheet.push(BlockKind::Row, &text, place)?;
    }
    Ok(())
}

/// Lines without anything before the record that is said to start at `start`: the reader skips them, a spreadsheet program
/// counts them. Lines inside a quoted cell are none.
fn empty_lines(text: &[u8], start: usize) -> u32 {
    let (before, mut rest) = text.split_at(start.min(text.len()));
    // The reader ends a record at the first half of CR LF.
    if before.last() == Some(&b'\r') && rest.first() == Some(&b'\n') {
        rest = &rest[1..];
    }
    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count() as u32
}

/// The separator that cuts the first lines most alike.
fn separator(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |separator: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, separator)).collect();
        let first = counts.first().copied().unwrap_or(0);
        if first == 0 {
            0
        } else {
            counts.iter().filter(|count| **count == first).count() * 1_000 + first.min(999)
        }
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(b',')
}

fn outside_quotes(line: &str, separator: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted && *byte == separator
        })
        .count()
}
