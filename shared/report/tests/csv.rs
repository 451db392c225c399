//! CSV by its rules, whatever people wrote.

#![expect(clippy::float_cmp, reason = "what was written reads back as the same number")]

mod common;

use common::{of_table, of_texts, read};
use proptest::{collection::vec, prelude::*};
use vivier_domain::member::Language;
use vivier_report::{Cell, Column, Dialect, Kind, Table};

const FORMULAS: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Texts of what is awkward in a CSV or a spreadsheet.
fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zé ]{0,6}".prop_map(String::from),
        3 => prop::sample::select(FORMULAS).prop_map(String::from),
        3 => prop::sample::select(&[',', ';', '"', '\n', '\r', '\t', '\'', '\u{a0}', '\u{feff}'][..]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_read_back_is_what_was_written(texts in vec(awkward(), 1..12), excel in any::<bool>(), french in any::<bool>()) {
        let language = if french { Language::Fr } else { Language::En };
        let dialect = if excel { Dialect::Excel } else { Dialect::Standard };
        let written: Vec<&str> = texts.iter().map(String::as_str).collect();
        let bytes = of_table(language, of_texts(&written)).to_csv(dialect, None).unwrap();
        let delimiter = if excel && french { b';' } else { b',' };
        let lines = read::csv(&bytes, delimiter);
        prop_assert_eq!(lines.len(), texts.len() + 1);
        for (line, text) in lines[1..].iter().zip(&texts) {
            // Nothing is lost, and nothing but marks is added.
            let mut rest = text.chars().peekable();
            for c in line[0].chars() {
                if rest.peek() == Some(&c) { rest.next(); } else { prop_assert_eq!(c, '\''); }
            }
            prop_assert_eq!(rest.next(), None);
            prop_assert!(!line[0].starts_with(FORMULAS), "{:?}", line[0]);
        }
    }

    /// Whoever opens the file with the other separator gets no formula, either: a splitter as simple as Excel's.
    #[test]
    fn no_separator_makes_a_formula(texts in vec(awkward(), 1..6), excel in any::<bool>()) {
        let dialect = if excel { Dialect::Excel } else { Dialect::Standard };
        let written: Vec<&str> = texts.iter().map(String::as_str).collect();
        let table = Table { rows: of_texts(&written).rows.into_iter().map(|row| row[..1].to_vec()).collect(),
            columns: vec![Column::new("text", "Texte", Kind::Text)], ..of_texts(&[]) };
        let bytes = of_table(Language::Fr, table).to_csv(dialect, None).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for cell in text.split([',', ';', '\t', '\r', '\n']) {
            let cell = cell.trim_start_matches('"');
            prop_assert!(!cell.starts_with(FORMULAS), "{:?} in {:?}", cell, text);
        }
    }

    #[test]
    fn numbers_stay_numbers(whole in any::<i32>(), ratio in -1e6..1e6f64) {
        let table = Table {
            columns: vec![Column::new("a", "A", Kind::Integer), Column::new("b", "B", Kind::Decimal(2)), Column::new("c", "C", Kind::Percent(1))],
            rows: vec![vec![Cell::Integer(i64::from(whole)), Cell::Decimal(ratio), Cell::Percent(ratio)]],
            ..of_texts(&[])
        };
        let report = of_table(Language::Fr, table);
        let line = &read::csv(&report.to_csv(Dialect::Standard, None).unwrap(), b',')[1];
        prop_assert_eq!(line[0].parse::<i64>().unwrap(), i64::from(whole));
        prop_assert_eq!(line[1].parse::<f64>().unwrap(), ratio);
        prop_assert_eq!(line[2].parse::<f64>().unwrap(), ratio);
        let line = &read::csv(&report.to_csv(Dialect::Excel, None).unwrap(), b';')[1];
        prop_assert_eq!(line[1].replace(',', ".").parse::<f64>().unwrap(), ratio);
        let percent: f64 = line[2].trim_end_matches('%').replace(',', ".").parse().unwrap();
        prop_assert!((percent / 100.0 - ratio).abs() < 1e-6, "{} {}", percent, ratio);
    }
}

#[test]
fn the_rules_of_rfc_4180() {
    let texts = ["plain", "a,b", "say \"no\"", "two\nlines", "", "=1+1"];
    let bytes = of_table(Language::Fr, of_texts(&texts)).to_csv(Dialect::Standard, None).unwrap();
    let expected =
        "Texte,Rang\r\nplain,1\r\n\"a,b\",2\r\n\"say \"\"no\"\"\",3\r\n\"two\nlines\",4\r\n,5\r\n'=1+1,6\r\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    // A label is a text as any other.
    let mut table = of_texts(&[]);
    table.columns[0].label = "=cmd|' /C calc'!A0".into();
    let bytes = of_table(Language::En, table).to_csv(Dialect::Excel, None).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf'=cmd"));
}
