//! A report, before anything is said of how it is written.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vivier_domain::{member::Language, settings::theme::Theme};

use crate::table::{Cell, Kind, Table};

/// A whole report: an answer's figures and all that is needed to write them down.
#[derive(Debug, Clone)]
pub struct Report {
    /// What it is called.
    pub title: String,
    /// What it is about: a project, a channel, filters.
    pub subtitle: Option<String>,
    /// The days it covers.
    pub period: Option<Period>,
    /// The days it is compared with.
    pub compared_with: Option<Period>,
    /// What its fixed words, numbers and dates are written in. Titles and labels come in this language already.
    pub language: Language,
    /// Whose days and hours it speaks of.
    pub time_zone: TimeZone,
    /// Whose report it is.
    pub brand: Brand,
    /// When its figures were asked for.
    pub generated_at: Timestamp,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
}

/// Days, the first and the last among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// A tenant as readers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Its name.
    pub name: String,
    /// Its colours. Paper stays white: a theme's background is no page's.
    pub theme: Theme,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Headline figures.
    Figures(Vec<Figure>),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// A paragraph: what figures mean, what is missing from them.
    Note(String),
}

/// A headline figure and what it was in the period before.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its stable name: small letters, digits and `_`.
    pub key: String,
    /// What people read beside it.
    pub label: String,
    /// How it is written.
    pub kind: Kind,
    /// The figure.
    pub value: Cell,
    /// The same of the period before; `Empty` where there is none.
    pub before: Cell,
}

/// A chart: a table of which the first column is the categories (days or texts) and every other one a series. All
/// series are of one kind, so that one axis serves them.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// How it is drawn.
    pub shape: Shape,
    /// What is drawn.
    pub table: Table,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Points joined by lines; nothing is drawn where a value is missing.
    Line,
    /// Bars side by side: upright over days, lying beside texts.
    Bars,
}

impl Shape {
    /// The stable name, as JSON gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Bars => "bars",
        }
    }
}

impl Chart {
    /// What its values are.
    pub(crate) fn kind(&self) -> Kind {
        self.table.columns.get(1).map_or(Kind::Integer, |column| column.kind)
    }

    /// Whether its bars lie: names need room, days do not.
    pub(crate) fn lies(&self) -> bool {
        let names = self.table.columns.first().is_some_and(|column| column.kind == Kind::Text);
        self.shape == Shape::Bars && names
    }
}

impl Report {
    /// Its tables, then what its charts draw.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        let tables = self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        tables.chain(self.charts().map(|chart| &chart.table))
    }

    /// Its charts.
    pub(crate) fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }

    /// The name of its time zone, or its offset where it has none.
    pub(crate) fn zone_name(&self) -> String {
        let offset = || self.time_zone.to_offset(self.generated_at).to_string();
        self.time_zone.iana_name().map_or_else(offset, str::to_owned)
    }
}
