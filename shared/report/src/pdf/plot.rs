//! Where the bars, lines and words of a chart stand, in points from its upper left corner. The template only draws.

mod axis;

use serde::Serialize;

use self::axis::Axis;
use super::fonts::{SHELF, printable, shortened};
use crate::{
    colours::{Colours, hex},
    format::Style,
    report::{Chart, Shape},
    table::Cell,
};

/// The size of letters in a chart.
const SIZE: f64 = 8.0;
/// The height of an upright chart.
const HEIGHT: f64 = 165.0;
/// Room for half a letter above, and for categories below.
const ABOVE: f64 = 6.0;
const BELOW: f64 = 16.0;
/// A bar that lies, and the room between groups of them.
const BAR: f64 = 10.0;
const APART: f64 = 6.0;
/// The most of a chart's width that names take.
const NAMES: f64 = 0.38;
/// Up to so many points, each has a dot.
const DOTTED: usize = 40;
/// Lines that differ without colour, too.
const DASHES: [&str; 4] = ["solid", "dashed", "dotted", "dash-dotted"];

/// A drawing.
#[derive(Debug, Default, Serialize)]
pub(super) struct Plot {
    width: f64,
    height: f64,
    rules: Vec<Rule>,
    words: Vec<Word>,
    bars: Vec<Bar>,
    lines: Vec<Line>,
    legend: Vec<Entry>,
}

/// A thin line from one edge to the other.
#[derive(Debug, Serialize)]
struct Rule {
    x: f64,
    y: f64,
    length: f64,
    zero: bool,
}

/// A word in a box: its left edge, the middle of its height, its width.
#[derive(Debug, Serialize)]
struct Word {
    x: f64,
    y: f64,
    width: f64,
    align: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    colour: String,
}

#[derive(Debug, Serialize)]
struct Line {
    /// Stretches without a gap.
    stretches: Vec<Vec<[f64; 2]>>,
    colour: String,
    dash: &'static str,
    dots: bool,
}

#[derive(Debug, Serialize)]
struct Entry {
    label: String,
    colour: String,
    dash: Option<&'static str>,
}

/// A chart on so much width.
pub(super) fn plot(chart: &Chart, width: f64, colours: &Colours, style: &Style) -> Plot {
    let mut plot = Plot { width, ..Plot::default() };
    let series = chart.table.columns.len() - 1;
    if chart.lies() {
        lying(&mut plot, chart, series, colours, style);
    } else {
        upright(&mut plot, chart, series, colours, style);
    }
    if series > 1 {
        let entries = chart.table.columns.iter().skip(1).enumerate().map(|(at, column)| Entry {
            label: printable(&column.label),
            colour: hex(colours.series(at)),
            dash: (chart.shape == Shape::Line).then(|| DASHES[at % DASHES.len()]),
        });
        plot.legend = entries.collect();
    }
    plot
}

/// The values of a series, gaps among them.
fn values(chart: &Chart, series: usize) -> impl Iterator<Item = Option<f64>> {
    chart.table.rows.iter().map(move |row| row.get(series + 1).and_then(Cell::quantity))
}

/// Bars from left to right, a name before each group, its value behind each bar.
fn lying(plot: &mut Plot, chart: &Chart, series: usize, colours: &Colours, style: &Style) {
    let rows = &chart.table.rows;
    let name = |row: &Vec<Cell>| match row.first() {
        Some(Cell::Text(text)) => printable(text),
        _ => String::new(),
    };
    let names = rows.iter().map(|row| SHELF.width(&name(row), false) * SIZE).fold(0.0, f64::max);
    let names = (names + 8.0).min(plot.width * NAMES);
    let written = |cell: &Cell| style.cell(cell, chart.kind());
    let cells = rows.iter().flat_map(|row| row.iter().skip(1));
    let ends = cells.map(|cell| SHELF.width(&written(cell), false) * SIZE).fold(0.0, f64::max) + 8.0;
    let all = (0..series).flat_map(|at| values(chart, at).flatten());
    let (lowest, highest) = all.fold((0.0, 0.0), |(low, high): (f64, f64), x| (low.min(x), high.max(x)));
    // Bars of negative values end left of zero, and so do the words behind them.
    let left = names + if lowest < 0.0 { ends } else { 0.0 };
    let room = plot.width - left - ends;
    let reach = if highest > lowest { highest - lowest } else { 1.0 };
    let place = |value: f64| left + (value - lowest) / reach * room;
    let group = series as f64 * BAR + APART;
    plot.height = rows.len() as f64 * group;
    for (at, row) in rows.iter().enumerate() {
        let top = at as f64 * group + APART / 2.0;
        let middle = top + (group - APART) / 2.0;
        let text = shortened(&name(row), (names - 8.0) / SIZE + 0.01);
        plot.words.push(Word { x: 0.0, y: middle, width: names - 6.0, align: "right", text });
        for (one, cell) in row.iter().skip(1).enumerate() {
            let Some(value) = cell.quantity() else { continue };
            let y = top + one as f64 * BAR;
            let (from, to) = (place(0.0).min(place(value)), place(0.0).max(place(value)));
            let colour = hex(colours.series(one));
            plot.bars.push(Bar {
                x: from,
                y: y + 0.5,
                width: if value == 0.0 { 0.0 } else { (to - from).max(0.5) },
                height: BAR - 1.0,
                colour,
            });
            let (x, align) = if value < 0.0 { (from - ends, "right") } else { (to + 3.0, "left") };
            plot.words.push(Word { x, y: y + BAR / 2.0, width: ends - 3.0, align, text: written(cell) });
        }
    }
}

/// An axis on the left, categories below, bars or lines between.
fn upright(plot: &mut Plot, chart: &Chart, series: usize, colours: &Colours, style: &Style) {
    plot.height = HEIGHT;
    let all = (0..series).flat_map(|at| values(chart, at).flatten());
    let axis = Axis::over(all, chart.kind());
    let ticks: Vec<(f64, String)> = axis.ticks().map(|tick| (tick, axis.label(tick, style))).collect();
    let left = ticks.iter().map(|(_, label)| SHELF.width(label, false) * SIZE).fold(0.0, f64::max) + 6.0;
    let (top, bottom) = (ABOVE, HEIGHT - BELOW);
    let level = |value: f64| bottom - axis.share(value) * (bottom - top);
    for (tick, label) in ticks {
        let zero = tick == 0.0;
        plot.rules.push(Rule { x: left, y: level(tick), length: plot.width - left, zero });
        plot.words.push(Word { x: 0.0, y: level(tick), width: left - 6.0, align: "right", text: label });
    }
    let band = (plot.width - left) / chart.table.rows.len().max(1) as f64;
    let middle = |at: usize| left + (at as f64 + 0.5) * band;
    categories(plot, chart, left, band, style);
    for one in 0..series {
        let colour = hex(colours.series(one));
        if chart.shape == Shape::Bars {
            let group = (band * 0.72).min(42.0 * series as f64);
            let width = group / series as f64;
            for (at, value) in values(chart, one).enumerate() {
                let Some(value) = value else { continue };
                let (high, low) = (level(value.max(0.0)), level(value.min(0.0)));
                let x = middle(at) - group / 2.0 + one as f64 * width;
                // A hair of paper between neighbours, where there is room for it.
                let width = if width > 3.0 { width - 0.75 } else { width };
                plot.bars.push(Bar { x, y: high, width, height: low - high, colour: colour.clone() });
            }
        } else {
            let mut stretches = vec![Vec::new()];
            for (at, value) in values(chart, one).enumerate() {
                match (value, stretches.last_mut()) {
                    (Some(value), Some(stretch)) => stretch.push([middle(at), level(value)]),
                    (None, Some(stretch)) if !stretch.is_empty() => stretches.push(Vec::new()),
                    _ => {}
                }
            }
            stretches.retain(|stretch| !stretch.is_empty());
            let dots = chart.table.rows.len() <= DOTTED;
            plot.lines.push(Line { stretches, colour, dash: DASHES[one % DASHES.len()], dots });
        }
    }
}

/// As many categories below as have room.
fn categories(plot: &mut Plot, chart: &Chart, left: f64, band: f64, style: &Style) {
    let rows = &chart.table.rows;
    let days = |row: Option<&Vec<Cell>>| match row.and_then(|row| row.first()) {
        Some(Cell::Date(date)) => Some(*date),
        _ => None,
    };
    let one_year =
        days(rows.first()).map(jiff::civil::Date::year) == days(rows.last()).map(jiff::civil::Date::year);
    let label = |row: &Vec<Cell>| match row.first() {
        Some(Cell::Date(date)) if one_year => style.short_date(*date),
        Some(Cell::Date(date)) => style.date(*date),
        Some(Cell::Text(text)) => shortened(&printable(text), 12.0),
        _ => String::new(),
    };
    let widest = rows.iter().map(|row| SHELF.width(&label(row), false) * SIZE).fold(0.0, f64::max) + 8.0;
    // By weeks, where days are too many.
    let step = [1, 2, 7, 14, 28, 56, 91, 182].into_iter().find(|step| band * f64::from(*step) >= widest);
    let step = step.map_or(400, |step| usize::try_from(step).unwrap_or(400));
    for (at, row) in rows.iter().enumerate().step_by(step) {
        let middle = left + (at as f64 + 0.5) * band;
        // The first and the last label stay within the drawing.
        let x = (middle - widest / 2.0).clamp(0.0, plot.width - widest);
        let y = HEIGHT - BELOW / 2.0 + 1.0;
        plot.words.push(Word { x, y, width: widest, align: "center", text: label(row) });
    }
}

#[cfg(test)]
mod tests;
