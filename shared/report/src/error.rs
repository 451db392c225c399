//! Why a report is not rendered. No message repeats what a report says.

/// What does not hold in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A title, label or name that is empty.
    #[error("is empty")]
    Empty,
    /// A text longer than what a spreadsheet's cell takes.
    #[error("is too long")]
    TooLong,
    /// A key that is none: small letters, digits and `_`.
    #[error("is no key")]
    NotAKey,
    /// Two things of one key.
    #[error("has a key that is taken")]
    Repeated,
    /// More of them than a report takes.
    #[error("has too many parts")]
    TooMany,
    /// A row with more or fewer cells than there are columns.
    #[error("has a row of another width")]
    Ragged,
    /// A cell of another kind than its column.
    #[error("has a cell of another kind")]
    WrongKind,
    /// A number that is none, or that a spreadsheet would round.
    #[error("has a number out of range")]
    NotANumber,
    /// A year that spreadsheets do not know, or a period that ends before it begins.
    #[error("has a date out of range")]
    OutOfCalendar,
}

/// Why a report was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The report itself does not hold.
    #[error("{place} {flaw}")]
    Invalid {
        /// Where: `title`, `blocks[2].rows[5]` …
        place: String,
        /// What.
        flaw: Flaw,
    },
    /// There is no table of this key, or none at all.
    #[error("the report has no such table")]
    NoTable,
    /// More rows or cells than the format takes.
    #[error("{found} {what} are more than the {most} that this format takes")]
    TooLarge {
        /// `rows`, `cells` or `columns`.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// JSON was not written.
    #[error("the report was not written as JSON")]
    Json(#[from] serde_json::Error),
    /// CSV was not written.
    #[error("the report was not written as CSV")]
    Csv(#[from] ::csv::Error),
    /// The workbook was not written.
    #[error("the report was not written as a workbook")]
    Sheet(#[from] rust_xlsxwriter::XlsxError),
    /// The document was not laid out or not written. The reasons are those of the typesetter, about our own template.
    #[error("the report was not written as a document: {0}")]
    Pdf(String),
}
