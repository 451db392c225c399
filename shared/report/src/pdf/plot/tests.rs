use jiff::{civil::date, tz::TimeZone};
use vivier_domain::{member::Language, settings::theme::Theme};

use super::*;
use crate::table::{Column, Kind, Table};

fn style() -> Style {
    Style { language: Language::Fr, time_zone: TimeZone::UTC }
}

fn ticks(values: &[f64], kind: Kind) -> Vec<String> {
    let axis = Axis::over(values.iter().copied(), kind);
    axis.ticks().map(|tick| axis.label(tick, &style()).replace(['\u{202f}', '\u{a0}'], " ")).collect()
}

#[test]
fn axes_are_round_and_begin_at_zero() {
    for (values, kind, labels) in [
        (&[3.0, 17.0][..], Kind::Integer, &["0", "5", "10", "15", "20"][..]),
        (&[1.0], Kind::Integer, &["0", "1"]),
        (&[0.0, 0.0], Kind::Integer, &["0", "1", "2", "3", "4"]),
        (&[], Kind::Percent(0), &["0 %", "50 %", "100 %"]),
        (&[0.013, 0.041], Kind::Percent(1), &["0 %", "2 %", "4 %", "6 %"]),
        (&[0.004], Kind::Percent(0), &["0,0 %", "0,1 %", "0,2 %", "0,3 %", "0,4 %"]),
        (&[12_345.0], Kind::Integer, &["0", "5 000", "10 000", "15 000"]),
        (&[-4.0, 9.0], Kind::Decimal(1), &["-5", "0", "5", "10"]),
        (&[95.0], Kind::Duration, &["0", "30 s", "1 min 00 s", "1 min 30 s", "2 min 00 s"]),
        (&[0.8], Kind::Duration, &["0", "200 ms", "400 ms", "600 ms", "800 ms"]),
    ] {
        assert_eq!(ticks(values, kind), labels, "{values:?}");
    }
}

fn chart(shape: Shape, first: Kind, rows: Vec<Vec<Cell>>) -> Chart {
    let columns = ["x", "a", "b"]
        .into_iter()
        .zip([first, Kind::Integer, Kind::Integer])
        .map(|(key, kind)| Column::new(key, key, kind))
        .collect();
    Chart { shape, table: Table { key: "t".into(), title: "T".into(), columns, rows, totals: None } }
}

#[test]
fn all_stays_within_the_drawing_and_gaps_stay_gaps() {
    let colours = Colours::of(&Theme::default());
    let day = |at: i32| Cell::Date(date(2026, 1, 1).saturating_add(jiff::Span::new().days(at)));
    let days: Vec<Vec<Cell>> = (0..365)
        .map(|at| {
            let gap = if at % 50 == 7 { Cell::Empty } else { Cell::Integer(i64::from(at * 7 % 90) - 20) };
            vec![day(at), Cell::Integer(i64::from(at)), gap]
        })
        .collect();
    let names: Vec<Vec<Cell>> = (0..)
        .zip(1..13)
        .map(|(at, words)| vec![Cell::Text("nom ".repeat(words)), Cell::Integer(at), Cell::Integer(-3)])
        .collect();
    for chart in [
        chart(Shape::Line, Kind::Date, days.clone()),
        chart(Shape::Bars, Kind::Date, days),
        chart(Shape::Bars, Kind::Text, names.clone()),
        chart(Shape::Line, Kind::Text, names),
        chart(Shape::Bars, Kind::Text, Vec::new()),
    ] {
        let plot = plot(&chart, 489.0, &colours, &style());
        let inside =
            |x: f64, y: f64| (-0.01..=489.01).contains(&x) && (-0.01..=plot.height + 0.01).contains(&y);
        for bar in &plot.bars {
            assert!(inside(bar.x, bar.y) && inside(bar.x + bar.width, bar.y + bar.height), "{bar:?}");
        }
        for word in &plot.words {
            assert!(inside(word.x, word.y) && inside(word.x + word.width, word.y), "{word:?}");
        }
        for line in &plot.lines {
            assert!(line.stretches.iter().flatten().all(|[x, y]| inside(*x, *y)));
        }
        if chart.shape == Shape::Line && chart.table.rows.len() == 365 {
            assert_eq!(plot.lines[1].stretches.len(), 9, "eight gaps");
        }
        assert_eq!(plot.legend.len(), 2);
    }
}
