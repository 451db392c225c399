//! A chart in words, for those who hear a report: what is drawn, from where to where, lowest and highest.

use crate::{
    format::Style,
    report::{Chart, Shape},
    table::Cell,
    words,
};

/// The chart in words, of at most so many UTF-16 units.
pub(crate) fn text(chart: &Chart, style: &Style, most: usize) -> String {
    let words = words::of(style.language);
    let shape = match chart.shape {
        Shape::Line => words.line_chart,
        Shape::Bars => words.bar_chart,
    };
    let table = &chart.table;
    let mut sentences = vec![format!("{shape}{}{}", words.colon, table.title)];
    let category = |row: Option<&Vec<Cell>>| {
        let (cell, column) = (row?.first()?, table.columns.first()?);
        Some(style.cell(cell, column.kind))
    };
    if let (Some(first), Some(last)) = (category(table.rows.first()), category(table.rows.last())) {
        sentences[0] = format!("{}, {} {first} {} {last}", sentences[0], words.from, words.to);
    }
    for (at, series) in table.columns.iter().enumerate().skip(1) {
        let values = table.rows.iter().filter_map(|row| Some((row, row.get(at)?, row.get(at)?.quantity()?)));
        let described = |(row, cell, _): (&Vec<Cell>, &Cell, f64)| {
            format!("{} ({})", style.cell(cell, series.kind), category(Some(row)).unwrap_or_default())
        };
        let lowest = values.clone().min_by(|one, other| one.2.total_cmp(&other.2)).map(described);
        // Of equal ones the first.
        let highest = values.rev().max_by(|one, other| one.2.total_cmp(&other.2)).map(described);
        let said = match (lowest, highest) {
            (Some(lowest), Some(highest)) => {
                format!("{} {lowest}, {} {highest}", words.lowest, words.highest)
            }
            _ => words.no_values.to_owned(),
        };
        sentences.push(format!("{}{}{said}", series.label, words.colon));
    }
    cut(sentences.join(". ") + ".", most)
}

fn cut(text: String, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text;
    }
    let mut room = most - 1;
    let fits = |c: &char| {
        let left = room.checked_sub(c.len_utf16());
        room = left.unwrap_or_default();
        left.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
