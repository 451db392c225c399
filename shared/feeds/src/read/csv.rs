//! RFC 4180 with a header line; commas, semicolons or tabs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::lines::Lines;
use super::{Found, MAX_RECORD};
use crate::fault::{FeedFault, RecordFault};
use crate::mapping::Mapping;
use crate::raw::{Header, Raw};
use crate::words::fold;

/// The rows below a header.
pub(super) struct Table<'f> {
    reader: Reader<Cursor<Cow<'f, [u8]>>>,
    header: Arc<Header>,
    columns: usize,
    lines: Lines,
}

impl<'f> Table<'f> {
    /// `is_whole` tells that nothing of the file was cut off on purpose.
    pub(super) fn open(text: Cow<'f, str>, mapping: &Mapping, is_whole: bool) -> Result<Self, FeedFault> {
        let delimiter = delimiter(&text);
        if is_whole && ends_inside_quotes(&text, delimiter) {
            return Err(FeedFault::UnterminatedQuote);
        }
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(Cursor::new(bytes));
        let names = reader.headers().map_err(|_| FeedFault::Malformed { line: 1 })?;
        let columns = names.len();
        let mut header = Header(HashMap::new());
        for (place, name) in names.iter().enumerate() {
            if header.0.insert(fold(name), place).is_some() && mapping.reads(name) {
                return Err(FeedFault::DuplicateColumn(name.trim().to_owned()));
            }
        }
        if let Some(name) = mapping.lacking(&header) {
            return Err(FeedFault::MissingColumn(name.to_owned()));
        }
        Ok(Self { reader, header: Arc::new(header), columns, lines: Lines::new() })
    }

    pub(super) fn next(&mut self) -> Result<Option<Found>, FeedFault> {
        let mut record = StringRecord::new();
        loop {
            let malformed = |_| FeedFault::Malformed { line: 0 };
            if !self.reader.read_record(&mut record).map_err(malformed)? {
                return Ok(None);
            }
            // Separators alone are what a spreadsheet leaves below its table.
            if record.iter().any(|field| !field.trim().is_empty()) {
                break;
            }
        }
        let bytes = self.reader.get_ref().get_ref();
        let start = record.position().map_or(0, |position| position.byte() as usize);
        // The reader gives the place where the record before ended: its line end, and lines left empty, still lie between.
        let between = bytes.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let line = self.lines.of(start + between.count(), bytes);
        let fault = if record.as_slice().len() > MAX_RECORD {
            record = StringRecord::new();
            Some(RecordFault::TooLarge)
        } else {
            (record.len() != self.columns).then_some(RecordFault::ColumnCount)
        };
        Ok(Some(Found { line, raw: Raw::Csv(Arc::clone(&self.header), record), fault }))
    }
}

fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: &u8| header.matches(char::from(*delimiter)).count();
    // The last of several equal ones: a comma where there is none.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// The reader takes the rest of a file as one field when a quotation mark is never closed, and says nothing; every offer
/// behind it would then seem to be gone. This tells whether a table does so.
pub fn ends_inside_quotes(text: &str, delimiter: u8) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Bare,
        Quoted,
        /// Behind a mark within quotes: it closed them, or is the first half of a doubled one.
        Mark,
    }
    let end = text.bytes().fold(At::Start, |at, byte| match (at, byte) {
        (At::Quoted, b'"') => At::Mark,
        (At::Quoted, _) | (At::Start | At::Mark, b'"') => At::Quoted,
        (_, b'\n' | b'\r') => At::Start,
        (_, byte) if byte == delimiter => At::Start,
        _ => At::Bare,
    });
    end == At::Quoted
}
