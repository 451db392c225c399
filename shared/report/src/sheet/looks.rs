//! How cells look: number formats by kind and language, the theme's colours.

use std::time::Duration;

use jiff::civil::DateTime;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};
use vivier_domain::member::Language;

use crate::{
    colours::{Colours, hex},
    format::Style,
    report::Report,
    table::{Cell, Kind},
    words::{self, Words},
};

/// The colour of lines between rows.
const RULE: &str = "#D4D4D8";

/// Durations of which parts of a second matter.
const BRIEF: &str = "[h]:mm:ss.0";
/// Up to so long.
const BRIEFLY: Duration = Duration::from_millis(9_950);

/// Formats for one report.
pub(super) struct Looks {
    pub(super) words: &'static Words,
    pub(super) style: Style,
    pub(super) colours: Colours,
}

impl Looks {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            words: words::of(report.language),
            style: Style { language: report.language, time_zone: report.time_zone.clone() },
            colours: Colours::of(&report.brand.theme),
        }
    }

    /// Cells of a kind.
    pub(super) fn body(&self, kind: Kind) -> Format {
        let format = Format::new()
            .set_align(FormatAlign::Top)
            .set_font_color(hex(self.colours.text).as_str())
            .set_border_bottom(FormatBorder::Hair)
            .set_border_bottom_color(RULE);
        if kind == Kind::Text {
            return format.set_text_wrap();
        }
        let format = format.set_num_format(self.number(kind));
        aligned(format, kind)
    }

    /// Cells of the totals row.
    pub(super) fn total(&self, kind: Kind) -> Format {
        self.body(kind).set_bold().set_border_top(FormatBorder::Thin)
    }

    /// Cells of the header.
    pub(super) fn head(&self, kind: Kind) -> Format {
        let format = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        aligned(format, kind)
            .set_background_color(hex(self.colours.band).as_str())
            .set_font_color(hex(self.colours.on_band).as_str())
    }

    /// Whether parts of a second matter in a cell.
    pub(super) fn is_brief(cell: &Cell) -> bool {
        matches!(cell, Cell::Duration(duration) if *duration < BRIEFLY)
    }

    /// The same format for a brief duration.
    pub(super) fn brief(format: Format) -> Format {
        format.set_num_format(BRIEF)
    }

    /// A line of text of a size.
    pub(super) fn line(&self, size: f64, bold: bool) -> Format {
        let format = Format::new().set_font_size(size).set_font_color(hex(self.colours.text).as_str());
        if bold { format.set_bold() } else { format }
    }

    /// The title's line.
    pub(super) fn title(&self) -> Format {
        Format::new()
            .set_font_size(18)
            .set_bold()
            .set_align(FormatAlign::VerticalCenter)
            .set_indent(1)
            .set_background_color(hex(self.colours.band).as_str())
            .set_font_color(hex(self.colours.on_band).as_str())
    }

    /// The change of a figure of a kind: a share, or points.
    pub(super) fn change(&self, kind: Kind) -> Format {
        let number = match (kind, self.style.language) {
            (Kind::Percent(_), Language::Fr) => "+0.0\"\u{202f}pt\";-0.0\"\u{202f}pt\";0.0\"\u{202f}pt\"",
            (Kind::Percent(_), Language::En) => "+0.0\"\u{202f}pp\";-0.0\"\u{202f}pp\";0.0\"\u{202f}pp\"",
            (_, Language::Fr) => "+0.0\"\u{202f}\"%;-0.0\"\u{202f}\"%;0.0\"\u{202f}\"%",
            (_, Language::En) => "+0.0%;-0.0%;0.0%",
        };
        self.body(Kind::Integer).set_num_format(number)
    }

    /// The number format of a kind. Excel itself puts in the marks of its user's country for `,` and `.`.
    pub(super) fn number(&self, kind: Kind) -> String {
        let places = |places: u8| match places {
            0 => String::new(),
            places => format!(".{}", "0".repeat(usize::from(places))),
        };
        let french = self.style.language == Language::Fr;
        match kind {
            Kind::Text => "@".into(),
            Kind::Integer => "#,##0".into(),
            Kind::Decimal(number) => format!("#,##0{}", places(number)),
            Kind::Percent(number) if french => format!("#,##0{}\"\u{202f}\"%", places(number)),
            Kind::Percent(number) => format!("#,##0{}%", places(number)),
            Kind::Date if french => "dd/mm/yyyy".into(),
            Kind::Date => "[$-809]d mmm yyyy".into(),
            Kind::Moment if french => "dd/mm/yyyy hh:mm".into(),
            Kind::Moment => "[$-809]d mmm yyyy hh:mm".into(),
            Kind::Duration => "[h]:mm:ss".into(),
        }
    }

    /// Days on an axis.
    pub(super) fn short_date(&self) -> &'static str {
        match self.style.language {
            Language::Fr => "dd/mm",
            Language::En => "[$-809]d mmm",
        }
    }

    /// A cell as the number that Excel keeps for it: dates are days since the end of 1899, moments those of the time zone.
    pub(super) fn serial(&self, cell: &Cell) -> Option<f64> {
        match cell {
            Cell::Date(date) => Some(serial(date.at(0, 0, 0, 0))),
            Cell::Moment(moment) => Some(serial(self.style.local(*moment).datetime())),
            Cell::Duration(duration) => Some(duration.as_secs_f64() / 86_400.0),
            _ => cell.quantity(),
        }
    }
}

/// Quantities stand right, with some room to what stands left in the next column.
fn aligned(format: Format, kind: Kind) -> Format {
    if kind.is_quantity() {
        format.set_align(FormatAlign::Right).set_indent(1)
    } else {
        format.set_align(FormatAlign::Left)
    }
}

fn serial(local: DateTime) -> f64 {
    let epoch = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    let elapsed = local.duration_since(epoch);
    elapsed.as_secs_f64() / 86_400.0
}
