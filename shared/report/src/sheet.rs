//! Excel: a summary with the headline figures and native charts, a sheet for each table, the numbers behind the charts.
//!
//! Cells are typed: a count is a number with a format, a day a date, a text a string that never becomes a formula. The
//! moment in the properties is the report's own, so that the same report gives the same file.

mod chart;
mod grid;
mod looks;
mod names;
mod summary;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use self::{looks::Looks, names::Names};
use crate::{
    error::RenderError,
    report::{Block, Report},
};

/// The most rows of a table: what a sheet takes, less its header and totals.
pub const MOST_SHEET_ROWS: usize = 1_048_574;

/// The whole workbook.
pub(crate) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let largest = report.tables().map(|table| table.rows.len()).max().unwrap_or_default();
    if largest > MOST_SHEET_ROWS {
        return Err(RenderError::TooLarge { what: "rows", found: largest, most: MOST_SHEET_ROWS });
    }
    let looks = Looks::of(report);
    let mut names = Names::default();
    let summary = names.take(looks.words.summary);
    let data = names.take(looks.words.chart_data);

    let mut workbook = Workbook::new();
    // No author and no member's name: a file goes further than those it was made for.
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_company(&report.brand.name)
        .set_creation_datetime(&ExcelDateTime::from_timestamp(report.generated_at.as_second())?);
    workbook.set_properties(&properties);
    summary::write(workbook.add_worksheet().set_name(summary)?, report, &data, &looks)?;
    for block in &report.blocks {
        if let Block::Table(table) = block {
            grid::sheet(workbook.add_worksheet().set_name(names.take(&table.title))?, table, &looks)?;
        }
    }
    if report.charts().next().is_some() {
        chart::data(workbook.add_worksheet().set_name(data)?, report, &looks)?;
    }
    Ok(workbook.save_to_buffer()?)
}
