//! Files become text that remembers where it stood: the page, slide, row or headings a quotation can be checked at.
//!
//! A file is somebody else's bytes. [`guard::run`] reads it in a child process with limits, and is what a function
//! calls; [`read`] is the same reading without the walls, for the child itself and for tests.
//!
//! Libraries open containers, and the walks over what is in them are ours: PDFium, `calamine` (workbooks), `cfb`
//! (Word, PowerPoint, Outlook), `zip` with `quick-xml` (Office, OpenDocument, EPUB), `html5ever`, `mail-parser`. An
//! extractor of all formats in one, such as kreuzberg, gives text without the places that quotations are checked at, and
//! with what the author hid.

mod csv;
mod doc;
mod docx;
mod encoding;
mod epub;
mod error;
mod flag;
pub mod guard;
mod html;
mod look;
mod lzfu;
mod mail;
mod markdown;
mod odf;
mod ole;
mod ooxml;
mod pdf;
mod ppt;
mod pptx;
mod rows;
mod rtf;
mod sheet;
mod sniff;
mod table;
mod theme;
mod txt;
mod xls;
mod xlsx;

pub use error::ExtractError;
pub use flag::Flag;
pub use sniff::Format;

pub(crate) use encoding::clean;
pub(crate) use pdf::join as join_lines;

use serde::{Deserialize, Serialize};

use self::sheet::{Outline, Sheet};
use crate::language::Language;

/// What the sender says of a file. It is checked against the bytes, and decides alone only between plain-text formats.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// Media type, with or without parameters, such as `text/csv; charset=utf-8`.
    pub media_type: Option<&'a str>,
    /// File name; only its extension is looked at.
    pub file_name: Option<&'a str>,
}

/// A slice of a document's pages, for documents too long to read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// The first page read, from 1.
    pub first: u32,
    /// The most pages read.
    pub most: u32,
}

impl Pages {
    /// Whether a page, from 1, belongs to the slice.
    pub fn contains(self, page: u32) -> bool {
        page >= self.first && page - self.first < self.most
    }
}

/// A page as an image, for optical character recognition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageImage {
    /// The page, from 1.
    pub page: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The image as PNG, eight bits of grey.
    pub png: Vec<u8>,
}

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The format the bytes turned out to be.
    pub format: Format,
    /// The document's own title, where its format has one.
    pub title: Option<String>,
    /// The main language; `None` where there are too few words to tell.
    pub language: Option<Language>,
    /// Pages (pdf), slides (pptx) or sheets (xlsx); `None` for formats without.
    pub pages: Option<u32>,
    /// The text in reading order. None is empty; there are none where all that was read is scanned or hidden.
    pub blocks: Vec<Block>,
    /// What else the file holds, each finding once, in the order of their declaration.
    pub flags: Vec<Flag>,
    /// Those of the pages read, from 1, that show images and next to no text: their text is to be recognised.
    pub scanned: Vec<u32>,
}

impl Extracted {
    /// Whether there is neither text nor a page to recognise.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.scanned.is_empty()
    }

    /// All text, one block a line.
    pub fn text(&self) -> String {
        self.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// A paragraph, heading, list item or table row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text in NFC, trimmed, without control or direction characters; cells of a row are joined by ` | `.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// The part a block plays in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A title of what follows.
    Heading {
        /// 1 is the highest; at most 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list.
    Item,
    /// One row of a table, with its column names where the table has them.
    Row,
}

/// Where in a document a text stands, as a reader would look it up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Place {
    /// A line of a plain text.
    Line {
        /// From 1.
        line: u32,
    },
    /// A page of a PDF.
    Page {
        /// From 1, as counted from the file's start, whatever is printed on it.
        page: u32,
    },
    /// A slide of a presentation.
    Slide {
        /// From 1, in the order shown.
        slide: u32,
        /// Its title, where it has one.
        title: Option<String>,
    },
    /// A row of a sheet or of a CSV file.
    Row {
        /// Name of the sheet; `None` in a CSV file.
        sheet: Option<String>,
        /// From 1, as a spreadsheet program numbers it.
        row: u32,
    },
    /// Under headings.
    Section {
        /// From the outermost heading in; empty before the first.
        headings: Vec<String>,
    },
}

/// Most characters kept of one document (some 4,000 pages); more is [`ExtractError::TooLarge`].
pub const MAX_CHARACTERS: usize = 10_000_000;
/// Most blocks kept of one document; more is [`ExtractError::TooLarge`].
pub const MAX_BLOCKS: usize = 200_000;

/// Reads a file in this very process, without limits of time and memory. Hostile bytes may abort the process:
/// functions call [`guard::run`]. Of a format with pages (PDF) only `pages` are read; `None` is all of them, and other
/// formats are read whole.
///
/// # Errors
/// [`ExtractError::NoText`] where there is neither text nor a page to recognise, nor anything to flag. A slice without
/// text is no error, nor is one beyond the last page: other slices may have some.
pub fn read(bytes: &[u8], hint: Hint<'_>, pages: Option<Pages>) -> Result<Extracted, ExtractError> {
    let format = sniff::format(bytes, hint)?;
    let mut sheet = Sheet::default();
    match format {
        Format::Txt => txt::read(bytes, &mut sheet)?,
        Format::Markdown => markdown::read(bytes, &mut sheet)?,
        Format::Html => html::read(bytes, &mut sheet)?,
        Format::Csv => csv::read(bytes, &mut sheet)?,
        Format::Pdf => pdf::read(bytes, pages, &mut sheet)?,
        Format::Docx => docx::read(bytes, &mut sheet)?,
        Format::Pptx => pptx::read(bytes, &mut sheet)?,
        Format::Xlsx => xlsx::read(bytes, &mut sheet)?,
        Format::Doc => doc::read(bytes, &mut sheet)?,
        Format::Ppt => ppt::read(bytes, &mut sheet)?,
        Format::Xls => xls::read(bytes, &mut sheet)?,
        Format::Odt | Format::Odp | Format::Ods => odf::read(bytes, format, &mut sheet)?,
        Format::Rtf => rtf::read(bytes, &mut sheet)?,
        Format::Eml => mail::read(bytes, &mut sheet)?,
        Format::Msg => mail::read_msg(bytes, &mut sheet)?,
        Format::Epub => epub::read(bytes, &mut sheet)?,
    }
    let found = sheet.finish(format);
    let slice = format == Format::Pdf && pages.is_some();
    if found.is_empty() && found.flags.is_empty() && !slice { Err(ExtractError::NoText) } else { Ok(found) }
}

/// Draws a page, from 1, of a PDF in this very process; functions call [`guard::render`].
///
/// # Errors
/// [`ExtractError::Unsupported`] for other formats, [`ExtractError::NoText`] for a page that is not there.
pub fn render(bytes: &[u8], page: u32) -> Result<PageImage, ExtractError> {
    match sniff::format(bytes, Hint::default())? {
        Format::Pdf => pdf::render(bytes, page),
        _ => Err(ExtractError::Unsupported),
    }
}
