//! RFC 4180 with a header line. Semicolons are taken as well: it is what a French spreadsheet writes.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};
use vivier_domain::offer::COLUMNS;
use vivier_feeds::ends_inside_quotes;

use super::{FileFault, REQUIRED, Row, WHOLE_ROW, place};

/// The rows of a file whose header has been read.
pub(super) struct Records<'f> {
    text: &'f str,
    inner: StringRecordsIntoIter<&'f [u8]>,
    /// For each field of a record, its place in [`COLUMNS`]; other columns are passed over.
    places: Vec<Option<usize>>,
}

pub(super) fn open(text: &str) -> Result<Records<'_>, FileFault> {
    let delimiter = delimiter(text);
    if ends_inside_quotes(text, delimiter) {
        return Err(FileFault::UnterminatedQuote);
    }
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| FileFault::NotUtf8)?;
    let places: Vec<_> = header.iter().map(|name| place(&name.trim().to_ascii_lowercase())).collect();
    for (number, column) in COLUMNS.iter().enumerate() {
        match places.iter().filter(|place| **place == Some(number)).count() {
            0 if REQUIRED.contains(column) => return Err(FileFault::MissingColumn(column)),
            0 | 1 => {}
            _ => return Err(FileFault::DuplicateColumn(column)),
        }
    }
    Ok(Records { text, inner: reader.into_records(), places })
}

impl<'f> Iterator for Records<'f> {
    type Item = Row<'f>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.inner.next()? {
                // Separators alone are what a spreadsheet leaves below its table.
                Ok(record) if record.iter().all(|field| field.trim().is_empty()) => continue,
                Ok(record) => self.row(&record),
                Err(_) => Row { fault: Some((WHOLE_ROW, "malformed-csv")), ..Row::default() },
            };
            return Some(row);
        }
    }
}

impl<'f> Records<'f> {
    fn row(&self, record: &StringRecord) -> Row<'f> {
        let line = record.position().map_or(0, |position| {
            // The reader gives the place where the record before ended: the second half of its line end, and lines
            // left empty, still lie between.
            let between = self.text.as_bytes().iter().skip(position.byte() as usize);
            let ends =
                between.take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
            position.line() + ends.count() as u64
        });
        let fault = (record.len() != self.places.len()).then_some((WHOLE_ROW, "column-count"));
        let mut row = Row { line, fault, ..Row::default() };
        for (field, place) in record.iter().zip(&self.places) {
            if let Some(place) = place {
                row.fields[*place] = Some(Cow::Owned(field.to_owned()));
            }
        }
        row
    }
}

fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter| header.matches(delimiter).count();
    if count(';') > count(',') { b';' } else { b',' }
}
