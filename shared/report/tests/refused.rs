//! A report that does not hold is rendered as nothing, and says where.

mod common;

use std::time::Duration;

use common::{activity, empty, of_texts};
use jiff::civil::date;
use vivier_domain::member::Language;
use vivier_report::{
    Block, Cell, Chart, Dialect, Figure, Flaw, Kind, MOST_BLOCKS, MOST_FIGURES, MOST_POINTS, Period,
    RenderError, Report, Shape, Table,
};

fn flaw(report: &Report) -> Option<(String, Flaw)> {
    let errors = [
        report.to_json().err(),
        report.to_csv(Dialect::Standard, None).err(),
        report.to_xlsx().err(),
        report.to_pdf().err(),
    ];
    let flaws = errors.map(|error| match error {
        Some(RenderError::Invalid { place, flaw }) => Some((place, flaw)),
        Some(RenderError::NoTable) | None => None,
        Some(other) => panic!("{other}"),
    });
    let [json, csv, xlsx, pdf] = flaws;
    assert!(json == csv && json == xlsx && json == pdf, "all formats agree");
    json
}

fn with(blocks: Vec<Block>) -> Report {
    Report { blocks, ..empty(Language::Fr) }
}

fn cell(kind: Kind, cell: Cell) -> Report {
    let mut table = of_texts(&["a", "b"]);
    table.columns[1].kind = kind;
    table.rows = vec![vec!["a".into(), Cell::Empty], vec!["b".into(), cell]];
    with(vec![Block::Table(table)])
}

#[test]
fn cells() {
    let row = |flaw| Some(("blocks[0].rows[1]".to_owned(), flaw));
    for (report, expected) in [
        (cell(Kind::Integer, Cell::Integer(-9_007_199_254_740_991)), None),
        (cell(Kind::Integer, Cell::Integer(i64::MIN)), row(Flaw::NotANumber)),
        (cell(Kind::Integer, Cell::Decimal(1.0)), row(Flaw::WrongKind)),
        (cell(Kind::Decimal(2), Cell::Decimal(f64::NAN)), row(Flaw::NotANumber)),
        (cell(Kind::Percent(0), Cell::Percent(f64::INFINITY)), row(Flaw::NotANumber)),
        (cell(Kind::Percent(0), Cell::Decimal(1.0)), row(Flaw::WrongKind)),
        (cell(Kind::Date, Cell::Date(date(1900, 2, 28))), row(Flaw::OutOfCalendar)),
        (cell(Kind::Date, Cell::Date(date(9999, 12, 31))), None),
        (cell(Kind::Moment, Cell::Moment(jiff::Timestamp::MIN)), row(Flaw::OutOfCalendar)),
        (cell(Kind::Duration, Cell::Duration(Duration::MAX)), row(Flaw::NotANumber)),
        (cell(Kind::Text, Cell::Text("x".repeat(32_767))), None),
        (cell(Kind::Text, Cell::Text("x".repeat(32_768))), row(Flaw::TooLong)),
        (cell(Kind::Text, Cell::Text("é".repeat(32_767))), None),
        (cell(Kind::Text, Cell::Text("😀".repeat(16_384))), row(Flaw::TooLong)),
    ] {
        assert_eq!(flaw(&report), expected);
    }
}

#[test]
fn shapes() {
    let table = |change: fn(&mut Table)| {
        let mut table = of_texts(&["a"]);
        change(&mut table);
        with(vec![Block::Table(table)])
    };
    let chart = |change: fn(&mut Table)| {
        let mut table = of_texts(&["a"]);
        change(&mut table);
        with(vec![Block::Chart(Chart { shape: Shape::Line, table })])
    };
    let figure = Figure {
        key: "a".into(),
        label: "A".into(),
        kind: Kind::Integer,
        value: Cell::Integer(1),
        before: Cell::Empty,
    };
    let block = |flaw| Some(("blocks[0]".to_owned(), flaw));
    for (report, expected) in [
        (table(|_| {}), None),
        (table(|table| table.key = "A".into()), block(Flaw::NotAKey)),
        (table(|table| table.title = " ".into()), block(Flaw::Empty)),
        (table(|table| table.columns[1].key = "text".into()), block(Flaw::Repeated)),
        (table(|table| table.columns.clear()), block(Flaw::Empty)),
        (table(|table| table.columns[1].kind = Kind::Decimal(7)), block(Flaw::NotANumber)),
        (table(|table| drop(table.rows[0].pop())), Some(("blocks[0].rows[0]".into(), Flaw::Ragged))),
        (table(|table| table.totals = Some(Vec::new())), Some(("blocks[0].totals".into(), Flaw::Ragged))),
        (chart(|_| {}), None),
        (chart(|table| table.columns.truncate(1)), Some(("blocks[0].rows[0]".into(), Flaw::Ragged))),
        (
            chart(|table| table.columns[0].kind = Kind::Integer),
            Some(("blocks[0].rows[0]".into(), Flaw::WrongKind)),
        ),
        (chart(|table| table.rows[0][0] = Cell::Empty), block(Flaw::Empty)),
        (chart(|table| table.totals = Some(table.rows[0].clone())), block(Flaw::TooMany)),
        (chart(|table| table.rows = vec![table.rows[0].clone(); MOST_POINTS + 1]), block(Flaw::TooMany)),
        (with(vec![Block::Figures(vec![figure.clone(); 2])]), block(Flaw::Repeated)),
        (with(vec![Block::Figures(vec![figure; MOST_FIGURES + 1])]), block(Flaw::TooMany)),
        (with(vec![Block::Note("a".into()); MOST_BLOCKS + 1]), Some(("blocks".into(), Flaw::TooMany))),
        (with(vec![Block::Note(String::new())]), block(Flaw::Empty)),
        (
            Report {
                period: Some(Period { from: date(2026, 2, 1), to: date(2026, 1, 1) }),
                ..with(Vec::new())
            },
            Some(("period".into(), Flaw::OutOfCalendar)),
        ),
        (Report { title: String::new(), ..with(Vec::new()) }, Some(("title".into(), Flaw::Empty))),
    ] {
        assert_eq!(flaw(&report), expected);
    }
}

#[test]
fn messages_say_nothing_of_the_report() {
    let error = cell(Kind::Integer, Cell::Text("rien".into())).to_json().unwrap_err();
    assert_eq!(error.to_string(), "blocks[0].rows[1] has a cell of another kind");
    assert_eq!(flaw(&activity(Language::En)), None);
}
