//! The first sheet: what the report is, its headline figures and notes, then its charts.

use rust_xlsxwriter::{FormatAlign, Worksheet, XlsxError};

use super::{chart, grid, looks::Looks};
use crate::{
    format::change,
    report::{Block, Figure, Period, Report},
    table::{Cell, Kind},
};

/// How wide the columns are: name, value, value before, change.
const WIDTHS: [f64; 4] = [46.0, 20.0, 20.0, 16.0];
/// The last column.
const LAST: u16 = 3;
/// Characters of a note's line, and its height.
const NOTE: (usize, f64) = (105, 16.0);

/// The whole sheet. `data` is the name of the sheet with the charts' numbers.
pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    data: &str,
    looks: &Looks,
) -> Result<(), XlsxError> {
    for (at, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(at, width)?;
    }
    sheet.set_screen_gridlines(false);
    sheet.set_row_height(0, 32)?;
    sheet.merge_range(0, 0, 0, LAST, &report.title, &looks.title())?;
    let mut row = 1;
    for line in about(report, looks) {
        sheet.write_string_with_format(row, 0, line, &looks.line(11.0, false))?;
        row += 1;
    }
    row += 1;
    let mut places = chart::places(report).into_iter();
    for block in &report.blocks {
        match block {
            Block::Figures(figures) => row = self::figures(sheet, figures, row, looks)? + 1,
            Block::Note(text) => {
                let format = looks.line(11.0, false).set_text_wrap().set_align(FormatAlign::Top);
                sheet.merge_range(row, 0, row, LAST, text, &format)?;
                let lines: usize =
                    text.lines().map(|line| line.chars().count().div_ceil(NOTE.0).max(1)).sum();
                sheet.set_row_height(row, (lines as f64 * NOTE.1).min(400.0))?;
                row += 2;
            }
            Block::Chart(one) => {
                let from = places.next().unwrap_or_default();
                let drawn = chart::native(one, (data, from), looks);
                sheet.insert_chart_with_offset(row, 0, &drawn, 4, 4)?;
                row += chart::HEIGHT_IN_ROWS + 1;
            }
            Block::Table(_) => {}
        }
    }
    grid::for_printing(sheet);
    sheet.set_portrait();
    Ok(())
}

/// What stands below the title.
fn about(report: &Report, looks: &Looks) -> Vec<String> {
    let (words, style) = (looks.words, &looks.style);
    let days = |days: Period| format!("{} – {}", style.date(days.from), style.date(days.to));
    let period = report.period.map(|period| {
        let compared =
            report.compared_with.map(|before| format!(", {} {}", words.compared_with, days(before)));
        format!("{}{}{}{}", words.of_period, words.colon, days(period), compared.unwrap_or_default())
    });
    let made =
        format!("{} {} ({})", words.generated_at, style.moment(report.generated_at), report.zone_name());
    let lines = [Some(report.brand.name.clone()), report.subtitle.clone(), period, Some(made)];
    lines.into_iter().flatten().collect()
}

/// The headline figures as a small table; gives the row behind it.
fn figures(sheet: &mut Worksheet, figures: &[Figure], from: u32, looks: &Looks) -> Result<u32, XlsxError> {
    let words = looks.words;
    let compared = figures.iter().any(|figure| figure.before != Cell::Empty);
    let heads = [
        (words.figure, Kind::Text),
        (words.value, Kind::Integer),
        (words.value_before, Kind::Integer),
        (words.change, Kind::Integer),
    ];
    for ((at, (head, kind)), _) in (0..).zip(heads).zip(0..if compared { 4 } else { 2 }) {
        sheet.write_string_with_format(from, at, head, &looks.head(kind))?;
    }
    let mut row = from;
    for figure in figures {
        row += 1;
        sheet.write_string_with_format(row, 0, &figure.label, &looks.body(Kind::Text))?;
        let format = |cell: &Cell| {
            let format = looks.body(figure.kind).set_align(FormatAlign::Right).set_indent(1);
            if Looks::is_brief(cell) { Looks::brief(format) } else { format }
        };
        grid::put(sheet, (row, 1), &figure.value, &format(&figure.value).set_bold(), looks)?;
        if compared {
            grid::put(sheet, (row, 2), &figure.before, &format(&figure.before), looks)?;
            let points = if matches!(figure.kind, Kind::Percent(_)) { 100.0 } else { 1.0 };
            let changed = change(&figure.value, &figure.before).map(|change| change * points);
            let cell = changed.map_or(Cell::Empty, Cell::Decimal);
            grid::put(sheet, (row, 3), &cell, &looks.change(figure.kind), looks)?;
        }
    }
    Ok(row + 1)
}
