//! A feed, record by record. Of the file only its bytes are kept, never a tree of them.

mod csv;
mod json;
mod lines;
mod xml;

pub use csv::ends_inside_quotes;

use jiff::civil::Date;

use self::csv::Table;
use self::json::Json;
use self::xml::Xml;
use crate::decode;
use crate::fault::{FeedFault, RecordFault};
use crate::mapping::{Container, Mapping};
use crate::raw::Raw;
use crate::record::Record;

/// Most bytes of one record. A description of the longest kind, with all its markup, takes a tenth.
const MAX_RECORD: usize = 1 << 20;

/// A record where it was found.
struct Found {
    line: u64,
    raw: Raw,
    fault: Option<RecordFault>,
}

enum Reader<'f> {
    Xml(Xml<'f>),
    Json(Json<'f>),
    Csv(Table<'f>),
}

impl<'f> Reader<'f> {
    fn open(mapping: &'f Mapping, bytes: &'f [u8], is_whole: bool) -> Result<Self, FeedFault> {
        let text = decode::text(mapping.container(), bytes)?;
        Ok(match mapping.container() {
            Container::Xml => Self::Xml(Xml::new(text, mapping.records())),
            Container::Json => Self::Json(Json::new(text, mapping.records())),
            Container::Csv => Self::Csv(Table::open(text, mapping, is_whole)?),
        })
    }

    fn next(&mut self) -> Result<Option<Found>, FeedFault> {
        match self {
            Self::Xml(reader) => reader.next(),
            Self::Json(reader) => reader.next(),
            Self::Csv(reader) => reader.next(),
        }
    }
}

/// The records of a feed, in its order. One error ends it: then the file must not be taken for a whole one, whatever was
/// read before. Ending without one means that the file was read to its proper end.
pub struct Records<'f> {
    mapping: &'f Mapping,
    today: Date,
    reader: Reader<'f>,
    number: u64,
    ended: bool,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, FeedFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.reader.next() {
            Ok(Some(found)) => {
                self.number += 1;
                let mut record = Record::new(self.number, found.line, found.fault);
                self.mapping.fill(&mut record, &found.raw, self.today);
                Some(Ok(record))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(fault) => {
                self.ended = true;
                Some(Err(fault))
            }
        }
    }
}

impl Mapping {
    /// Reads a feed's bytes. `today` is what `default = "today"` stands for.
    ///
    /// # Errors
    /// What is wrong with the file as a whole and shows at its beginning; the rest is an item of [`Records`].
    pub fn read<'f>(&'f self, bytes: &'f [u8], today: Date) -> Result<Records<'f>, FeedFault> {
        let reader = Reader::open(self, bytes, true)?;
        Ok(Records { mapping: self, today, reader, number: 0, ended: false })
    }

    /// Reads a feed to its end without mapping anything: for those who want to know that it is whole before they take the
    /// first record. Gives the number of records.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn check(&self, bytes: &[u8]) -> Result<u64, FeedFault> {
        let mut reader = Reader::open(self, bytes, true)?;
        let mut records = 0;
        while reader.next()?.is_some() {
            records += 1;
        }
        Ok(records)
    }

    /// The first record, of a file's beginning.
    pub(crate) fn first(&self, beginning: &[u8]) -> Option<Raw> {
        Reader::open(self, beginning, false).ok()?.next().ok()?.map(|found| found.raw)
    }
}
