//! Tables: columns of one kind each, and typed cells. Charts stand on the same ground.

use std::time::Duration;

use jiff::{Timestamp, civil::Date};

/// A table under its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its stable name: small letters, digits and `_`.
    pub key: String,
    /// What people read above it.
    pub title: String,
    /// What its rows are made of.
    pub columns: Vec<Column>,
    /// The rows, each with one cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// The last row, set apart from the others: no sum of ours, but what the question's answer says of all of them.
    pub totals: Option<Vec<Cell>>,
}

impl Table {
    /// Whether the totals row leaves its first cell to the word that says what it is.
    pub(crate) fn names_totals(&self) -> bool {
        self.totals.as_ref().is_some_and(|row| row.first() == Some(&Cell::Empty))
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its stable name: small letters, digits and `_`.
    pub key: String,
    /// What people read above it.
    pub label: String,
    /// What stands in it.
    pub kind: Kind,
}

impl Column {
    /// A column of a kind.
    pub fn new(key: impl Into<String>, label: impl Into<String>, kind: Kind) -> Self {
        Self { key: key.into(), label: label.into(), kind }
    }
}

/// What stands in a column, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What people wrote.
    Text,
    /// A count.
    Integer,
    /// A number, written with so many decimal places.
    Decimal(u8),
    /// A ratio (0.5 is 50 %), written with so many decimal places.
    Percent(u8),
    /// A day.
    Date,
    /// A moment, written in the report's time zone.
    Moment,
    /// How long something took.
    Duration,
}

impl Kind {
    /// The stable name, as JSON gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal(_) => "decimal",
            Self::Percent(_) => "percent",
            Self::Date => "date",
            Self::Moment => "moment",
            Self::Duration => "duration",
        }
    }

    /// Whether it is a quantity: those stand right, below each other, and can be drawn.
    pub const fn is_quantity(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal(_) | Self::Percent(_) | Self::Duration)
    }

    /// How many decimal places are written.
    pub(crate) const fn places(self) -> u8 {
        match self {
            Self::Decimal(places) | Self::Percent(places) => places,
            _ => 0,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing: not known, or not to be had.
    Empty,
    /// What people wrote.
    Text(String),
    /// A count.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// A ratio: 0.5 is 50 %.
    Percent(f64),
    /// A day.
    Date(Date),
    /// A moment.
    Moment(Timestamp),
    /// How long something took.
    Duration(Duration),
}

impl Cell {
    /// Whether it may stand in a column of the kind.
    pub(crate) const fn is_of(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Empty, _)
                | (Self::Text(_), Kind::Text)
                | (Self::Integer(_), Kind::Integer)
                | (Self::Decimal(_), Kind::Decimal(_))
                | (Self::Percent(_), Kind::Percent(_))
                | (Self::Date(_), Kind::Date)
                | (Self::Moment(_), Kind::Moment)
                | (Self::Duration(_), Kind::Duration)
        )
    }

    /// The quantity, durations in seconds.
    pub(crate) fn quantity(&self) -> Option<f64> {
        match self {
            Self::Integer(count) => Some(*count as f64),
            Self::Decimal(number) | Self::Percent(number) => Some(*number),
            Self::Duration(duration) => Some(duration.as_secs_f64()),
            Self::Empty | Self::Text(_) | Self::Date(_) | Self::Moment(_) => None,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Integer(count)
    }
}
