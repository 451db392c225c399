//! What people wrote is data, whatever it looks like: in no format does it run, break or hide anything.

mod common;

use calamine::Data;
use common::{empty, large, of_table, of_texts, read};
use proptest::{collection::vec, prelude::*};
use vivier_domain::member::Language;
use vivier_report::{Block, Brand, Cell, Chart, Dialect, Figure, Kind, Report, Shape};

/// Markup of Typst, of HTML, of XML; formulas; code.
const MARKUP: &[&str] = &[
    "#panic(\"no\")",
    "#let x = 1; #x",
    "$ x^2 $",
    "*strong* _slanted_ `raw` <label> @label",
    "= Heading",
    "\\u{1f600} \\ // comment",
    "#import \"/report.json\": *",
    "#read(\"/etc/passwd\")",
    "\"); panic(\"no",
    "<script>alert(1)</script> &amp; ]]>",
    "=HYPERLINK(\"http://x.example\",\"a\")",
    "@SUM(A1:A9)|cmd",
    "_x0041_",
    "{\"a\": [1]}",
];

#[test]
fn markup_is_shown_as_it_was_written() {
    let report = Report {
        title: "#panic(\"title\") $".into(),
        subtitle: Some("*subtitle* #eval".into()),
        brand: Brand { name: "#brand <b>".into(), ..empty(Language::Fr).brand },
        blocks: vec![
            Block::Note("#note[x] $ \\ `".into()),
            Block::Figures(vec![Figure {
                key: "a".into(),
                label: "#label $".into(),
                kind: Kind::Text,
                value: "#value".into(),
                before: Cell::Empty,
            }]),
            Block::Table(of_texts(MARKUP)),
        ],
        ..empty(Language::Fr)
    };
    let pages = read::pdf(&report.to_pdf().unwrap());
    assert_eq!(pages.title, "#panic(\"title\") $");
    let text = pages.texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    for written in
        MARKUP.iter().chain(&["*subtitle* #eval", "#brand <b>", "#note[x] $ \\ `", "#label $", "#value"])
    {
        assert!(text.contains(written), "{written} in {text}");
    }
    let sheets = read::xlsx(&report.to_xlsx().unwrap());
    let found: Vec<_> = sheets[1].1.rows().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(found, MARKUP.iter().map(|text| Data::String((*text).to_owned())).collect::<Vec<_>>());
    for part in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
        assert!(!read::part(&report.to_xlsx().unwrap(), part).contains("<f>"), "no formula");
    }
}

#[test]
fn scripts_signs_and_words_without_end() {
    let long = "x".repeat(5_000);
    let wide = "Donaudampfschifffahrtsgesellschaft".repeat(8);
    let texts = [
        "العربية مع English وسط 123",
        "עברית",
        "👩\u{200d}💻 emoji \u{1f1eb}\u{1f1f7}",
        "中文 日本語 한국어",
        "हिन्दी ไทย",
        "e\u{301}\u{302}\u{303}\u{489}\u{488} zalgo",
        "\u{202e}gnp.exe\u{202c}",
        "\u{0}\u{1}\u{7f}\u{feff}\u{fffe}\u{e000}",
        "\u{200b}\u{200d}\u{fe0f}",
        "",
        " ",
        long.as_str(),
        wide.as_str(),
        "ﬁn de ligne\r\net suite",
    ];
    let report = of_table(Language::Fr, of_texts(&texts));
    let pages = read::pdf(&report.to_pdf().unwrap());
    let text = pages.texts.join("\n");
    for word in ["emoji", "zalgo", "gnp.exe", "English", "\u{fffd}"] {
        assert!(text.contains(word), "{word:?}");
    }
    assert!(!text.contains('\u{202e}'));
    let sheets = read::xlsx(&report.to_xlsx().unwrap());
    let cell = sheets[1].1.get_value((12, 0)).unwrap();
    assert_eq!(*cell, Data::String(long.clone()));
    let lines = read::csv(&report.to_csv(Dialect::Standard, None).unwrap(), b',');
    assert!(
        lines[1..].iter().zip(&texts).all(|(line, text)| line[0].trim_start_matches('\'') == *text),
        "{lines:?}"
    );
    let json: serde_json::Value = serde_json::from_slice(&report.to_json().unwrap()).unwrap();
    assert_eq!(json["blocks"][0]["rows"][8]["text"], texts[8]);
}

#[test]
fn a_chart_of_nothing_and_of_awkward_names() {
    let mut nothing = of_texts(&[]);
    nothing.key = "nothing".into();
    let chart = |shape, table| Block::Chart(Chart { shape, table });
    let mut awkward = of_texts(MARKUP);
    awkward.key = "awkward".into();
    awkward.title = "#chart [a]:*?/\\".into();
    let mut same = awkward.clone();
    same.key = "same".into();
    let report = Report {
        blocks: vec![
            chart(Shape::Line, nothing),
            chart(Shape::Bars, awkward),
            chart(Shape::Line, same),
            Block::Figures(Vec::new()),
        ],
        ..empty(Language::En)
    };
    let text = read::pdf(&report.to_pdf().unwrap()).texts.join(" ");
    assert!(text.contains("#chart [a]:*?/\\"));
    assert_eq!(read::xlsx(&report.to_xlsx().unwrap()).len(), 2);
}

/// Any text at all gets through the typesetter. One document of many texts: it is the slow part.
#[test]
fn any_text_is_set() {
    let config = ProptestConfig { cases: 4, ..ProptestConfig::default() };
    proptest!(config, |(texts in vec(any::<String>(), 60), languages in any::<bool>())| {
        let written: Vec<&str> = texts.iter().map(String::as_str).collect();
        let language = if languages { Language::Fr } else { Language::En };
        let report = of_table(language, of_texts(&written));
        let pages = read::pdf(&report.to_pdf().unwrap());
        prop_assert!(!pages.texts.is_empty());
        prop_assert_eq!(read::xlsx(&report.to_xlsx().unwrap())[1].1.height(), 61);
    });
}

#[test]
fn many_rows() {
    // The typesetter is hardly optimised in tests; `examples/render_time` sets ten thousand.
    let rows = 2_000;
    let table = large(rows);
    let last = table.rows.last().unwrap().clone();
    let report = of_table(Language::Fr, table);
    let pages = read::pdf(&report.to_pdf().unwrap());
    assert!(pages.texts.len() > 30, "{} pages", pages.texts.len());
    // The header stands on every page.
    let headed = |page: &String| page.contains("Dernier clic");
    assert!(pages.texts.iter().all(headed));
    let Cell::Text(offer) = &last[1] else { panic!("a text") };
    let end = offer.rsplit(' ').next().unwrap();
    assert!(pages.texts.last().unwrap().contains(end));
    let report = of_table(Language::Fr, large(10_000));
    assert_eq!(read::xlsx(&report.to_xlsx().unwrap())[1].1.height(), 10_001);
    assert_eq!(read::csv(&report.to_csv(Dialect::Standard, None).unwrap(), b',').len(), 10_001);
    let more = of_table(Language::Fr, large(10_001)).to_pdf().unwrap_err();
    assert_eq!(more.to_string(), "10001 rows are more than the 10000 that this format takes");
}
