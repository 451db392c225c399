//! Reports: one document of headline figures, tables, charts and notes, rendered as JSON, CSV, Excel and PDF.
//!
//! Nothing here reads, writes or asks the time: a report comes in whole, bytes go out, and the same report always gives
//! the same bytes. What people wrote is data in all four formats: no cell becomes a formula, no text becomes markup.

mod alt;
mod check;
mod colours;
mod csv;
mod defuse;
mod error;
mod format;
mod json;
mod pdf;
mod report;
mod sheet;
mod table;
mod words;

pub use check::{
    LARGEST_INTEGER, LONGEST_KEY, LONGEST_TEXT, MOST_BLOCKS, MOST_COLUMNS, MOST_FIGURES, MOST_POINTS,
    MOST_SERIES,
};
pub use csv::Dialect;
pub use error::{Flaw, RenderError};
pub use format::Style;
pub use pdf::{MOST_PDF_CELLS, MOST_PDF_ROWS};
pub use report::{Block, Brand, Chart, Figure, Period, Report, Shape};
pub use sheet::MOST_SHEET_ROWS;
pub use table::{Cell, Column, Kind, Table};

impl Report {
    /// Typed values under stable names.
    pub fn to_json(&self) -> Result<Vec<u8>, RenderError> {
        check::check(self)?;
        json::render(self)
    }

    /// One table, or the numbers of one chart: the one of this key, or the first table.
    pub fn to_csv(&self, dialect: Dialect, key: Option<&str>) -> Result<Vec<u8>, RenderError> {
        check::check(self)?;
        csv::render(self, dialect, key)
    }

    /// A workbook: a summary with the figures and charts, a sheet for each table, the numbers behind the charts.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, RenderError> {
        check::check(self)?;
        sheet::render(self)
    }

    /// A document to print and to read aloud: tagged, PDF/UA-1.
    pub fn to_pdf(&self) -> Result<Vec<u8>, RenderError> {
        check::check(self)?;
        pdf::render(self)
    }
}
