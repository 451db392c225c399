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
    let mut header = None;
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|_| ExtractError::Corrupt)?;
        if record.len() > MAX_COLUMNS {
            return Err(ExtractError::TooLarge);
        }
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        let row = record.position().map_or(i as u64 + 1, csv::Position::line) as u32;
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
