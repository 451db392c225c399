//! The same report in four formats, read back by readers that know nothing of us: all figures are the same.

#![expect(clippy::float_cmp, reason = "what was written reads back as the same number")]

mod common;

use calamine::Data;
use common::{activity, read};
use serde_json::Value;
use vivier_domain::member::Language;
use vivier_report::{Block, Cell, Dialect, Kind, Report, Style, Table};

fn table<'a>(report: &'a Report, key: &str) -> &'a Table {
    let tables = report.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        Block::Chart(chart) => Some(&chart.table),
        _ => None,
    });
    tables.into_iter().find(|table| table.key == key).expect("a table of this key")
}

/// A cell as a number that can be compared: days and moments by their text.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(count) => Some(*count as f64),
        Cell::Decimal(number) | Cell::Percent(number) => Some(*number),
        Cell::Duration(duration) => Some(duration.as_secs_f64()),
        _ => None,
    }
}

const KEYS: [&str; 4] = ["by_day", "offers", "trend", "channels"];

#[test]
fn json() {
    let report = activity(Language::Fr);
    let json: Value = serde_json::from_slice(&report.to_json().unwrap()).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["language"], "fr");
    assert_eq!(json["time_zone"], "Europe/Paris");
    assert_eq!(json["generated_at"], "2026-12-01T05:30:00Z");
    assert_eq!(json["period"], serde_json::json!({"from": "2026-11-01", "to": "2026-11-30"}));
    let blocks = json["blocks"].as_array().unwrap();
    let kinds: Vec<_> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["figures", "chart", "chart", "note", "table", "table"]);
    assert_eq!(
        blocks[0]["figures"][6],
        serde_json::json!({"key": "talk", "label": "Durée d’une conversation",
        "kind": "duration", "value": 254.0, "before": null})
    );
    for key in KEYS {
        let model = table(&report, key);
        let block = blocks.iter().find(|block| block["key"] == key).unwrap();
        assert_eq!(block["rows"].as_array().unwrap().len(), model.rows.len());
        for (row, cells) in block["rows"].as_array().unwrap().iter().zip(&model.rows) {
            for (column, cell) in model.columns.iter().zip(cells) {
                let value = &row[&column.key];
                match (cell, number(cell)) {
                    (Cell::Text(text), _) => assert_eq!(value, text),
                    (Cell::Date(date), _) => assert_eq!(value, &date.to_string()),
                    (Cell::Moment(moment), _) => assert_eq!(value, &moment.to_string()),
                    // This reader is off by a last bit now and then.
                    (_, Some(number)) => {
                        let read = value.as_f64().unwrap();
                        assert!((read - number).abs() <= number.abs() * f64::EPSILON, "{read} {number}");
                    }
                    _ => assert!(value.is_null()),
                }
            }
        }
    }
}

#[test]
fn csv_for_programs() {
    for language in [Language::Fr, Language::En] {
        let report = activity(language);
        for key in KEYS {
            let model = table(&report, key);
            let bytes = report.to_csv(Dialect::Standard, Some(key)).unwrap();
            let lines = read::csv(&bytes, b',');
            assert_eq!(lines.len(), model.rows.len() + 1, "no totals row");
            for (label, column) in lines[0].iter().zip(&model.columns) {
                let seconds = if language == Language::Fr { "en secondes" } else { "in seconds" };
                let unit =
                    if column.kind == Kind::Duration { format!(" ({seconds})") } else { String::new() };
                assert_eq!(*label, format!("{}{unit}", column.label));
            }
            for (line, cells) in lines[1..].iter().zip(&model.rows) {
                for (text, cell) in line.iter().zip(cells) {
                    match (cell, number(cell)) {
                        (Cell::Text(written), _) => assert_eq!(text, written),
                        (Cell::Date(date), _) => assert_eq!(*text, date.to_string()),
                        // In the tenant's zone, and the same moment.
                        (Cell::Moment(moment), _) => {
                            assert!(text.ends_with("+01:00"), "{text}");
                            assert_eq!(text.parse::<jiff::Timestamp>().unwrap(), *moment);
                        }
                        (_, Some(number)) => assert_eq!(text.parse::<f64>().unwrap(), number),
                        _ => assert_eq!(text, ""),
                    }
                }
            }
        }
    }
}

#[test]
fn csv_for_excel() {
    let report = activity(Language::Fr);
    let bytes = report.to_csv(Dialect::Excel, Some("offers")).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbfOffre;Lieu;Vues;Clics;Taux;Score;Dernier clic\r\n"));
    let lines = read::csv(&bytes, b';');
    let first =
        ["Boulanger de nuit (H/F)", "Rennes", "2904", "402", "13,842975%", "0,9", "30/11/2026 22:48:12"];
    assert_eq!(lines[1], first);
    assert_eq!(lines[10][6], "");
    let english = activity(Language::En).to_csv(Dialect::Excel, Some("by_day")).unwrap();
    let lines = read::csv(&english[3..], b',');
    assert_eq!(lines[1][0], "2026-11-01");
    assert_eq!(lines[1][6], "0:03:20");
    // Without a key, the first table.
    assert_eq!(english, activity(Language::En).to_csv(Dialect::Excel, None).unwrap());
    assert!(matches!(report.to_csv(Dialect::Excel, Some("none")), Err(vivier_report::RenderError::NoTable)));
}

#[test]
fn xlsx() {
    let report = activity(Language::Fr);
    let bytes = report.to_xlsx().unwrap();
    let sheets = read::xlsx(&bytes);
    let names: Vec<_> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Synthèse", "Activité par jour", "Offres les plus vues", "Données des graphiques"]);
    for (key, sheet) in [("by_day", &sheets[1].1), ("offers", &sheets[2].1)] {
        let model = table(&report, key);
        let labels: Vec<_> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(labels, model.columns.iter().map(|column| column.label.clone()).collect::<Vec<_>>());
        assert_eq!(sheet.height(), 1 + model.rows.len() + usize::from(model.totals.is_some()));
        for (line, cells) in sheet.rows().skip(1).zip(&model.rows) {
            line.iter().zip(cells).for_each(|(data, cell)| same(data, cell, &report));
        }
        if let (Some(line), Some(cells)) = (sheet.rows().nth(model.rows.len() + 1), &model.totals) {
            assert_eq!(line[0], Data::String("Total".into()));
            line.iter().zip(cells).skip(1).for_each(|(data, cell)| same(data, cell, &report));
        }
    }
    // The headline figures, behind title, brand, subtitle, period and date.
    let summary = &sheets[0].1;
    let Block::Figures(figures) = &report.blocks[0] else { panic!("figures come first") };
    let first = summary.rows().position(|row| row[0] == Data::String("Indicateur".into())).unwrap() + 1;
    for (line, figure) in summary.rows().skip(first).zip(figures) {
        assert_eq!(line[0].to_string(), figure.label);
        same(&line[1], &figure.value, &report);
        same(&line[2], &figure.before, &report);
    }
}

/// A sheet's cell against the model's, by type and value.
fn same(data: &Data, cell: &Cell, report: &Report) {
    match (data, cell) {
        (Data::Empty, Cell::Empty) => {}
        (Data::String(text), Cell::Text(written)) => assert_eq!(text, written),
        (Data::Float(number), Cell::Integer(_) | Cell::Decimal(_) | Cell::Percent(_)) => {
            assert_eq!(Some(*number), self::number(cell));
        }
        (Data::DateTime(date), Cell::Date(day)) => {
            let (year, month, of_month, ..) = date.to_ymd_hms_milli();
            assert_eq!(format!("{year:04}-{month:02}-{of_month:02}"), day.to_string());
        }
        (Data::DateTime(date), Cell::Moment(moment)) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let written = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
            assert_eq!(written, moment.to_zoned(report.time_zone.clone()).datetime().to_string());
        }
        (Data::DateTime(date), Cell::Duration(duration)) => {
            assert!(date.is_duration());
            assert!((date.as_f64() * 86_400.0 - duration.as_secs_f64()).abs() < 1e-6);
        }
        (data, cell) => panic!("{data:?} is not {cell:?}"),
    }
}

#[test]
fn pdf() {
    for language in [Language::Fr, Language::En] {
        let report = activity(language);
        let style = Style { language, time_zone: report.time_zone.clone() };
        let pages = read::pdf(&report.to_pdf().unwrap());
        assert_eq!(pages.title, report.title);
        // Lines of a wrapped cell stand apart in what is read.
        let text = words(&pages.texts.join(" "));
        for (at, page) in pages.texts.iter().enumerate() {
            let number = format!("Page {} / {}", at + 1, pages.texts.len());
            assert!(page.contains(&number), "{number}");
        }
        let Block::Figures(figures) = &report.blocks[0] else { panic!("figures come first") };
        for figure in figures {
            assert!(text.contains(&words(&figure.label)), "{}", figure.label);
            let value = style.cell(&figure.value, figure.kind);
            assert!(text.contains(&words(&value)), "{value}");
        }
        for key in ["by_day", "offers"] {
            let model = table(&report, key);
            for (at, cells) in model.rows.iter().chain(&model.totals).enumerate() {
                let values = cells.iter().zip(&model.columns).filter(|(_, column)| column.kind != Kind::Text);
                let written = values.map(|(cell, column)| match cell {
                    Cell::Empty if at == model.rows.len() => "Total".to_owned(),
                    Cell::Empty => "–".to_owned(),
                    cell => style.cell(cell, column.kind),
                });
                let row = words(&written.collect::<Vec<_>>().join(" "));
                assert!(text.contains(&row), "{key} {at}: {row}\n{text}");
                for (cell, _) in
                    cells.iter().zip(&model.columns).filter(|(_, column)| column.kind == Kind::Text)
                {
                    let Cell::Text(cell) = cell else { panic!("a text") };
                    assert!(cell.split(' ').all(|word| text.contains(word)), "{cell}");
                }
            }
        }
    }
}

/// A text with single spaces, whatever they were.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let (one, other) = (activity(Language::Fr), activity(Language::Fr));
    assert_eq!(one.to_json().unwrap(), other.to_json().unwrap());
    assert_eq!(one.to_xlsx().unwrap(), other.to_xlsx().unwrap());
    assert_eq!(one.to_pdf().unwrap(), other.to_pdf().unwrap());
    let later = Report { generated_at: "2026-12-02T05:30:00Z".parse().unwrap(), ..other };
    assert_ne!(one.to_xlsx().unwrap(), later.to_xlsx().unwrap());
    assert_ne!(one.to_pdf().unwrap(), later.to_pdf().unwrap());
}
