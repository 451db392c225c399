//! Counts of events as figures, series and charts: what each is made of stands in one list for all of them.

use std::collections::HashMap;

use jiff::civil::Date;
use vivier_domain::{member::Language, report::ReportGrain};
use vivier_report::{Block, Cell, Chart, Column, Figure, Kind, Shape, Table};
use vivier_store::statistics::{Count, Line};

use crate::asked::Asked;

/// A kind of event with one of its outcomes, or with all of them.
pub(super) type Made = (&'static str, Option<&'static str>);

pub(super) const SEARCHES: &[Made] = &[("search", Some("found")), ("search", Some("none"))];
pub(super) const WITHOUT_RESULTS: &[Made] = &[("search", Some("none"))];
pub(super) const VIEWED: &[Made] = &[("offer_viewed", None)];
pub(super) const APPLIED: &[Made] = &[("apply_clicked", None)];
pub(super) const CVS: &[Made] = &[("cv_matched", None)];
pub(super) const CHATS: &[Made] = &[("chat_opened", None)];
pub(super) const QUESTIONS: &[Made] =
    &[("chat_answered", None), ("chat_unknown", None), ("chat_offers", None)];
pub(super) const ANSWERS: &[Made] = &[("chat_answered", None), ("chat_offers", None)];
pub(super) const ANSWERED: &[Made] = &[("chat_answered", None)];
pub(super) const WITH_OFFERS: &[Made] = &[("chat_offers", None)];
pub(super) const UNANSWERED: &[Made] = &[("chat_unknown", None)];
pub(super) const HELPFUL: &[Made] = &[("chat_feedback", Some("up"))];
pub(super) const NOT_HELPFUL: &[Made] = &[("chat_feedback", Some("down"))];
pub(super) const RATED: &[Made] = &[("chat_feedback", Some("up")), ("chat_feedback", Some("down"))];
pub(super) const HAND_OVERS: &[Made] = &[("chat_hand_over", None)];
pub(super) const BY_PEOPLE: &[Made] = &[("chat_person", None)];
pub(super) const ALERTS: &[Made] = &[("alert_sent", None)];
pub(super) const LOGINS: &[Made] = &[("member_logged_in", None)];

/// What a figure or a column says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// How often.
    Count(&'static [Made]),
    /// A part of a whole.
    Share(&'static [Made], &'static [Made]),
}

/// A figure or a column: its key, what people read in French and English, and what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) Value,
);

/// A word in the report's language.
pub(super) fn say(language: Language, fr: &str, en: &str) -> String {
    if language == Language::Fr { fr.to_owned() } else { en.to_owned() }
}

/// A count as a cell.
pub(super) fn integer(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A share as a cell; nothing of nothing.
pub(super) fn share(part: u64, whole: u64) -> Cell {
    if whole == 0 { Cell::Empty } else { Cell::Percent(part as f64 / whole as f64) }
}

fn is_of(made: &[Made], kind: &str, outcome: &str) -> bool {
    made.iter().any(|(of, came)| *of == kind && came.is_none_or(|came| came == outcome))
}

/// How often in the period, and how often before.
pub(super) fn totals(counts: &[Count], made: &[Made]) -> (u64, u64) {
    let of = counts.iter().filter(|one| is_of(made, &one.kind, &one.outcome));
    of.fold((0, 0), |(now, before), one| (now + one.count, before + one.count_before))
}

/// How often, by any place that is told apart.
pub(super) struct ByPlace<P>(HashMap<P, Vec<(String, String, u64)>>);

impl<P: std::hash::Hash + Eq> ByPlace<P> {
    pub(super) fn of(counts: impl IntoIterator<Item = (P, String, String, u64)>) -> Self {
        let mut places: HashMap<P, Vec<_>> = HashMap::new();
        for (place, kind, outcome, count) in counts {
            places.entry(place).or_default().push((kind, outcome, count));
        }
        Self(places)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &P> {
        self.0.keys()
    }

    pub(super) fn count(&self, place: &P, made: &[Made]) -> u64 {
        let counts = self.0.get(place).map(Vec::as_slice).unwrap_or_default();
        counts.iter().filter(|(kind, outcome, _)| is_of(made, kind, outcome)).map(|(.., count)| count).sum()
    }
}

impl Measure {
    const fn kind(&self) -> Kind {
        match self.3 {
            Value::Count(_) => Kind::Integer,
            Value::Share(..) => Kind::Percent(1),
        }
    }

    pub(super) fn column(&self, language: Language) -> Column {
        Column::new(self.0, say(language, self.1, self.2), self.kind())
    }

    /// What it says, where `count` says how often.
    pub(super) fn cell(&self, count: impl Fn(&'static [Made]) -> u64) -> Cell {
        match self.3 {
            Value::Count(made) => integer(count(made)),
            Value::Share(part, whole) => share(count(part), count(whole)),
        }
    }

    /// It as a headline figure, beside the period before.
    pub(super) fn figure(&self, language: Language, counts: &[Count]) -> Figure {
        Figure {
            key: format!("total_{}", self.0),
            label: say(language, self.1, self.2),
            kind: self.kind(),
            value: self.cell(|made| totals(counts, made).0),
            before: self.cell(|made| totals(counts, made).1),
        }
    }
}

/// The main table of what has a series: a row for each point, none left out, and the whole period at the end.
pub(super) fn series(asked: &Asked, trend: Vec<Line<Date>>, counts: &[Count], measures: &[Measure]) -> Table {
    let language = asked.language;
    let (title, at) = match asked.grain() {
        ReportGrain::Day => (say(language, "Par jour", "By day"), say(language, "Jour", "Day")),
        ReportGrain::Week => {
            (say(language, "Par semaine", "By week"), say(language, "Semaine du", "Week of"))
        }
        ReportGrain::Month => (say(language, "Par mois", "By month"), say(language, "Mois du", "Month of")),
    };
    let of = ByPlace::of(trend.into_iter().flat_map(|Line { kind, outcome, points }| {
        points.into_iter().map(move |(at, count)| (at, kind.clone(), outcome.clone(), count))
    }));
    let mut columns = vec![Column::new("at", at, Kind::Date)];
    columns.extend(measures.iter().map(|measure| measure.column(language)));
    let row = |at: Date| {
        let cells = measures.iter().map(|measure| measure.cell(|made| of.count(&at, made)));
        std::iter::once(Cell::Date(at)).chain(cells).collect()
    };
    let whole = measures.iter().map(|measure| measure.cell(|made| totals(counts, made).0));
    Table {
        key: "series".into(),
        title,
        columns,
        rows: asked.points().into_iter().map(row).collect(),
        totals: Some(std::iter::once(Cell::Empty).chain(whole).collect()),
    }
}

/// A line chart over some columns of a series.
pub(super) fn lines(series: &Table, key: &str, title: String, drawn: &[&str]) -> Block {
    let places: Vec<usize> = std::iter::once("at")
        .chain(drawn.iter().copied())
        .filter_map(|key| series.columns.iter().position(|column| column.key == key))
        .collect();
    let table = Table {
        key: key.into(),
        title,
        columns: places.iter().map(|&at| series.columns[at].clone()).collect(),
        rows: series.rows.iter().map(|row| places.iter().map(|&at| row[at].clone()).collect()).collect(),
        totals: None,
    };
    Block::Chart(Chart { shape: Shape::Line, table })
}

/// Lying bars: names and one count each.
pub(super) fn bars(key: &str, title: String, name: Column, count: Column, rows: Vec<(String, u64)>) -> Block {
    let rows = rows.into_iter().map(|(name, count)| vec![Cell::Text(name), integer(count)]).collect();
    let table = Table { key: key.into(), title, columns: vec![name, count], rows, totals: None };
    Block::Chart(Chart { shape: Shape::Bars, table })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(kind: &str, outcome: &str, count: u64, count_before: u64) -> Count {
        Count { kind: kind.into(), outcome: outcome.into(), count, amount: 0, count_before, amount_before: 0 }
    }

    #[test]
    fn what_figures_are_made_of() {
        let counts = [
            count("search", "found", 6, 1),
            count("search", "none", 2, 1),
            count("search", "further", 9, 9),
            count("chat_unknown", "", 1, 0),
            count("chat_answered", "", 2, 0),
            count("chat_offers", "", 1, 0),
        ];
        for (made, expected) in [
            (SEARCHES, (8, 2)),
            (WITHOUT_RESULTS, (2, 1)),
            (QUESTIONS, (4, 0)),
            (ANSWERS, (3, 0)),
            (VIEWED, (0, 0)),
        ] {
            assert_eq!(totals(&counts, made), expected);
        }
        let rate = Measure("rate", "Taux", "Rate", Value::Share(WITHOUT_RESULTS, SEARCHES));
        let figure = rate.figure(Language::En, &counts);
        assert_eq!((figure.value, figure.before), (Cell::Percent(0.25), Cell::Percent(0.5)));
        let none =
            Measure("none", "Rien", "None", Value::Share(HELPFUL, RATED)).figure(Language::Fr, &counts);
        assert_eq!((none.label.as_str(), none.value, none.before), ("Rien", Cell::Empty, Cell::Empty));
    }
}
