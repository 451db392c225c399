//! Numbers and dates as a language's readers write them, after CLDR: `1 234,5`, `12,3 %`, `29/11/2026` in French,
//! `1,234.5`, `12.3%`, `29 Nov 2026` in English. French sets off thousands and units with a narrow space that never breaks.

use std::time::Duration;

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use vivier_domain::member::Language;

use crate::table::{Cell, Kind};

/// A space that neither breaks nor is wide.
pub(crate) const NARROW: char = '\u{202f}';
/// A space that does not break.
const FIXED: char = '\u{a0}';
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How values are written for people: in a language, in a time zone.
#[derive(Debug, Clone)]
pub struct Style {
    /// The language.
    pub language: Language,
    /// Where moments are told.
    pub time_zone: TimeZone,
}

impl Style {
    /// A cell; nothing for an empty one.
    pub fn cell(&self, cell: &Cell, kind: Kind) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Integer(count) => self.integer(*count),
            Cell::Decimal(number) => self.decimal(*number, kind.places()),
            Cell::Percent(ratio) => self.percent(*ratio, kind.places()),
            Cell::Date(date) => self.date(*date),
            Cell::Moment(moment) => self.moment(*moment),
            Cell::Duration(duration) => self.duration(*duration),
        }
    }

    /// A count.
    pub fn integer(&self, count: i64) -> String {
        self.written(&count.to_string())
    }

    /// A number with so many decimal places.
    pub fn decimal(&self, number: f64, places: u8) -> String {
        self.written(&rounded(number, 0, places))
    }

    /// A ratio as so many of a hundred.
    pub fn percent(&self, ratio: f64, places: u8) -> String {
        let hundredths = self.written(&rounded(ratio, 2, places));
        match self.language {
            Language::Fr => format!("{hundredths}{NARROW}%"),
            Language::En => format!("{hundredths}%"),
        }
    }

    /// A day.
    pub fn date(&self, date: Date) -> String {
        let (day, month, year) = (date.day(), date.month(), date.year());
        match self.language {
            Language::Fr => format!("{day:02}/{month:02}/{year:04}"),
            Language::En => format!("{day}{FIXED}{}{FIXED}{year:04}", name_of(month)),
        }
    }

    /// A day without its year, for an axis.
    pub(crate) fn short_date(&self, date: Date) -> String {
        match self.language {
            Language::Fr => format!("{:02}/{:02}", date.day(), date.month()),
            Language::En => format!("{}{FIXED}{}", date.day(), name_of(date.month())),
        }
    }

    /// A moment, to the minute.
    pub fn moment(&self, moment: Timestamp) -> String {
        let local = self.local(moment);
        let (date, hour, minute) = (self.date(local.date()), local.hour(), local.minute());
        match self.language {
            Language::Fr => format!("{date}{FIXED}{hour:02}:{minute:02}"),
            Language::En => format!("{date},{FIXED}{hour:02}:{minute:02}"),
        }
    }

    /// A moment in the time zone.
    pub(crate) fn local(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.time_zone.clone())
    }

    /// How long something took: by its two largest units, below ten seconds by parts of one.
    pub fn duration(&self, duration: Duration) -> String {
        let seconds = (duration.as_millis() + 500) / 1000;
        if duration < Duration::from_secs(1) {
            return format!("{}{NARROW}ms", duration.as_millis());
        }
        if duration < Duration::from_millis(9_950) {
            return format!("{}{NARROW}s", self.decimal(duration.as_secs_f64(), 1));
        }
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match (hours, minutes) {
            (0, 0) => format!("{rest}{NARROW}s"),
            (0, _) => format!("{minutes}{NARROW}min{FIXED}{rest:02}{NARROW}s"),
            _ => format!("{}{NARROW}h{FIXED}{minutes:02}{NARROW}min", self.written(&hours.to_string())),
        }
    }

    /// What became of a figure: by how much of what it was, or, of a percentage, by how many points. `None` where there is
    /// nothing to compare with.
    pub fn change(&self, value: &Cell, before: &Cell, kind: Kind) -> Option<String> {
        let change = change(value, before)?;
        let sign = if change > 0.0 { "+" } else { "" };
        let written = if let Kind::Percent(places) = kind {
            let points = self.written(&rounded(change, 2, places.max(1)));
            let unit = match self.language {
                Language::Fr => "pt",
                Language::En => "pp",
            };
            format!("{points}{NARROW}{unit}")
        } else {
            self.percent(change, 1)
        };
        Some(format!("{sign}{written}"))
    }

    /// A plain number (`-1234.5`) with the language's marks.
    fn written(&self, plain: &str) -> String {
        let (group, point) = match self.language {
            Language::Fr => (NARROW, ','),
            Language::En => (',', '.'),
        };
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut text = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }
}

fn name_of(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
}

/// The change as a number: a share of what was, of percentages their difference.
pub(crate) fn change(value: &Cell, before: &Cell) -> Option<f64> {
    let (now, then) = (value.quantity()?, before.quantity()?);
    if let (Cell::Percent(_), Cell::Percent(_)) = (value, before) {
        return Some(now - then);
    }
    (then != 0.0).then(|| (now - then) / then.abs())
}

/// A number times a power of ten, with so many decimal places, halves away from zero: as spreadsheets round, on the
/// digits that are seen and not on their binary neighbours.
pub(crate) fn rounded(number: f64, shift: usize, places: u8) -> String {
    // Fifteen digits: what a spreadsheet keeps, and too few to show that 0.1 + 0.2 is not 0.3.
    let short = format!("{number:.14e}").parse().unwrap_or(number);
    let plain = format!("{short}");
    let digits = plain.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places = usize::from(places);
    let mut all: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
    let point = whole.len() + shift;
    let kept = point + places;
    let up = all.get(kept).is_some_and(|digit| *digit >= 5);
    all.resize(kept, 0);
    if up {
        let nines = all.iter().rev().take_while(|digit| **digit == 9).count();
        let from = kept - nines;
        all[from..].fill(0);
        if from == 0 {
            all.insert(0, 1);
        } else {
            all[from - 1] += 1;
        }
    }
    let zero = all.iter().all(|digit| *digit == 0);
    let text: String = all.iter().map(|digit| char::from(b'0' + digit)).collect();
    let (whole, fraction) = text.split_at(text.len() - places);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if short < 0.0 && !zero { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(language: Language) -> Style {
        Style { language, time_zone: TimeZone::get("Europe/Paris").unwrap() }
    }

    /// Spaces as they are seen in a table of expectations: `_` narrow, `~` fixed.
    fn seen(text: &str) -> String {
        text.replace(NARROW, "_").replace(FIXED, "~")
    }

    #[test]
    fn numbers() {
        for (number, places, french, english) in [
            (0.0, 0, "0", "0"),
            (-0.0, 1, "0,0", "0.0"),
            (-0.04, 1, "0,0", "0.0"),
            (1234.5, 1, "1_234,5", "1,234.5"),
            (999.95, 1, "1_000,0", "1,000.0"),
            (-1_234_567.891, 2, "-1_234_567,89", "-1,234,567.89"),
            (2.5, 0, "3", "3"),
            (-2.5, 0, "-3", "-3"),
            (1.005, 2, "1,01", "1.01"),
            (0.1 + 0.2, 2, "0,30", "0.30"),
            (1e12, 0, "1_000_000_000_000", "1,000,000,000,000"),
            (1e-9, 3, "0,000", "0.000"),
        ] {
            assert_eq!(seen(&style(Language::Fr).decimal(number, places)), french);
            assert_eq!(style(Language::En).decimal(number, places), english);
        }
        assert_eq!(seen(&style(Language::Fr).integer(-1_234_567)), "-1_234_567");
        assert_eq!(style(Language::En).integer(999), "999");
    }

    #[test]
    fn percentages() {
        for (ratio, places, french, english) in [
            (0.123, 1, "12,3_%", "12.3%"),
            (0.285, 0, "29_%", "29%"),
            (0.0005, 1, "0,1_%", "0.1%"),
            (1.0, 0, "100_%", "100%"),
            (-0.5, 2, "-50,00_%", "-50.00%"),
            (12.3456, 1, "1_234,6_%", "1,234.6%"),
        ] {
            assert_eq!(seen(&style(Language::Fr).percent(ratio, places)), french);
            assert_eq!(style(Language::En).percent(ratio, places), english);
        }
    }

    #[test]
    fn days_and_moments_of_the_tenant() {
        let (french, english) = (style(Language::Fr), style(Language::En));
        let day = Date::new(2026, 11, 29).unwrap();
        assert_eq!(french.date(day), "29/11/2026");
        assert_eq!(seen(&english.date(day)), "29~Nov~2026");
        // Half an hour before midnight in London is the next day in Paris.
        let late: Timestamp = "2026-11-28T23:30:00Z".parse().unwrap();
        assert_eq!(seen(&french.moment(late)), "29/11/2026~00:30");
        assert_eq!(seen(&english.moment(late)), "29~Nov~2026,~00:30");
        let summer: Timestamp = "2026-07-01T10:05:00Z".parse().unwrap();
        assert_eq!(seen(&french.moment(summer)), "01/07/2026~12:05");
    }

    #[test]
    fn durations() {
        for (milliseconds, written) in [
            (0, "0_ms"),
            (999, "999_ms"),
            (1_000, "1,0_s"),
            (9_949, "9,9_s"),
            (9_950, "10_s"),
            (59_499, "59_s"),
            (59_500, "1_min~00_s"),
            (150_000, "2_min~30_s"),
            (3_900_000, "1_h~05_min"),
            (4_500_000_000, "1_250_h~00_min"),
        ] {
            assert_eq!(seen(&style(Language::Fr).duration(Duration::from_millis(milliseconds))), written);
        }
    }

    #[test]
    fn changes() {
        let french = style(Language::Fr);
        for (value, before, kind, written) in [
            (Cell::Integer(110), Cell::Integer(100), Kind::Integer, Some("+10,0_%")),
            (Cell::Integer(90), Cell::Integer(100), Kind::Integer, Some("-10,0_%")),
            (Cell::Integer(5), Cell::Integer(0), Kind::Integer, None),
            (Cell::Integer(5), Cell::Empty, Kind::Integer, None),
            (Cell::Percent(0.456), Cell::Percent(0.444), Kind::Percent(1), Some("+1,2_pt")),
            (Cell::Percent(0.4), Cell::Percent(0.4), Kind::Percent(0), Some("0,0_pt")),
            (Cell::Decimal(-1.0), Cell::Decimal(-2.0), Kind::Decimal(1), Some("+50,0_%")),
        ] {
            assert_eq!(french.change(&value, &before, kind).as_deref().map(seen).as_deref(), written);
        }
    }
}
