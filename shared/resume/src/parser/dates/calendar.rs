//! Months, single dates and the words for now.

use super::token::{Kind, Token};
use super::{sign, word};
use crate::moment::Moment;
use crate::parser::near::near;

/// Names of months, folded, French and English; abbreviations are their beginnings.
const MONTHS: [&[&str]; 12] = [
    &["janvier", "january", "janv", "jan"],
    &["fevrier", "february", "fevr", "fev", "feb"],
    &["mars", "march", "mar"],
    &["avril", "april", "avr", "apr"],
    &["mai", "may"],
    &["juin", "june", "jun"],
    &["juillet", "july", "juil", "jul"],
    &["aout", "august", "aug"],
    &["septembre", "september", "sept", "sep"],
    &["octobre", "october", "oct"],
    &["novembre", "november", "nov"],
    &["decembre", "december", "dec"],
];

/// Words for now, folded; apostrophes are left out.
const NOW: &[&[&str]] = &[
    &["a", "ce", "jour"],
    &["ce", "jour"],
    &["a", "aujourd", "hui"],
    &["aujourd", "hui"],
    &["aujourdhui"],
    &["a", "l", "heure", "actuelle"],
    &["a", "present"],
    &["en", "cours"],
    &["en", "poste"],
    &["poste", "actuel"],
    &["present"],
    &["presente"],
    &["now"],
    &["current"],
    &["currently"],
    &["date"],
    &["today"],
    &["ongoing"],
    &["actuel"],
    &["actuellement"],
    &["maintenant"],
];

/// The number of a month by its folded name, one wrong letter allowed in the long ones.
pub(super) fn month(name: &str) -> Option<i8> {
    let exact = MONTHS.iter().position(|names| names.contains(&name));
    let found = exact.or_else(|| {
        let alike = |known: &&str| known.len() >= 5 && near(known, name, 1);
        // `juin` and `june` are short enough to be told apart by letters alone.
        (name.len() >= 5).then(|| MONTHS.iter().position(|names| names.iter().any(alike))).flatten()
    })?;
    i8::try_from(found + 1).ok()
}

/// Where the words for now that begin at a token end.
pub(super) fn is_present(tokens: &[Token], at: usize) -> Option<usize> {
    NOW.iter().find_map(|words| {
        let mut next = at;
        for expected in *words {
            while next > at && sign(tokens, next) == Some('\'') {
                next += 1;
            }
            if word(tokens, next)? != *expected {
                return None;
            }
            next += 1;
        }
        Some(next)
    })
}

fn number(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    match tokens.get(at)?.kind {
        Kind::Number { value, digits } => Some((value, digits)),
        _ => None,
    }
}

/// A year of four digits that no further digits follow: those would be a number or a telephone.
fn year(tokens: &[Token], at: usize) -> Option<i16> {
    let (value, digits) = number(tokens, at)?;
    let year = i16::try_from(value).ok().filter(|year| digits == 4 && Moment::new(*year, None).is_some())?;
    let grouped = |at: Option<usize>| {
        at.and_then(|at| number(tokens, at)).is_some_and(|(_, digits)| digits == 2 || digits == 3)
    };
    (!grouped(Some(at + 1)) && !grouped(at.checked_sub(1).filter(|_| !day_before(tokens, at))))
        .then_some(year)
}

/// Whether the number before a year is a day: `June 5 2016`.
fn day_before(tokens: &[Token], at: usize) -> bool {
    at >= 2 && word(tokens, at - 2).and_then(month).is_some()
}

fn month_number(tokens: &[Token], at: usize) -> Option<i8> {
    let (value, digits) = number(tokens, at)?;
    i8::try_from(value).ok().filter(|month| digits <= 2 && (1..=12).contains(month))
}

fn is_day(tokens: &[Token], at: usize) -> bool {
    let ordinal = || {
        let word = word(tokens, at)?;
        let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        (matches!(&word[digits.len()..], "er" | "st" | "nd" | "rd" | "th"))
            .then(|| digits.parse().ok())
            .flatten()
    };
    let plain = number(tokens, at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value);
    plain.or_else(ordinal).is_some_and(|day| (1..=31).contains(&day))
}

/// A single date: `mai 2025`, `1er mai 2025`, `May 5, 2025`, `05/2025`, `31/05/2025`, `2025-05`, `2025`.
pub(super) fn date(tokens: &[Token], at: usize) -> Option<(Moment, usize)> {
    let skip = |at: usize, wanted: char| at + usize::from(sign(tokens, at) == Some(wanted));
    let day = usize::from(is_day(tokens, at) && word(tokens, at + 1).and_then(month).is_some());
    if let Some(named) = word(tokens, at + day).and_then(month) {
        let mut next = skip(skip(at + day + 1, '.'), ',');
        if is_day(tokens, next) && year(tokens, skip(next + 1, ',')).is_some() {
            next = skip(next + 1, ',');
        }
        next += usize::from(matches!(word(tokens, next), Some("de" | "of")));
        return Some((Moment::new(year(tokens, next)?, Some(named))?, next + 1));
    }
    if let Some(first) = month_number(tokens, at).filter(|_| parted(tokens, at + 1))
        && let Some(year) = year(tokens, at + 2)
    {
        return Some((Moment::new(year, Some(first))?, at + 3));
    }
    if is_day(tokens, at)
        && parted(tokens, at + 1)
        && parted(tokens, at + 3)
        && let Some(month) = month_number(tokens, at + 2)
        && let Some(year) = year(tokens, at + 4)
    {
        return Some((Moment::new(year, Some(month))?, at + 5));
    }
    let year = year(tokens, at)?;
    let iso = number(tokens, at + 2).is_some_and(|(_, digits)| digits == 2)
        && parted(tokens, at + 1)
        && touching(tokens, at + 1)
        && touching(tokens, at);
    match month_number(tokens, at + 2).filter(|_| iso) {
        Some(month) => {
            let with_day = parted(tokens, at + 3) && touching(tokens, at + 3) && is_day(tokens, at + 4);
            let day = with_day && number(tokens, at + 4).is_some_and(|(_, digits)| digits == 2);
            Some((Moment::new(year, Some(month))?, at + if day { 5 } else { 3 }))
        }
        None => Some((Moment::new(year, None)?, at + 1)),
    }
}

/// `09/19`, which is a date only where another stands beside it.
pub(super) fn short_date(tokens: &[Token], at: usize) -> Option<(Moment, usize)> {
    let month = month_number(tokens, at)?;
    let (value, digits) = number(tokens, at + 2)?;
    if sign(tokens, at + 1) != Some('/') || digits != 2 || !touching(tokens, at) || !touching(tokens, at + 1)
    {
        return None;
    }
    let short = i16::try_from(value).ok()?;
    let year = if short > 50 { 1900 + short } else { 2000 + short };
    Some((Moment::new(year, Some(month))?, at + 3))
}

fn parted(tokens: &[Token], at: usize) -> bool {
    matches!(sign(tokens, at), Some('/' | '.' | '-' | '‑'))
}

/// Whether nothing stands between a token and the next.
fn touching(tokens: &[Token], at: usize) -> bool {
    match (tokens.get(at), tokens.get(at + 1)) {
        (Some(one), Some(next)) => one.span.end == next.span.start,
        _ => false,
    }
}
