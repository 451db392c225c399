//! Where one position ends and the next begins.

use jiff::civil::Date;

use super::parts::is_duration;
use crate::moment::{End, Moment};
use crate::parser::dates::{Period, periods};
use crate::parser::line::Line;

/// Most lines of a head on either side of its date.
const HEAD_LINES: usize = 3;
/// What is longer is no part of a head.
const HEAD_WORDS: usize = 18;
/// Letters beside a date that make its line say more than when.
const MORE: usize = 3;

/// A piece of an entry's head and where it stood.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Lines from the date: 0 is before it in its own line, 1 behind it there, 2 the next line, -1 the one before.
    pub(super) role: i8,
    pub(super) text: String,
}

/// A position: its head, when, and what else is said of it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) head: Vec<Piece>,
    pub(super) start: Option<Moment>,
    pub(super) end: End,
    pub(super) body: Vec<Line>,
}

/// A line and the date that makes it the middle of a head.
struct Dated {
    line: Line,
    period: Option<Period>,
}

impl Dated {
    /// What its line says beside the date.
    fn beside(&self) -> (&str, &str) {
        match &self.period {
            Some(period) => (&self.line.text[..period.span.start], &self.line.text[period.span.end..]),
            None => (&self.line.text, ""),
        }
    }

    fn bare(&self) -> bool {
        let (before, after) = self.beside();
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        [before, after].into_iter().filter(|text| !is_duration(text)).map(letters).sum::<usize>() < MORE
    }

    fn may_head(&self) -> bool {
        self.period.is_none() && !self.line.item && self.line.text.split(' ').count() <= HEAD_WORDS
    }
}

/// Cuts the lines of work into positions.
pub(super) fn entries(lines: &[Line], today: Date) -> Vec<Entry> {
    let dated = dated(lines, today);
    let first = dated.iter().position(|line| line.period.is_some());
    let Some(first) = first else { return undated(dated) };
    let above = first.min(HEAD_LINES);
    let above = if dated[first - above..first].iter().all(Dated::may_head) { above } else { 0 };
    let has_items = dated.iter().any(|line| line.line.item);
    // Lines that stand above a date belong to it where the first one says so.
    let lines_above = |at: usize| {
        let most = if at == first || dated[at].bare() == dated[first].bare() {
            above
        } else {
            usize::from(dated[at].bare())
        };
        let near = dated[..at].iter().rev().take(most);
        near.take_while(|line| line.may_head()).count()
    };
    let dates: Vec<usize> = (first..dated.len()).filter(|at| dated[*at].period.is_some()).collect();
    let starts: Vec<usize> = dates.iter().map(|at| at - lines_above(*at)).collect();
    let mut entries = Vec::new();
    for (n, (date, start)) in dates.iter().zip(&starts).enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(dated.len()).max(date + 1);
        entries.push(entry(&dated[*start..end], date - start, has_items));
    }
    entries
}

/// An entry of some lines, of which the one at `at` is dated.
fn entry(lines: &[Dated], at: usize, has_items: bool) -> Entry {
    let mut found = Entry::default();
    for (n, line) in lines[..at].iter().enumerate() {
        let role = n as i8 - at as i8;
        found.head.push(Piece { role, text: line.line.text.clone() });
    }
    let (before, after) = lines[at].beside();
    found.head.push(Piece { role: 0, text: before.to_owned() });
    found.head.push(Piece { role: 1, text: after.to_owned() });
    if let Some(period) = &lines[at].period {
        (found.start, found.end) = (Some(period.start), period.end);
    }
    let below = below(lines, at, has_items);
    for (n, line) in lines[at + 1..].iter().enumerate() {
        if n < below {
            found.head.push(Piece { role: 2 + n as i8, text: line.line.text.clone() });
        } else {
            found.body.push(line.line.clone());
        }
    }
    found
}

/// How many lines under the date still belong to the head.
fn below(lines: &[Dated], at: usize, has_items: bool) -> usize {
    let plain = lines[at + 1..].iter().take(HEAD_LINES).take_while(|line| line.may_head()).count();
    let ends_at_item = lines.get(at + 1 + plain).is_some_and(|line| line.line.item);
    if has_items && ends_at_item {
        return plain;
    }
    let (before, after) = lines[at].beside();
    let employer_first = before.contains('|') && after.trim().is_empty();
    if employer_first {
        return plain.min(1);
    }
    // Nothing but the date: the head is under it, of two lines where all that follows is short.
    let last = has_items && lines.len() == at + 1 + plain;
    if at == 0 && lines[at].bare() { plain.min(if last { 2 } else { 1 }) } else { 0 }
}

/// Without dates every line that no bullet marks is a position.
fn undated(lines: Vec<Dated>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines {
        let like_title = super::title::likeness(&line.line.text) > 1.0;
        if line.may_head() && (like_title || entries.is_empty()) {
            let head = vec![Piece { role: 0, text: line.line.text }];
            entries.push(Entry { head, ..Entry::default() });
        } else if let Some(last) = entries.last_mut() {
            last.body.push(line.line);
        }
    }
    entries.retain(|entry| entry.head.iter().any(|piece| super::title::likeness(&piece.text) > 1.0));
    entries
}

/// The lines, cut where a scanner or a file ran several positions together, each with the date it is about.
fn dated(lines: &[Line], today: Date) -> Vec<Dated> {
    let ranges = |line: &Line| periods(&line.text).iter().any(Period::is_range);
    let plain_ranges = lines.iter().any(|line| !line.item && ranges(line));
    let mut found = Vec::new();
    for line in lines {
        let all = periods(&line.text);
        let several = all.iter().filter(|period| period.is_range()).count() > 1;
        for piece in if several { cut(line, &all) } else { vec![line.clone()] } {
            let period = main(&piece, plain_ranges, today);
            found.push(Dated { line: piece, period });
        }
    }
    found
}

/// A line of several positions: cut before each date where the first begins the line, behind each where not.
fn cut(line: &Line, all: &[Period]) -> Vec<Line> {
    let ranges: Vec<&Period> = all.iter().filter(|period| period.is_range()).collect();
    let first = ranges.first().is_some_and(|first| line.text[..first.span.start].trim().is_empty());
    let bounds = ranges
        .iter()
        .skip(usize::from(first))
        .map(|period| if first { period.span.start } else { period.span.end });
    let mut pieces = Vec::new();
    let mut from = 0;
    for bound in bounds.chain([line.text.len()]) {
        let text = line.text[from..bound].trim();
        if !text.is_empty() {
            pieces.push(Line { text: text.to_owned(), ..line.clone() });
        }
        from = bound;
    }
    pieces
}

/// The date a line is about; `None` for lines that only mention one.
fn main(line: &Line, plain_ranges: bool, today: Date) -> Option<Period> {
    let text = &line.text;
    let begins = |period: &Period| !text[..period.span.start].contains(char::is_alphanumeric);
    let ends = |period: &Period| !text[period.span.end..].contains(char::is_alphanumeric);
    let all = periods(text);
    if let Some(range) = all.iter().find(|period| period.is_range()) {
        let fits = if line.item {
            !plain_ranges && (begins(range) || ends(range))
        } else {
            !range.within || begins(range)
        };
        return fits.then(|| range.clone());
    }
    let parted = |period: &Period| {
        let before = text[..period.span.start].trim_end();
        before.ends_with(['(', ',', '|', '–', '—', '-', ':', '·'])
    };
    let single = all.into_iter().find(|period| {
        let fits = begins(period) && !period.within
            || begins(period) && ends(period)
            || ends(period) && parted(period);
        fits && period.start.year() <= today.year()
    })?;
    (!line.item && text.split(' ').count() <= HEAD_WORDS).then_some(single)
}
