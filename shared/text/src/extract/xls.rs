//! Excel's binary format of 1997 to 2003: cells by calamine, and by the stream itself what calamine does not tell, which
//! rows and columns are out of sight.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, Xls, XlsError};

use super::ole::{Ole, u16_at, u32_at};
use super::rows::Rows;
use super::{BlockKind, ExtractError, Flag, Sheet, xlsx};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut ole = Ole::open(bytes)?;
    ole.flag(sheet);
    let stream = match ole.stream("/Workbook")? {
        Some(stream) => stream,
        None => ole.stream("/Book")?.ok_or(ExtractError::Corrupt)?,
    };
    let unseen = unseen(&stream);
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    let mut pages = 0;
    for (i, meta) in sheets.iter().enumerate().filter(|(_, meta)| meta.typ == SheetType::WorkSheet) {
        let range = book.worksheet_range(&meta.name).map_err(|error| refusal(&error))?;
        if meta.visible != SheetVisible::Visible {
            if !range.is_empty() {
                sheet.flag(Flag::HiddenText);
            }
            continue;
        }
        pages += 1;
        let hidden = unseen.get(i);
        let (top, left) = range.start().unwrap_or_default();
        let mut rows = Rows::of(Some(meta.name.clone()));
        for column in 0..left + range.width() as u32 {
            rows.columns(1, hidden.is_some_and(|hidden| hidden.columns.contains(&column)));
        }
        for (cells, row) in range.rows().zip(top..) {
            rows.begin_at(row + 1, hidden.is_some_and(|hidden| hidden.rows.contains(&row)));
            rows.push("", left as usize)?;
            for cell in cells {
                rows.push(&xlsx::text(cell), 1)?;
            }
            if let Some((text, Some(place))) = rows.end(sheet) {
                sheet.push(BlockKind::Row, &text, place)?;
            }
        }
    }
    sheet.pages = Some(pages);
    Ok(())
}

/// Of one sheet, numbers from 0.
#[derive(Default)]
struct Unseen {
    rows: HashSet<u32>,
    columns: HashSet<u32>,
}

/// What the sheets hide, in their order: [MS-XLS] 2.4.28 BoundSheet8, 2.4.221 Row, 2.4.53 ColInfo.
fn unseen(stream: &[u8]) -> Vec<Unseen> {
    let mut starts = HashMap::new();
    let mut sheets: Vec<Unseen> = Vec::new();
    let (mut at, mut sheet) = (0, None);
    while let (Some(kind), Some(length)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let Some(body) = stream.get(at + 4..at + 4 + usize::from(length)) else { break };
        match kind {
            0x0085 => {
                starts.insert(u32_at(body, 0).unwrap_or(0) as usize, sheets.len());
                sheets.push(Unseen::default());
            }
            // The beginning of a sheet, or of a chart in it.
            0x0809 => sheet = starts.get(&at).copied().or(sheet),
            0x0208 if u16_at(body, 12).is_some_and(|flags| flags & 0x20 != 0) => {
                if let (Some(sheet), Some(row)) = (sheet, u16_at(body, 0)) {
                    sheets[sheet].rows.insert(u32::from(row));
                }
            }
            0x007d if u16_at(body, 8).is_some_and(|flags| flags & 1 != 0) => {
                if let (Some(sheet), Some(first), Some(last)) = (sheet, u16_at(body, 0), u16_at(body, 2)) {
                    sheets[sheet].columns.extend(u32::from(first)..=u32::from(last.min(255)));
                }
            }
            _ => {}
        }
        at += 4 + usize::from(length);
    }
    sheets
}

fn refusal(error: &XlsError) -> ExtractError {
    match error {
        XlsError::Password => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}
