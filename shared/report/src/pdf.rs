//! PDF, laid out by Typst inside the process from one template of ours. The report goes in as a JSON file that exists in
//! memory alone: what people wrote are strings there, never markup.
//!
//! The document is tagged and conforms to PDF/UA-1 where its scripts let it; fonts are built in, nothing is read or fetched.

mod data;
mod fit;
mod fonts;
mod plot;
mod world;

use crate::{error::RenderError, report::Report};

/// The most rows of all tables together: some three hundred pages, which nobody reads to the end.
pub const MOST_PDF_ROWS: usize = 10_000;
/// The most cells of all tables together: what takes time and memory.
pub const MOST_PDF_CELLS: usize = 80_000;

/// The whole document.
pub(crate) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let rows: usize = report.tables().map(|table| table.rows.len()).sum();
    let cells: usize = report.tables().map(|table| table.rows.len() * table.columns.len()).sum();
    for (what, found, most) in [("rows", rows, MOST_PDF_ROWS), ("cells", cells, MOST_PDF_CELLS)] {
        if found > most {
            return Err(RenderError::TooLarge { what, found, most });
        }
    }
    let data = data::of(report)?;
    world::typeset(serde_json::to_vec(&data)?, report)
}
