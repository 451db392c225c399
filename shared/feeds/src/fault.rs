//! What can be wrong with a feed, and with one record of it. The words are stable: they are shown to tenants.

use std::fmt;

/// Why a file cannot be used. What came before may be well, but that it is all there is cannot be said: who closes
/// the offers that a feed no longer has must not do so on half of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedFault {
    /// There is no text in it.
    #[error("empty-file")]
    Empty,
    /// Its bytes are not in the encoding that it names, or not UTF-8 where it names none.
    #[error("not-utf8")]
    NotUtf8,
    /// It names an encoding that nobody knows.
    #[error("unknown-encoding")]
    UnknownEncoding,
    /// It breaks the rules of its container on this line.
    #[error("malformed-file:{line}")]
    Malformed {
        /// From 1.
        line: u64,
    },
    /// It ends before its last record does.
    #[error("truncated-file")]
    Truncated,
    /// Elements around the records are nested beyond reason.
    #[error("too-deep")]
    TooDeep,
    /// It declares entities of its own: text that would multiply on being read.
    #[error("entity-declaration")]
    EntityDeclaration,
    /// Nothing is where the mapping has the records: a feed of another format.
    #[error("no-records")]
    NoRecords,
    /// The header of a table lacks what a required column is read from.
    #[error("missing-column:{0}")]
    MissingColumn(String),
    /// The header of a table has a name twice.
    #[error("duplicate-column:{0}")]
    DuplicateColumn(String),
    /// A table ends inside quotation marks: where rows end is not known from there on.
    #[error("unterminated-quote")]
    UnterminatedQuote,
}

/// Why a record is no offer, whatever its columns say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordFault {
    /// It is larger than any offer: more than a mebibyte. What was read before that is kept.
    TooLarge,
    /// It is nested beyond reason. What lies less deep is kept.
    TooDeep,
    /// It has more or fewer fields than the header.
    ColumnCount,
    /// It is a number, a text or a list where an object should be.
    NotAnObject,
    /// Its place in the file is clear, its content is not.
    Malformed,
}

impl RecordFault {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "record-too-large",
            Self::TooDeep => "record-too-deep",
            Self::ColumnCount => "column-count",
            Self::NotAnObject => "not-an-object",
            Self::Malformed => "malformed-record",
        }
    }
}

impl fmt::Display for RecordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for RecordFault {}
