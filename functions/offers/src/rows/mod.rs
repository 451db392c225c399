//! An import file as rows of named fields, whatever its form. What is wrong with the file as a whole is told before any
//! row is given out, so that such a file changes nothing; what is wrong with one row concerns that row alone.

mod csv;
mod feed;
mod jsonl;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::civil::Date;
use vivier_domain::{
    import::{ImportFormat, MAXIMUM_BYTES},
    offer::COLUMNS,
};
use vivier_feeds::FeedFault;

/// Columns without which no row could be an offer.
pub const REQUIRED: [&str; 6] = ["reference", "title", "description", "city", "contract", "published_on"];

/// What stands for the row as a whole where an error names a column.
pub const WHOLE_ROW: &str = "row";

/// Why a file cannot be used. It changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is no whole feed of its format.
    #[error(transparent)]
    Feed(#[from] FeedFault),
    /// It has no bytes, or no rows.
    #[error("empty-file")]
    Empty,
    /// It is larger than [`MAXIMUM_BYTES`].
    #[error("too-large")]
    TooLarge,
    /// It has more rows than [`vivier_domain::import::MAXIMUM_OFFERS`].
    #[error("too-many-offers")]
    TooManyOffers,
    /// Its bytes are not UTF-8.
    #[error("not-utf8")]
    NotUtf8,
    /// Its header lacks a required column.
    #[error("missing-column:{0}")]
    MissingColumn(&'static str),
    /// Its header names a column twice.
    #[error("duplicate-column:{0}")]
    DuplicateColumn(&'static str),
    /// It ends inside quotation marks: where rows end is not known from there on.
    #[error("unterminated-quote")]
    UnterminatedQuote,
    /// It was there and is no more.
    #[error("file-missing")]
    Missing,
}

/// One row, with what could be read of it.
#[derive(Debug, Default)]
pub struct Row<'f> {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The fields, in the order of [`COLUMNS`].
    fields: [Option<Cow<'f, str>>; COLUMNS.len()],
    /// What is wrong with it already: a column or [`WHOLE_ROW`], and a stable word.
    pub fault: Option<(&'static str, &'static str)>,
}

impl Row<'_> {
    /// The text of a column.
    pub fn get(&self, column: &str) -> Option<Cow<'_, str>> {
        let field = self.fields[place(column)?].as_deref()?;
        Some(Cow::Borrowed(field))
    }
}

/// The rows of a file.
pub type Rows<'f> = Box<dyn Iterator<Item = Row<'f>> + Send + 'f>;

/// Reads a file's bytes as rows. `today` is the day of publication of what tells none.
pub fn open(format: ImportFormat, bytes: &[u8], today: Date) -> Result<Rows<'_>, FileFault> {
    if bytes.len() as u64 > MAXIMUM_BYTES {
        return Err(FileFault::TooLarge);
    }
    if let Some(mapping) = vivier_feeds::format(format.as_str()) {
        return Ok(Box::new(feed::open(mapping, bytes, today)?));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| FileFault::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(FileFault::Empty);
    }
    let rows: Rows<'_> = match format {
        ImportFormat::Jsonl => Box::new(jsonl::open(text)),
        _ => Box::new(csv::open(text)?),
    };
    Ok(rows)
}

fn place(column: &str) -> Option<usize> {
    COLUMNS.iter().position(|known| *known == column)
}
