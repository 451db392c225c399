//! Spreadsheets: every filled row of every visible sheet. Text that its cell does not show is left out.
//!
//! Cells are streamed. A sheet that names one cell in its last corner would otherwise be laid out in memory as the
//! 17 billion cells before it.

mod grid;
mod hidden;
mod looks;
mod strings;

use std::io::Cursor;

use calamine::{DataType, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use self::hidden::Unseen;
use self::looks::Looks;
use super::ooxml::Package;
use super::rows::Rows;
use super::table::MAX_COLUMNS;
use super::{BlockKind, ExtractError, Flag, Sheet};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    // Sizes are refused here, before the library reads any part whole.
    Package::open(bytes)?.check_sizes()?;
    let mut package = Package::open(bytes)?;
    package.flag(sheet)?;
    if let Some(title) = package.title()? {
        sheet.set_title(&title);
    }
    let parts = hidden::parts(&mut package)?;
    let looks = Looks::of(&mut package)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let sheets = book.sheets_metadata().to_vec();
    let mut pages = 0;
    for meta in sheets.iter().filter(|meta| meta.typ == SheetType::WorkSheet) {
        let mut cells = book.worksheet_cells_reader(&meta.name).map_err(|error| refusal(&error))?;
        if meta.visible != SheetVisible::Visible {
            while let Some(cell) = cells.next_cell().map_err(|error| refusal(&error))? {
                if !text(cell.get_value()).is_empty() {
                    sheet.flag(Flag::HiddenText);
                    break;
                }
            }
            continue;
        }
        pages += 1;
        let unseen = Unseen::of(&mut package, parts.get(&meta.name), &looks)?;
        let mut rows = Rows::of(Some(meta.name.clone()));
        for (times, hidden) in unseen.columns() {
            rows.columns(times, hidden);
        }
        let (mut last, mut filled) = (None, 0);
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| refusal(&error))? {
            let (row, column) = cell.get_position();
            let whole = text(cell.get_value());
            let (text, conceals) = unseen.seen((row, column), looks.style(style), &whole);
            if conceals {
                sheet.flag(Flag::HiddenText);
            }
            if text.is_empty() {
                continue;
            }
            if column as usize >= MAX_COLUMNS {
                return Err(ExtractError::TooLarge);
            }
            if last != Some(row) {
                end(&mut rows, sheet)?;
                rows.begin_at(row + 1, unseen.hides_row(row));
                (last, filled) = (Some(row), 0);
            }
            rows.push("", (column as usize).saturating_sub(filled))?;
            rows.push(&text, 1)?;
            filled = column as usize + 1;
        }
        end(&mut rows, sheet)?;
    }
    sheet.pages = Some(pages);
    Ok(())
}

fn end(rows: &mut Rows, sheet: &mut Sheet) -> Result<(), ExtractError> {
    match rows.end(sheet) {
        Some((text, Some(place))) => sheet.push(BlockKind::Row, &text, place),
        _ => Ok(()),
    }
}

/// A cell as it is shown, but for the format of its figures. Errors and empty cells show nothing.
pub(super) fn text(value: &impl DataType) -> String {
    if let Some(date) = value.get_datetime() {
        if !date.is_datetime() {
            return date.as_f64().to_string();
        }
        let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
        let date = format!("{year:04}-{month:02}-{day:02}");
        return if hour + minute == 0 { date } else { format!("{date} {hour:02}:{minute:02}") };
    }
    let text = value.get_string().or_else(|| value.get_datetime_iso()).or_else(|| value.get_duration_iso());
    text.map(str::to_owned)
        .or_else(|| value.get_int().map(|value| value.to_string()))
        .or_else(|| value.get_float().map(|value| value.to_string()))
        .or_else(|| value.get_bool().map(|value| value.to_string()))
        .unwrap_or_default()
}

fn refusal(error: &XlsxError) -> ExtractError {
    match error {
        XlsxError::Password => ExtractError::Encrypted,
        _ => ExtractError::Corrupt,
    }
}
