//! JSON: values with their types, under names that stay. Numbers are numbers, percentages ratios, durations seconds, days
//! and moments RFC 3339 (moments in UTC). Nothing depends on the language but the texts themselves.

use serde::{Serialize, Serializer, ser::SerializeMap};
use vivier_domain::member::Language;

use crate::{
    error::RenderError,
    report::{Block, Chart, Figure, Period, Report},
    table::{Cell, Column, Kind, Table},
};

/// The form of the document. A form that reads differently gets the next number.
const SCHEMA: u16 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u16,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitle: Option<&'a str>,
    tenant: &'a str,
    language: Language,
    time_zone: String,
    generated_at: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<Days>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<Days>,
    blocks: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Days {
    from: jiff::civil::Date,
    to: jiff::civil::Date,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Part<'a> {
    Figures {
        figures: Vec<Headline<'a>>,
    },
    Table(Grid<'a>),
    Chart {
        shape: &'static str,
        #[serde(flatten)]
        grid: Grid<'a>,
    },
    Note {
        text: &'a str,
    },
}

#[derive(Serialize)]
struct Headline<'a> {
    key: &'a str,
    label: &'a str,
    kind: &'static str,
    value: Value<'a>,
    before: Value<'a>,
}

#[derive(Serialize)]
struct Grid<'a> {
    key: &'a str,
    title: &'a str,
    columns: Vec<Head<'a>>,
    rows: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Row<'a>>,
}

#[derive(Serialize)]
struct Head<'a> {
    key: &'a str,
    label: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    places: Option<u8>,
}

/// A row: its cells under the keys of their columns.
struct Row<'a>(&'a [Column], &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            row.serialize_entry(&column.key, &Value(cell))?;
        }
        row.end()
    }
}

/// A cell.
struct Value<'a>(&'a Cell);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Empty => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Integer(count) => serializer.serialize_i64(*count),
            Cell::Decimal(number) | Cell::Percent(number) => serializer.serialize_f64(*number + 0.0),
            Cell::Date(date) => date.serialize(serializer),
            Cell::Moment(moment) => moment.serialize(serializer),
            Cell::Duration(duration) => serializer.serialize_f64(duration.as_secs_f64()),
        }
    }
}

impl<'a> From<&'a Block> for Part<'a> {
    fn from(block: &'a Block) -> Self {
        match block {
            Block::Figures(figures) => Self::Figures { figures: figures.iter().map(headline).collect() },
            Block::Table(table) => Self::Table(grid(table)),
            Block::Chart(Chart { shape, table }) => Self::Chart { shape: shape.as_str(), grid: grid(table) },
            Block::Note(text) => Self::Note { text },
        }
    }
}

fn headline(figure: &Figure) -> Headline<'_> {
    Headline {
        key: &figure.key,
        label: &figure.label,
        kind: figure.kind.as_str(),
        value: Value(&figure.value),
        before: Value(&figure.before),
    }
}

fn grid(table: &Table) -> Grid<'_> {
    let head = |column: &'_ Column| -> Option<u8> {
        matches!(column.kind, Kind::Decimal(_) | Kind::Percent(_)).then(|| column.kind.places())
    };
    let columns = table.columns.iter().map(|column| Head {
        key: &column.key,
        label: &column.label,
        kind: column.kind.as_str(),
        places: head(column),
    });
    Grid {
        key: &table.key,
        title: &table.title,
        columns: columns.collect(),
        rows: table.rows.iter().map(|row| Row(&table.columns, row)).collect(),
        totals: table.totals.as_ref().map(|row| Row(&table.columns, row)),
    }
}

/// The whole report.
pub(crate) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let days = |period: Period| Days { from: period.from, to: period.to };
    let document = Document {
        schema: SCHEMA,
        title: &report.title,
        subtitle: report.subtitle.as_deref(),
        tenant: &report.brand.name,
        language: report.language,
        time_zone: report.zone_name(),
        generated_at: report.generated_at,
        period: report.period.map(days),
        compared_with: report.compared_with.map(days),
        blocks: report.blocks.iter().map(Part::from).collect(),
    };
    Ok(serde_json::to_vec(&document)?)
}
