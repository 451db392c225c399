//! Spreadsheets: every filled row of every visible sheet.
//!
//! Cells are streamed. A sheet that names one cell in its last corner would otherwise be laid out in memory as the
//! 17 billion cells before it.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::ooxml::Package;
use super::table::{self, MAX_COLUMNS};
use super::{BlockKind, ExtractError, Place, Sheet};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    // Sizes are refused here, before the library reads any part whole.
    Package::open(bytes)?.check_sizes()?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    sheet.pages = Some(names.len() as u32);
    for name in names {
        let mut cells = book.worksheet_cells_reader(&name).map_err(|error| refusal(&error))?;
        let mut rows = Rows { sheet: &name, row: 0, cells: Vec::new(), header: None, first: true };
        while let Some(cell) = cells.next_cell().map_err(|error| refusal(&error))? {
            let (row, column) = cell.get_position();
            if row != rows.row {
                rows.end(sheet)?;
                rows.row = row;
            }
            let text = text(cell.get_value());
            if text.is_empty() {
                continue;
            }
            if column as usize >= MAX_COLUMNS {
                return Err(ExtractError::TooLarge);
            }
            if rows.cells.len() <= column as usize {
                rows.cells.resize(column as usize + 1, String::new());
            }
            rows.cells[column as usize] = text;
        }
        rows.end(sheet)?;
    }
    Ok(())
}

struct Rows<'a> {
    sheet: &'a str,
    /// From 0.
    row: u32,
    cells: Vec<String>,
    header: Option<Vec<String>>,
    first: bool,
}

impl Rows<'_> {
    fn end(&mut self, sheet: &mut Sheet) -> Result<(), ExtractError> {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        let place = Place::Row { sheet: Some(self.sheet.to_owned()), row: self.row + 1 };
        // Above a table often stands its title, alone in its row.
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let header = self.first && filled > 1 && table::is_header(&cells);
        self.first &= filled <= 1;
        let text =
            self.header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        sheet.push(BlockKind::Row, &text, place)?;
        if header {
            self.header = Some(cells);
        }
        Ok(())
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
        DataRef::SharedString(value) => (*value).to_owned(),
        DataRef::DateTime(value) if value.is_datetime() => {
            let (year, month, day, hour, minute, ..) = value.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if hour + minute == 0 { date } else { format!("{date} {hour:02}:{minute:02}") }
        }
        DataRef::DateTime(value) => value.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn refusal(error: &XlsxError) -> ExtractError {
    match error {
        XlsxError::Password => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}
