//! A table on a sheet.

use std::collections::HashMap;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::looks::Looks;
use crate::{
    defuse::is_armed,
    table::{Cell, Column, Kind, Table},
};

/// The widest column, in characters; longer texts are wrapped.
const WIDEST: usize = 60;
/// The narrowest column.
const NARROWEST: usize = 9;
/// How many rows are looked at for a column's width.
const LOOKED_AT: usize = 1_000;
/// The height of a line.
const LINE: f64 = 15.0;
/// A4.
const PAPER: u8 = 9;

/// A sheet of its own: header frozen, filters, widths, and everything for printing it.
pub(super) fn sheet(sheet: &mut Worksheet, table: &Table, looks: &Looks) -> Result<(), XlsxError> {
    for (at, column) in (0..).zip(&table.columns) {
        sheet.set_column_width(at, width(table, usize::from(at), column, looks))?;
    }
    sheet.set_row_height(0, heads(table, looks) * LINE + 4.0)?;
    let last = write(sheet, table, 0, looks)?;
    sheet.set_freeze_panes(1, 0)?;
    if !table.rows.is_empty() {
        // The totals row is no row to sort or to filter.
        sheet.autofilter(0, 0, last, column(table.columns.len() - 1))?;
    }
    sheet.set_repeat_rows(0, 0)?;
    for_printing(sheet);
    Ok(())
}

/// Paper, and pages that are counted.
pub(super) fn for_printing(sheet: &mut Worksheet) {
    sheet.set_paper_size(PAPER).set_landscape().set_print_fit_to_pages(1, 0).set_footer("&L&A&R&P / &N");
}

/// Header, rows and totals from a row on; gives the last row that is no totals row.
pub(super) fn write(
    sheet: &mut Worksheet,
    table: &Table,
    from: u32,
    looks: &Looks,
) -> Result<u32, XlsxError> {
    for (at, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(from, at, &column.label, &looks.head(column.kind))?;
    }
    let (mut body, mut total) = (Formats::default(), Formats::default());
    let mut row = from;
    for cells in &table.rows {
        row += 1;
        for ((at, cell), column) in (0..).zip(cells).zip(&table.columns) {
            let format = body.of(column.kind, |kind| looks.body(kind), cell);
            put(sheet, (row, at), cell, format, looks)?;
        }
    }
    if let Some(cells) = &table.totals {
        for ((at, cell), column) in (0..).zip(cells).zip(&table.columns) {
            let format = total.of(column.kind, |kind| looks.total(kind), cell);
            put(sheet, (row + 1, at), cell, format, looks)?;
        }
        if table.names_totals() {
            sheet.write_string_with_format(row + 1, 0, looks.words.total, &looks.total(Kind::Text))?;
        }
    }
    Ok(row)
}

/// A cell with its type.
pub(super) fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: &Format,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match (cell, looks.serial(cell)) {
        (Cell::Text(text), _) => sheet.write_string_with_format(row, column, text, format)?,
        (_, Some(number)) => sheet.write_number_with_format(row, column, number, format)?,
        (_, None) => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

/// A column's number: there are never more than sixty.
fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Formats that are made once: by kind, and by what is special about a cell.
#[derive(Default)]
struct Formats(HashMap<(&'static str, u8, bool), Format>);

impl Formats {
    fn of(&mut self, kind: Kind, make: impl Fn(Kind) -> Format, cell: &Cell) -> &Format {
        let armed = matches!(cell, Cell::Text(text) if is_armed(text));
        let special = armed || Looks::is_brief(cell);
        self.0.entry((kind.as_str(), kind.places(), special)).or_insert_with(|| match (special, armed) {
            // A text stays a text when someone edits the cell, too.
            (_, true) => make(kind).set_quote_prefix(),
            (true, false) => Looks::brief(make(kind)),
            (false, false) => make(kind),
        })
    }
}

/// How many lines the header takes, at most three.
fn heads(table: &Table, looks: &Looks) -> f64 {
    let columns = table.columns.iter().enumerate();
    let lines = columns.map(|(at, column)| {
        let room = width(table, at, column, looks) - 4.0;
        (column.label.chars().count() as f64 / room).ceil()
    });
    lines.fold(1.0, f64::max).min(3.0)
}

fn width(table: &Table, at: usize, column: &Column, looks: &Looks) -> f64 {
    let rows = table.rows.iter().take(LOOKED_AT).chain(&table.totals);
    let cells = rows.filter_map(|row| row.get(at));
    let longest = cells.map(|cell| looks.style.cell(cell, column.kind).chars().count()).max();
    // The header may take two lines, and has an arrow of its own.
    let label = column.label.chars().count();
    let word = column.label.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default();
    let wanted = longest.unwrap_or_default().max(word.max(label.div_ceil(2)) + 3);
    (wanted.clamp(NARROWEST, WIDEST) + 2) as f64
}
