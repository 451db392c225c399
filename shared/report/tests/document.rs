//! What a PDF is beside its words: tagged, named, with pages that turn where they must.

mod common;

use common::{activity, empty, of_table, of_texts, read};
use vivier_domain::{
    member::Language,
    settings::{colour::Colour, theme::Theme},
};
use vivier_report::{Block, Brand, Cell, Column, Kind, RenderError, Report, Table};

#[test]
fn it_is_tagged_in_its_language_and_conforms_to_pdf_ua() {
    for (language, lang) in [(Language::Fr, "fr"), (Language::En, "en")] {
        // Where blanks stand between names is the writer's choice.
        let raw = read::raw(&activity(language).to_pdf().unwrap()).replace(' ', "");
        assert!(raw.contains("<pdfuaid:part>1"), "PDF/UA is declared");
        for word in
            ["/StructTreeRoot", "/Markedtrue", "/DisplayDocTitletrue", "/Outlines", "/Creator(Vivier)"]
        {
            assert!(raw.contains(word), "{word}");
        }
        assert!(raw.contains(&format!("/Lang({lang})")), "{lang}");
        // Header cells, tables, headings, and each chart with its words.
        for (tag, least) in [("/S/TH", 14), ("/S/Table", 2), ("/S/H1", 4), ("/S/Figure", 2), ("/Alt", 2)] {
            let count = raw.matches(tag).count();
            assert!(count >= least, "{tag}: {count}");
        }
        assert!(!raw.contains("/Author"), "nobody is named");
        assert!(!raw.contains("/Subtype/Image"), "charts are drawn");
    }
}

#[test]
fn a_wide_table_lies_and_one_that_is_too_wide_is_refused() {
    let columns = |count: usize| Table {
        columns: (0..count).map(|at| Column::new(format!("c{at}"), "Candidatures", Kind::Integer)).collect(),
        rows: vec![vec![Cell::Integer(1_234_567); count]],
        ..of_texts(&[])
    };
    let lies = |count| {
        let raw = read::raw(&of_table(Language::Fr, columns(count)).to_pdf().unwrap());
        raw.contains("841.8898 595.2756")
    };
    assert!(!lies(4));
    assert!(lies(14));
    let error = of_table(Language::Fr, columns(60)).to_pdf().unwrap_err();
    assert!(matches!(error, RenderError::TooLarge { what: "columns", .. }), "{error}");
}

#[test]
fn a_theme_that_cannot_be_read_is_not_followed() {
    let theme = |primary| Theme { primary, ..Theme::default() };
    let of = |theme| Report {
        brand: Brand { name: "Acme".into(), theme },
        blocks: vec![Block::Note("Rien à signaler.".into())],
        ..empty(Language::Fr)
    };
    let own = of(theme(Colour::new(0x0b, 0x5c, 0x5e))).to_pdf().unwrap();
    let grey = of(theme(Colour::new(0x88, 0x88, 0x88))).to_pdf().unwrap();
    let usual = of(Theme::default()).to_pdf().unwrap();
    // 0x0b / 255 = 0.0431…, red of the tenant's colour; 0x1d / 255 = 0.1137… of the usual one.
    assert!(read::raw(&own).contains("0.04313"));
    assert!(read::raw(&grey).contains("0.11372"));
    assert!(read::raw(&usual).contains("0.11372"));
    assert!(!read::raw(&grey).contains("0.53333"));
}

#[test]
fn an_empty_table_says_so() {
    let report = of_table(Language::Fr, of_texts(&[]));
    assert!(read::pdf(&report.to_pdf().unwrap()).texts[0].contains("Aucune ligne"));
}
