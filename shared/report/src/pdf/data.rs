//! What the template is given: a report with everything decided and written, so that it only has to place it.

use serde::Serialize;

use super::{
    fit::{self, Fit, INSET, Need},
    fonts::{breakable, printable, shortened},
    plot::{Plot, plot},
};
use crate::{
    alt,
    colours::{Colours, hex},
    error::RenderError,
    format::{Style, change},
    report::{Block, Chart, Figure, Period, Report},
    table::{Cell, Column, Table},
    words,
};

/// The most units of a cell's text; the other formats have all of it.
const LONGEST_CELL: f64 = 300.0;
/// The most units of titles, labels and names.
const LONGEST_TITLE: f64 = 150.0;
/// The most characters of a chart in words: a screen reader reads it in one go.
const LONGEST_ALT: usize = 1_500;
/// Units of a title's, a heading's and a figure's line: what words may not be wider than.
const LINES: [f64; 3] = [20.0, 34.0, 8.0];
/// Headline figures beside each other.
const ABREAST: usize = 4;

/// The whole document.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    language: &'static str,
    lies: bool,
    title: String,
    subtitle: Option<String>,
    brand: String,
    lines: Vec<String>,
    footer: String,
    page: &'static str,
    colours: Inks,
    inset: f64,
    blocks: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Inks {
    band: String,
    on_band: String,
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Part {
    Figures { abreast: usize, figures: Vec<Headline> },
    Table(Grid),
    Chart { title: String, alt: String, plot: Plot },
    Note { paragraphs: Vec<String> },
}

#[derive(Debug, Serialize)]
struct Headline {
    label: String,
    value: String,
    change: Option<String>,
    /// Where the arrow points: 1 up, -1 down.
    way: i8,
    before: Option<String>,
}

#[derive(Debug, Serialize)]
struct Grid {
    title: String,
    size: f64,
    columns: Vec<f64>,
    /// Whether each column's cells stand right.
    right: Vec<bool>,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    totals: Option<Vec<String>>,
    /// What stands in the place of rows where there are none.
    empty: Option<&'static str>,
}

/// A report's data; fails where a table has more columns than a page.
pub(super) fn of(report: &Report) -> Result<Data, RenderError> {
    let style = Style { language: report.language, time_zone: report.time_zone.clone() };
    let colours = Colours::of(&report.brand.theme);
    let written: Vec<Option<Written>> =
        report.blocks.iter().map(|block| Written::of(block, &style)).collect();
    let lies = written.iter().flatten().any(|table| fit::lies(&table.needs));
    let parts = report.blocks.iter().zip(written).map(|(block, table)| match block {
        Block::Figures(figures) => Ok(Part::Figures {
            abreast: figures.len().clamp(1, ABREAST),
            figures: figures.iter().map(|figure| headline(figure, &style)).collect(),
        }),
        Block::Table(one) => grid(one, table, lies, &style).map(Part::Table),
        Block::Chart(chart) => Ok(drawn(chart, lies, &colours, &style)),
        Block::Note(text) => {
            let paragraphs = text.lines().filter(|line| !line.trim().is_empty());
            Ok(Part::Note { paragraphs: paragraphs.map(|line| title(line, f64::MAX, LINES[1])).collect() })
        }
    });
    let words = words::of(report.language);
    let made =
        format!("{} {} ({})", words.generated_at, style.moment(report.generated_at), report.zone_name());
    Ok(Data {
        language: report.language.as_str(),
        lies,
        title: title(&report.title, LONGEST_TITLE, LINES[0]),
        subtitle: report.subtitle.as_ref().map(|text| title(text, LONGEST_TITLE, LINES[1])),
        brand: title(&report.brand.name, LONGEST_TITLE, LINES[1]),
        lines: period(report, &style).into_iter().chain([made]).collect(),
        footer: shortened(&printable(&format!("{} · {}", report.brand.name, report.title)), 45.0),
        page: words.page,
        colours: Inks { band: hex(colours.band), on_band: hex(colours.on_band), text: hex(colours.text) },
        inset: INSET,
        blocks: parts.collect::<Result<_, RenderError>>()?,
    })
}

/// A text that can be shown, no longer than so many units, of which no word is wider than a line.
fn title(text: &str, longest: f64, line: f64) -> String {
    breakable(&shortened(printable(text).trim(), longest), line)
}

fn period(report: &Report, style: &Style) -> Option<String> {
    let words = words::of(report.language);
    let days = |days: Period| format!("{} – {}", style.date(days.from), style.date(days.to));
    let compared = report.compared_with.map(|before| format!(", {} {}", words.compared_with, days(before)));
    let period = report.period?;
    Some(format!("{}{}{}{}", words.of_period, words.colon, days(period), compared.unwrap_or_default()))
}

fn headline(figure: &Figure, style: &Style) -> Headline {
    let words = words::of(style.language);
    let moved = change(&figure.value, &figure.before).unwrap_or_default();
    let value = |cell: &Cell| match cell {
        Cell::Empty => "–".to_owned(),
        cell => title(&style.cell(cell, figure.kind), LONGEST_TITLE, LINES[2]),
    };
    Headline {
        label: title(&figure.label, LONGEST_TITLE, 2.0 * LINES[2]),
        value: value(&figure.value),
        change: style.change(&figure.value, &figure.before, figure.kind),
        way: i8::from(moved > 0.0) - i8::from(moved < 0.0),
        before: (figure.before != Cell::Empty).then(|| format!("{} {}", words.before, value(&figure.before))),
    }
}

fn drawn(chart: &Chart, lies: bool, colours: &Colours, style: &Style) -> Part {
    Part::Chart {
        title: title(&chart.table.title, LONGEST_TITLE, LINES[1]),
        alt: printable(&alt::text(chart, style, LONGEST_ALT)),
        plot: plot(chart, fit::page(lies), colours, style),
    }
}

/// A table with all cells written, and what its columns need.
struct Written {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    totals: Option<Vec<String>>,
    needs: Vec<Need>,
}

impl Written {
    fn of(block: &Block, style: &Style) -> Option<Self> {
        let Block::Table(table) = block else { return None };
        let cell = |(cell, column): (&Cell, &Column)| match cell {
            Cell::Empty => "–".to_owned(),
            Cell::Text(text) => shortened(printable(text).trim(), LONGEST_CELL),
            cell => style.cell(cell, column.kind),
        };
        let row = |row: &Vec<Cell>| row.iter().zip(&table.columns).map(cell).collect::<Vec<_>>();
        let head: Vec<String> =
            table.columns.iter().map(|column| title(&column.label, LONGEST_TITLE, f64::MAX)).collect();
        let rows: Vec<Vec<String>> = table.rows.iter().map(row).collect();
        let mut totals = table.totals.as_ref().map(row);
        if let (Some(first), true) = (totals.as_mut().and_then(|row| row.first_mut()), table.names_totals()) {
            words::of(style.language).total.clone_into(first);
        }
        let need = |(at, (column, label)): (usize, (&Column, &String))| {
            let cells = rows.iter().chain(&totals).filter_map(|row| row.get(at)).map(String::as_str);
            Need::of(label, cells, column.kind == crate::Kind::Text)
        };
        let needs = table.columns.iter().zip(&head).enumerate().map(need).collect();
        Some(Self { head, rows, totals, needs })
    }
}

fn grid(table: &Table, written: Option<Written>, lies: bool, style: &Style) -> Result<Grid, RenderError> {
    let columns = table.columns.len();
    // A page that lies, with the smallest letters, takes about so many numbers.
    let too_large = RenderError::TooLarge { what: "columns", found: columns, most: 20 };
    let Some(Written { head, mut rows, mut totals, needs }) = written else { return Err(too_large) };
    let Some(Fit { size, columns }) = fit::fit(&needs, lies) else { return Err(too_large) };
    let room: Vec<f64> = columns.iter().map(|width| (width - 2.0 * INSET) / size).collect();
    for row in rows.iter_mut().chain(&mut totals) {
        for ((cell, room), column) in row.iter_mut().zip(&room).zip(&table.columns) {
            if column.kind == crate::Kind::Text {
                *cell = breakable(cell, *room);
            }
        }
    }
    Ok(Grid {
        title: title(&table.title, LONGEST_TITLE, LINES[1]),
        size,
        right: table.columns.iter().map(|column| column.kind.is_quantity()).collect(),
        head: head.iter().zip(&room).map(|(label, room)| breakable(label, *room)).collect(),
        empty: rows.is_empty().then(|| words::of(style.language).no_rows),
        columns,
        rows,
        totals,
    })
}
