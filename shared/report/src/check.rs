//! What a report must hold, whatever it is rendered as: so that no format fails, rounds or cuts where another does not.

use std::{collections::BTreeSet, time::Duration};

use jiff::civil::Date;

use crate::{
    error::{Flaw, RenderError},
    report::{Block, Chart, Figure, Period, Report},
    table::{Cell, Column, Kind, Table},
};

/// The most UTF-16 units of a text: what a spreadsheet's cell takes.
pub const LONGEST_TEXT: usize = 32_767;
/// The most characters of a key.
pub const LONGEST_KEY: usize = 60;
/// The most blocks.
pub const MOST_BLOCKS: usize = 60;
/// The most headline figures of a block.
pub const MOST_FIGURES: usize = 24;
/// The most columns of a table.
pub const MOST_COLUMNS: usize = 60;
/// The most series of a chart: more cannot be told apart.
pub const MOST_SERIES: usize = 8;
/// The most categories of a chart: days of a year, with room to spare.
pub const MOST_POINTS: usize = 400;
/// The largest count: beyond it, JSON's readers and spreadsheets round.
pub const LARGEST_INTEGER: u64 = (1 << 53) - 1;
/// The largest other number. Twelve digits before the point leave three behind it exact.
const LARGEST_NUMBER: f64 = 1e12;
/// Thirty years: a spreadsheet counts durations in days of its calendar.
const LONGEST_DURATION: Duration = Duration::from_secs(1_000_000_000);
/// The most decimal places.
const MOST_PLACES: u8 = 6;
/// Years that spreadsheets know; the first one they know has a day that never was.
const YEARS: std::ops::RangeInclusive<i16> = 1901..=9999;

type Checked = Result<(), (String, Flaw)>;

/// Fails at the first thing that does not hold.
pub(crate) fn check(report: &Report) -> Result<(), RenderError> {
    whole(report).map_err(|(place, flaw)| RenderError::Invalid { place, flaw })
}

fn whole(report: &Report) -> Checked {
    text(&report.title, "title")?;
    text(&report.brand.name, "brand.name")?;
    report.subtitle.as_ref().map_or(Ok(()), |subtitle| text(subtitle, "subtitle"))?;
    for (days, place) in [(report.period, "period"), (report.compared_with, "compared_with")] {
        days.map_or(Ok(()), |days| period(days, place))?;
    }
    day(report.generated_at.to_zoned(report.time_zone.clone()).date(), "generated_at")?;
    ensure(report.blocks.len() <= MOST_BLOCKS, "blocks", Flaw::TooMany)?;
    let mut keys = BTreeSet::new();
    for (at, block) in report.blocks.iter().enumerate() {
        let place = format!("blocks[{at}]");
        match block {
            Block::Figures(figures) => {
                ensure(figures.len() <= MOST_FIGURES, &place, Flaw::TooMany)?;
                figures.iter().try_for_each(|one| figure(report, one, &mut keys, &place))?;
            }
            Block::Table(one) => table(report, one, &mut keys, &place)?,
            Block::Chart(one) => chart(report, one, &mut keys, &place)?,
            Block::Note(note) => text(note, &place)?,
        }
    }
    Ok(())
}

fn figure<'a>(report: &Report, one: &'a Figure, keys: &mut BTreeSet<&'a str>, place: &str) -> Checked {
    key(&one.key, keys, place)?;
    text(&one.label, place)?;
    places(one.kind, place)?;
    cell(report, &one.value, one.kind, place)?;
    cell(report, &one.before, one.kind, place)
}

fn chart<'a>(report: &Report, one: &'a Chart, keys: &mut BTreeSet<&'a str>, place: &str) -> Checked {
    table(report, &one.table, keys, place)?;
    let (first, series) = one.table.columns.split_first().ok_or_else(|| (place.to_owned(), Flaw::Empty))?;
    ensure(matches!(first.kind, Kind::Text | Kind::Date), place, Flaw::WrongKind)?;
    ensure(!series.is_empty(), place, Flaw::Empty)?;
    let alike = |column: &Column| column.kind == one.kind() && column.kind.is_quantity();
    ensure(series.iter().all(alike), place, Flaw::WrongKind)?;
    let few = series.len() <= MOST_SERIES && one.table.rows.len() <= MOST_POINTS;
    ensure(few && one.table.totals.is_none(), place, Flaw::TooMany)?;
    let named = |row: &Vec<Cell>| row.first().is_some_and(|cell| *cell != Cell::Empty);
    ensure(one.table.rows.iter().all(named), place, Flaw::Empty)
}

fn table<'a>(report: &Report, one: &'a Table, keys: &mut BTreeSet<&'a str>, place: &str) -> Checked {
    key(&one.key, keys, place)?;
    text(&one.title, place)?;
    ensure(!one.columns.is_empty(), place, Flaw::Empty)?;
    ensure(one.columns.len() <= MOST_COLUMNS, place, Flaw::TooMany)?;
    let mut columns = BTreeSet::new();
    for column in &one.columns {
        key(&column.key, &mut columns, place)?;
        text(&column.label, place)?;
        places(column.kind, place)?;
    }
    let rows = one.rows.iter().enumerate().map(|(at, row)| (Some(at), row));
    for (at, row) in rows.chain(one.totals.iter().map(|row| (None, row))) {
        let checked = if row.len() == one.columns.len() {
            row.iter().zip(&one.columns).try_for_each(|(one, column)| cell(report, one, column.kind, ""))
        } else {
            Err((String::new(), Flaw::Ragged))
        };
        // The place is put together only where something is wrong: there may be a million rows.
        checked.map_err(|(_, flaw)| {
            let row = at.map_or_else(|| "totals".to_owned(), |at| format!("rows[{at}]"));
            (format!("{place}.{row}"), flaw)
        })?;
    }
    Ok(())
}

fn cell(report: &Report, one: &Cell, kind: Kind, place: &str) -> Checked {
    ensure(one.is_of(kind), place, Flaw::WrongKind)?;
    match one {
        Cell::Empty => Ok(()),
        Cell::Text(written) => fits(written, place),
        Cell::Integer(count) => ensure(count.unsigned_abs() <= LARGEST_INTEGER, place, Flaw::NotANumber),
        Cell::Decimal(number) | Cell::Percent(number) => {
            ensure(number.abs() <= LARGEST_NUMBER, place, Flaw::NotANumber)
        }
        Cell::Duration(duration) => ensure(*duration <= LONGEST_DURATION, place, Flaw::NotANumber),
        Cell::Date(date) => day(*date, place),
        Cell::Moment(moment) => day(moment.to_zoned(report.time_zone.clone()).date(), place),
    }
}

fn period(days: Period, place: &str) -> Checked {
    day(days.from, place)?;
    day(days.to, place)?;
    ensure(days.from <= days.to, place, Flaw::OutOfCalendar)
}

fn day(date: Date, place: &str) -> Checked {
    ensure(YEARS.contains(&date.year()), place, Flaw::OutOfCalendar)
}

fn places(kind: Kind, place: &str) -> Checked {
    ensure(kind.places() <= MOST_PLACES, place, Flaw::NotANumber)
}

fn text(text: &str, place: &str) -> Checked {
    ensure(!text.trim().is_empty(), place, Flaw::Empty)?;
    fits(text, place)
}

fn fits(text: &str, place: &str) -> Checked {
    // UTF-16 never has more units than UTF-8 has bytes.
    ensure(text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT, place, Flaw::TooLong)
}

fn key<'a>(key: &'a str, taken: &mut BTreeSet<&'a str>, place: &str) -> Checked {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    ensure((1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(plain), place, Flaw::NotAKey)?;
    ensure(taken.insert(key), place, Flaw::Repeated)
}

fn ensure(holds: bool, place: &str, flaw: Flaw) -> Checked {
    if holds { Ok(()) } else { Err((place.to_owned(), flaw)) }
}
