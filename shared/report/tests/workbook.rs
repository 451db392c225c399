//! What a workbook is beside its cells.

mod common;

use common::{activity, empty, of_table, of_texts, read};
use vivier_domain::member::Language;
use vivier_report::{Block, Cell, Kind, Report, Table};

#[test]
fn headers_are_frozen_and_filtered_and_charts_native() {
    let bytes = activity(Language::Fr).to_xlsx().unwrap();
    let sheet = read::part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(
        sheet.contains(r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#),
        "frozen"
    );
    assert!(sheet.contains(r#"<autoFilter ref="A1:G31"/>"#), "the totals row is not filtered");
    assert!(sheet.contains("<cols>"));
    for (chart, kind) in [("xl/charts/chart1.xml", "<c:lineChart>"), ("xl/charts/chart2.xml", "<c:barChart>")]
    {
        let chart = read::part(&bytes, chart);
        assert!(chart.contains(kind));
        assert!(chart.contains("'Données des graphiques'!"));
    }
    let drawing = read::part(&bytes, "xl/drawings/drawing1.xml");
    assert!(drawing.contains("descr=\"Courbe"), "charts have words");
}

#[test]
fn nobody_is_named_and_the_moment_is_the_reports() {
    let bytes = activity(Language::Fr).to_xlsx().unwrap();
    let core = read::part(&bytes, "docProps/core.xml");
    assert!(core.contains("<dc:creator></dc:creator>"), "{core}");
    assert!(core.contains("<cp:lastModifiedBy></cp:lastModifiedBy>"), "{core}");
    assert!(core.contains("2026-12-01T05:30:00Z"), "{core}");
}

#[test]
fn formats_are_those_of_the_language() {
    for (language, formats) in [
        (Language::Fr, ["dd/mm/yyyy", "#,##0.0&quot;\u{202f}&quot;%", "[h]:mm:ss", "dd/mm/yyyy hh:mm"]),
        (Language::En, ["[$-809]d mmm yyyy", "#,##0.0%", "[h]:mm:ss", "[$-809]d mmm yyyy hh:mm"]),
    ] {
        let styles = read::part(&activity(language).to_xlsx().unwrap(), "xl/styles.xml");
        for format in formats {
            assert!(styles.contains(format), "{format}: {styles:.2000}");
        }
        // A text that looks like a formula stays a text when its cell is edited.
        let bytes = of_table(language, of_texts(&["=1+1"])).to_xlsx().unwrap();
        assert!(read::part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    }
}

#[test]
fn sheets_have_names_whatever_tables_are_called() {
    let titles = ["Synthèse", "synthèse", "a/b", "", "x".repeat(80).as_str()].map(|title| match title {
        "" => "[]".to_owned(),
        title => title.to_owned(),
    });
    let tables = titles.iter().enumerate().map(|(at, title)| {
        Block::Table(Table { key: format!("t{at}"), title: title.clone(), ..of_texts(&["a"]) })
    });
    let report = Report { blocks: tables.collect(), ..empty(Language::Fr) };
    let sheets = read::xlsx(&report.to_xlsx().unwrap());
    let names: Vec<_> = sheets.iter().map(|(name, _)| name.clone()).collect();
    let cut = "x".repeat(31);
    assert_eq!(names, ["Synthèse", "Synthèse (2)", "synthèse (3)", "a b", "Table", &cut]);
}

#[test]
fn days_and_hours_are_the_tenants_also_when_clocks_change() {
    let moments =
        ["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];
    let mut table = of_texts(&[]);
    table.columns[0].kind = Kind::Moment;
    table.rows = moments.map(|moment| vec![Cell::Moment(moment.parse().unwrap()), Cell::Empty]).to_vec();
    let sheets = read::xlsx(&of_table(Language::Fr, table).to_xlsx().unwrap());
    let hours = sheets[1].1.rows().skip(1).map(|row| match &row[0] {
        calamine::Data::DateTime(date) => {
            let (.., hour, minute, _, _) = date.to_ymd_hms_milli();
            format!("{hour:02}:{minute:02}")
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(hours.collect::<Vec<_>>(), ["01:59", "03:00", "02:30", "02:30"]);
}
