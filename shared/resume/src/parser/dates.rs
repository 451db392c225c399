//! Dates and periods in running text, in the forms that French and English CVs use.

mod calendar;
mod token;

use std::ops::Range;

use self::calendar::{date, is_present, month};
use self::token::{Kind, Token, tokens};
use crate::moment::{End, Moment};

/// A date or a period, and the bytes of the text it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) span: Range<usize>,
    pub(super) start: Moment,
    pub(super) end: End,
    /// It follows a word such as `en`, as dates within sentences do.
    pub(super) within: bool,
}

impl Period {
    /// Whether it says how it ends.
    pub(super) fn is_range(&self) -> bool {
        self.end != End::Unsaid
    }
}

/// All dates and periods of a text, in order, none within another.
pub(super) fn periods(text: &str) -> Vec<Period> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match period(&tokens, at) {
            Some((period, after)) => {
                found.push(period);
                at = after.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Word(word)) => Some(word),
        _ => None,
    }
}

fn sign(tokens: &[Token], at: usize) -> Option<char> {
    match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Sign(sign)) => Some(*sign),
        _ => None,
    }
}

/// What may begin at a token.
fn period(tokens: &[Token], at: usize) -> Option<(Period, usize)> {
    // A number of more digits than a date has, or the tail of one: a telephone, a price.
    if at > 0 && sign(tokens, at - 1) == Some('+') {
        return None;
    }
    let (first, open, within) = prefix(tokens, at);
    let (start, after_start) = beginning(tokens, first)?;
    let done = |end: End, after: usize| {
        let span = tokens[at].span.start..tokens[after - 1].span.end;
        Some((Period { span, start, end, within }, after))
    };
    if let Some(last) = separator(tokens, after_start) {
        if let Some(after) = is_present(tokens, last) {
            return done(End::Present, after);
        }
        if let Some((end, after)) = ending(tokens, last, start, after_start) {
            // Written the other way round, or a number that is no date.
            return if end.index(12) < start.index(1) {
                done(End::Unsaid, after_start)
            } else {
                done(End::At(end), after)
            };
        }
        // `2020 –` with nothing behind it goes on.
        if tokens.get(last).is_none() && sign(tokens, after_start).is_some_and(|sign| sign != '/') {
            return done(End::Present, last);
        }
    } else if let Some(after) = is_present(tokens, after_start) {
        return done(End::Present, after);
    }
    done(if open { End::Present } else { End::Unsaid }, after_start)
}

/// Words before a date: where the date begins, whether the period is open, whether it stands within a sentence.
fn prefix(tokens: &[Token], at: usize) -> (usize, bool, bool) {
    match word(tokens, at) {
        Some("depuis" | "since") => {
            let article = matches!(word(tokens, at + 1), Some("le" | "l" | "la" | "early" | "late"));
            (at + 1 + usize::from(article), true, false)
        }
        Some("de" | "du" | "from" | "des" | "entre" | "between") => (at + 1, false, false),
        Some("d") if sign(tokens, at + 1) == Some('\'') => (at + 2, false, false),
        Some("en" | "in" | "le" | "on") => (at + 1, false, true),
        _ => (at, false, false),
    }
}

/// The first date. `mai - septembre 2024` names its year once, at the end.
fn beginning(tokens: &[Token], at: usize) -> Option<(Moment, usize)> {
    if let Some(found) = date(tokens, at) {
        return Some(found);
    }
    if let Some(short) = calendar::short_date(tokens, at)
        && separator(tokens, short.1).is_some_and(|last| {
            calendar::short_date(tokens, last).is_some() || is_present(tokens, last).is_some()
        })
    {
        return Some(short);
    }
    let named = month(word(tokens, at)?)?;
    let after = at + 1 + usize::from(sign(tokens, at + 1) == Some('.'));
    let (end, _) = date(tokens, separator(tokens, after)?)?;
    end.month()?;
    Some((Moment::new(end.year(), Some(named))?, after))
}

/// The second date; `2019-21` names the century once.
fn ending(tokens: &[Token], at: usize, start: Moment, after_start: usize) -> Option<(Moment, usize)> {
    let article = usize::from(matches!(word(tokens, at), Some("le" | "la")));
    if let Some(found) = date(tokens, at + article).or_else(|| calendar::short_date(tokens, at)) {
        return Some(found);
    }
    let touching = tokens.get(after_start)?.span.start == tokens.get(after_start - 1)?.span.end;
    match tokens.get(at)?.kind {
        Kind::Number { value, digits: 2 } if touching && start.month().is_none() => {
            let year = start.year() / 100 * 100 + i16::try_from(value).ok()?;
            Some((Moment::new(year, None)?, at + 1))
        }
        _ => None,
    }
}

/// What parts the two dates of a period: where the second begins.
fn separator(tokens: &[Token], at: usize) -> Option<usize> {
    match &tokens.get(at)?.kind {
        Kind::Sign('-' | '–' | '—' | '‐' | '‑' | '−' | '/' | '>' | '→' | '~' | '…' | '.') => {
            let mut after = at + 1;
            while matches!(sign(tokens, after), Some('-' | '>' | '.')) && after < at + 4 {
                after += 1;
            }
            // One dot ends a sentence; three stand for the time between.
            (sign(tokens, at) != Some('.') || after > at + 1).then_some(after)
        }
        Kind::Word(word) => match word.as_str() {
            "a" | "au" | "to" | "until" | "till" | "through" | "et" | "and" => Some(at + 1),
            "jusqu" => {
                let quote = usize::from(sign(tokens, at + 1) == Some('\''));
                let to = usize::from(matches!(self::word(tokens, at + 1 + quote), Some("a" | "au" | "en")));
                Some(at + 1 + quote + to)
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
