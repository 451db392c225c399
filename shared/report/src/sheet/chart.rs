//! Native charts, and the sheet with their numbers.

use rust_xlsxwriter::{
    Chart as Drawing, ChartAxisCrossing, ChartFont, ChartFormat, ChartLegendPosition, ChartLine,
    ChartLineDashType, ChartSolidFill, ChartType, Worksheet, XlsxError,
};

use super::{grid, looks::Looks};
use crate::{
    alt,
    colours::hex,
    report::{Chart, Report, Shape},
    table::Kind,
};

/// How many rows of the summary a chart takes.
pub(super) const HEIGHT_IN_ROWS: u32 = 17;
/// Its size in pixels: what those rows and the summary's columns take.
const SIZE: (u32, u32) = (720, 330);
/// The most UTF-16 units of a chart's text for those who do not see it.
const LONGEST_TEXT: usize = 255;
/// Lines that differ without colour, too.
const DASHES: [ChartLineDashType; 4] = [
    ChartLineDashType::Solid,
    ChartLineDashType::Dash,
    ChartLineDashType::RoundDot,
    ChartLineDashType::DashDot,
];
/// The colour of lines behind the values.
const RULE: &str = "#E4E4E7";

/// The header's row of each chart's numbers on their sheet, below its title; a blank row apart.
pub(super) fn places(report: &Report) -> Vec<u32> {
    let mut next = 1;
    let mut places = Vec::new();
    for chart in report.charts() {
        places.push(next);
        next += rows(chart) + 3;
    }
    places
}

fn rows(chart: &Chart) -> u32 {
    u32::try_from(chart.table.rows.len()).unwrap_or(u32::MAX)
}

/// The sheet with the numbers of all charts.
pub(super) fn data(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 30)?;
    for at in 1..=crate::MOST_SERIES {
        sheet.set_column_width(u16::try_from(at).unwrap_or_default(), 18)?;
    }
    for (chart, from) in report.charts().zip(places(report)) {
        sheet.write_string_with_format(from - 1, 0, &chart.table.title, &looks.line(12.0, true))?;
        grid::write(sheet, &chart.table, from, looks)?;
    }
    grid::for_printing(sheet);
    Ok(())
}

/// A chart over the numbers on the sheet of the name, of which the header stands in row `from`.
pub(super) fn native(chart: &Chart, (sheet, from): (&str, u32), looks: &Looks) -> Drawing {
    let kind = match chart.shape {
        Shape::Line => ChartType::Line,
        Shape::Bars if chart.lies() => ChartType::Bar,
        Shape::Bars => ChartType::Column,
    };
    let mut drawing = Drawing::new(kind);
    let (first, last) = (from + 1, from + rows(chart).max(1));
    for (at, place) in (1..).zip(0..chart.table.columns.len() - 1) {
        let colour = hex(looks.colours.series(place));
        let mut format = ChartFormat::new();
        if chart.shape == Shape::Line {
            let dash = DASHES[place % DASHES.len()];
            let line =
                ChartLine::new().set_color(colour.as_str()).set_width(2.25).set_dash_type(dash).clone();
            format.set_line(&line);
        } else {
            format.set_solid_fill(ChartSolidFill::new().set_color(colour.as_str()));
        }
        drawing
            .add_series()
            .set_categories((sheet, first, 0, last, 0))
            .set_values((sheet, first, at, last, at))
            .set_name((sheet, from, at))
            .set_format(&mut format)
            .set_gap(60);
    }
    drawing.title().set_name(chart.table.title.as_str()).set_font(ChartFont::new().set_size(13));
    // Where bars lie, the library's x axis, too, is the one below.
    let lies = chart.lies();
    let values = if lies { drawing.x_axis() } else { drawing.y_axis() };
    values
        .set_num_format(looks.number(chart.kind()))
        .set_major_gridlines(true)
        .set_major_gridlines_line(ChartLine::new().set_color(RULE))
        .set_format(ChartFormat::new().set_no_line());
    let names = if lies { drawing.y_axis() } else { drawing.x_axis() };
    names.set_major_gridlines(false);
    if chart.table.columns.first().is_some_and(|column| column.kind == Kind::Date) {
        names.set_date_axis(true).set_num_format(looks.short_date());
    }
    if lies {
        // The first name on top, as in the table, and the numbers below all the same.
        names.set_reverse().set_crossing(ChartAxisCrossing::Max);
    }
    if chart.table.columns.len() > 2 {
        drawing.legend().set_position(ChartLegendPosition::Bottom);
    } else {
        drawing.legend().set_hidden();
    }
    drawing.set_width(SIZE.0).set_height(SIZE.1).set_alt_text(alt::text(chart, &looks.style, LONGEST_TEXT));
    drawing
}
