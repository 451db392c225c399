//! Moments in queries: an RFC 3339 timestamp, or a date, which stands for its beginning or its end (UTC).

use std::ops::RangeInclusive;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Years that may be asked for: others are typing errors, and far ones are beyond what the database can tell apart.
const YEARS: RangeInclusive<i16> = 2000..=2100;

/// Which end of a period a date stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A date is its first moment.
    Begin,
    /// A date is the moment after it.
    End,
}

/// Reads a moment; otherwise the code that says what is wrong with it.
pub fn read(text: &str, edge: Edge) -> Result<Timestamp, &'static str> {
    const INVALID: &str = "invalid-timestamp";
    // A date's length is asked first: the parser also takes a longer text for a date.
    let moment = if text.len() == "2026-01-31".len() {
        let date: Date = text.parse().map_err(|_| INVALID)?;
        let date = match edge {
            Edge::Begin => date,
            Edge::End => date.tomorrow().map_err(|_| INVALID)?,
        };
        date.to_zoned(TimeZone::UTC).map_err(|_| INVALID)?.timestamp()
    } else {
        text.parse().map_err(|_| INVALID)?
    };
    if YEARS.contains(&moment.to_zoned(TimeZone::UTC).year()) { Ok(moment) } else { Err("out-of-range") }
}
