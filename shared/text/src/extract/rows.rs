//! A table read cell by cell: which row names its columns, and which rows and columns are out of sight.

use super::table::{self, MAX_COLUMNS};
use super::{ExtractError, Flag, Place, Sheet};

#[derive(Default)]
pub(super) struct Rows {
    /// Of a spreadsheet.
    sheet: Option<String>,
    /// Whether the row at hand is marked as one of names.
    pub(super) names: bool,
    header: Option<Vec<String>>,
    /// Whether no row of several cells has come yet: above a table often stands its title, alone in its row.
    first: bool,
    /// Runs of columns, each by how many and whether they are out of sight.
    columns: Vec<(u32, bool)>,
    row: u32,
    repeated: u32,
    hidden: bool,
    cells: Vec<String>,
}

impl Rows {
    pub(super) fn of(sheet: Option<String>) -> Self {
        Self { sheet, first: true, ..Self::default() }
    }

    /// Declares the next columns.
    pub(super) fn columns(&mut self, times: u32, hidden: bool) {
        if self.columns.len() < MAX_COLUMNS {
            self.columns.push((times, hidden));
        }
    }

    /// Begins a row that stands for so many.
    pub(super) fn begin(&mut self, times: u32, hidden: bool) {
        self.row = self.row.saturating_add(self.repeated.max(u32::from(self.row == 0)));
        self.repeated = times;
        self.hidden = hidden;
        self.cells.clear();
    }

    /// Begins a row of this number, from 1.
    pub(super) fn begin_at(&mut self, row: u32, hidden: bool) {
        (self.row, self.repeated, self.hidden) = (row, 1, hidden);
        self.cells.clear();
    }

    /// Adds a cell that stands for so many. Empty ones at the end of a row are thousands, and counted by no one.
    pub(super) fn push(&mut self, text: &str, times: usize) -> Result<(), ExtractError> {
        let empty = text.trim().is_empty();
        if !empty && (self.cells.len() >= MAX_COLUMNS || times > MAX_COLUMNS) {
            return Err(ExtractError::TooLarge);
        }
        for _ in 0..times.min(MAX_COLUMNS.saturating_sub(self.cells.len())) {
            self.cells.push(if empty { String::new() } else { text.to_owned() });
        }
        Ok(())
    }

    /// Ends a row: its text, and its place in a spreadsheet; `None` where there is nothing to be seen in it.
    pub(super) fn end(&mut self, sheet: &mut Sheet) -> Option<(String, Option<Place>)> {
        let mut cells = std::mem::take(&mut self.cells);
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        let mut column = 0;
        for (times, hidden) in &self.columns {
            let end = (column + *times as usize).min(cells.len());
            for cell in cells.get_mut(column..end).unwrap_or_default() {
                if (*hidden || self.hidden) && !cell.is_empty() {
                    cell.clear();
                    sheet.flag(Flag::HiddenText);
                }
            }
            column = end;
        }
        if self.hidden && cells.iter().any(|cell| !cell.is_empty()) {
            sheet.flag(Flag::HiddenText);
            return None;
        }
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled == 0 {
            return None;
        }
        let spread = self.sheet.is_some();
        let header = self.header.is_none()
            && (self.names || (spread && self.first && filled > 1 && table::is_header(&cells)));
        self.first &= filled <= 1;
        let text =
            self.header.as_ref().map_or_else(|| table::plain(&cells), |header| table::named(header, &cells));
        if header {
            self.header = Some(cells);
        }
        let place = self.sheet.as_ref().map(|name| Place::Row { sheet: Some(name.clone()), row: self.row });
        Some((text, place))
    }
}
