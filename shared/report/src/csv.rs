//! CSV after RFC 4180: header, CRLF, quotes where they are needed. A table is a file.
//!
//! Two readers want two files. Programs want commas, decimal points and ISO dates, in every language the same. Excel on a
//! double click wants what its user's country writes: in France semicolons, decimal commas and days first, and a byte order
//! mark, or it reads `é` as `Ã©`. The totals row is left out of both: who adds up a column must not count twice.

use std::time::Duration;

use ::csv::{Terminator, WriterBuilder};
use jiff::tz::TimeZone;
use vivier_domain::member::Language;

use crate::{
    defuse::defused,
    error::RenderError,
    format::{Style, rounded},
    report::Report,
    table::{Cell, Column, Kind, Table},
    words,
};

/// The mark by which Excel knows UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Who reads the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// A program: `1234.5`, `0.123`, `2026-11-29`, durations in seconds, RFC 3339 with the offset of the time zone; no byte order mark.
    #[default]
    Standard,
    /// Excel, in the language of the report: in French `1234,5`, `12,3%`, `29/11/2026`, `0:02:30`, set apart by semicolons.
    Excel,
}

/// One table of the report.
pub(crate) fn render(report: &Report, dialect: Dialect, key: Option<&str>) -> Result<Vec<u8>, RenderError> {
    let table = report.tables().find(|table| key.is_none_or(|key| table.key == key));
    let table = table.ok_or(RenderError::NoTable)?;
    let writer = Writer { report, dialect };
    writer.table(table)
}

struct Writer<'a> {
    report: &'a Report,
    dialect: Dialect,
}

impl Writer<'_> {
    fn table(&self, table: &Table) -> Result<Vec<u8>, RenderError> {
        let french = self.report.language == Language::Fr;
        let (mark, delimiter) = match self.dialect {
            Dialect::Standard => (&b""[..], b','),
            Dialect::Excel if french => (MARK, b';'),
            Dialect::Excel => (MARK, b','),
        };
        let mut writer =
            WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(mark.to_vec());
        writer.write_record(table.columns.iter().map(|column| self.label(column)))?;
        for row in &table.rows {
            writer
                .write_record(row.iter().zip(&table.columns).map(|(cell, column)| self.cell(cell, column)))?;
        }
        writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
    }

    /// The label, with the unit that only a program's numbers have.
    fn label(&self, column: &Column) -> String {
        let label = defused(&column.label);
        if self.dialect == Dialect::Standard && column.kind == Kind::Duration {
            return format!("{label} ({})", words::of(self.report.language).seconds);
        }
        label
    }

    fn cell(&self, cell: &Cell, column: &Column) -> String {
        match (self.dialect, cell) {
            (_, Cell::Empty) => String::new(),
            (_, Cell::Text(text)) => defused(text),
            (_, Cell::Integer(count)) => count.to_string(),
            (Dialect::Standard, Cell::Decimal(number) | Cell::Percent(number)) => plain(*number),
            (Dialect::Standard, Cell::Date(date)) => date.to_string(),
            (Dialect::Standard, Cell::Moment(moment)) => rfc3339(*moment, &self.report.time_zone),
            (Dialect::Standard, Cell::Duration(duration)) => plain(duration.as_secs_f64()),
            (Dialect::Excel, Cell::Decimal(number)) => self.pointed(plain(*number)),
            (Dialect::Excel, Cell::Percent(ratio)) => {
                // All digits that there are: a program may read this file, too.
                let places = column.kind.places().max(6);
                let text = rounded(*ratio, 2, places);
                let text = text.trim_end_matches('0').trim_end_matches('.');
                format!("{}%", self.pointed(text.to_owned()))
            }
            (Dialect::Excel, Cell::Date(date)) => self.day(*date),
            (Dialect::Excel, Cell::Moment(moment)) => {
                let local = moment.to_zoned(self.report.time_zone.clone());
                format!("{} {}", self.day(local.date()), local.strftime("%H:%M:%S"))
            }
            (Dialect::Excel, Cell::Duration(duration)) => self.pointed(clock(*duration)),
        }
    }

    /// A day as Excel knows it in its user's country. In English it differs between countries; ISO is understood in all.
    fn day(&self, date: jiff::civil::Date) -> String {
        match self.report.language {
            Language::Fr => Style { language: Language::Fr, time_zone: TimeZone::UTC }.date(date),
            Language::En => date.to_string(),
        }
    }

    fn pointed(&self, number: String) -> String {
        match self.report.language {
            Language::Fr => number.replace('.', ","),
            Language::En => number,
        }
    }
}

/// The shortest digits that are this number and no other.
fn plain(number: f64) -> String {
    // Of two zeros, the one without a sign.
    format!("{}", number + 0.0)
}

/// RFC 3339, told in a time zone.
pub(crate) fn rfc3339(moment: jiff::Timestamp, zone: &TimeZone) -> String {
    moment.display_with_offset(zone.to_offset(moment)).to_string()
}

/// Hours without end, minutes, seconds: what Excel takes for a duration.
fn clock(duration: Duration) -> String {
    let (seconds, thousandths) = (duration.as_secs(), duration.subsec_millis());
    let whole = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if thousandths == 0 { whole } else { format!("{whole}.{thousandths:03}") }
}
