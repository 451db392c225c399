//! Letters and figures in spreadsheets that nobody sees.

use super::{hidden, seen};
use crate::office::workbook;

/// Styles from 1 on: white, nearly white, white of the theme, white by its number, tiny, a format that shows nothing; white on
/// white, on blue, on a gradient, on a pattern; shaded white of the theme, grey of no known size, a format that shows text alone.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <numFmts><numFmt numFmtId="164" formatCode=";;;"/><numFmt numFmtId="165" formatCode=";;;@"/></numFmts>
    <fonts>
        <font><sz val="11"/><color theme="1"/></font>
        <font><sz val="11"/><color rgb="FFFFFFFF"/></font>
        <font><color rgb="00F8F8F8"/></font>
        <font><color theme="0"/></font>
        <font><color indexed="9"/></font>
        <font><sz val="1"/></font>
        <font><color theme="0" tint="-0.5"/></font>
        <font><sz val="0"/><color rgb="FFE0E0E0"/></font>
    </fonts>
    <fills>
        <fill><patternFill patternType="none"/></fill>
        <fill><patternFill patternType="gray125"/></fill>
        <fill><patternFill patternType="solid"><fgColor rgb="FFFFFFFF"/><bgColor indexed="64"/></patternFill></fill>
        <fill><patternFill patternType="solid"><fgColor rgb="FF003366"/></patternFill></fill>
        <fill><gradientFill><stop position="0"><color rgb="FFFFFFFF"/></stop></gradientFill></fill>
    </fills>
    <cellStyleXfs><xf numFmtId="0" fontId="1" fillId="0"/></cellStyleXfs>
    <cellXfs>
        <xf numFmtId="0" fontId="0" fillId="0"/>
        <xf numFmtId="0" fontId="1" fillId="0"/>
        <xf numFmtId="0" fontId="2" fillId="0"/>
        <xf numFmtId="0" fontId="3" fillId="0"/>
        <xf numFmtId="0" fontId="4" fillId="0"/>
        <xf numFmtId="0" fontId="5" fillId="3"/>
        <xf numFmtId="164" fontId="0" fillId="3"/>
        <xf numFmtId="0" fontId="1" fillId="2"/>
        <xf numFmtId="0" fontId="1" fillId="3"/>
        <xf numFmtId="0" fontId="1" fillId="4"/>
        <xf numFmtId="0" fontId="1" fillId="1"/>
        <xf numFmtId="0" fontId="6" fillId="0"/>
        <xf numFmtId="0" fontId="7" fillId="0"/>
        <xf numFmtId="165" fontId="0" fillId="3"/>
    </cellXfs>
    <dxfs><dxf><font><color rgb="FFFFFFFF"/></font><fill><patternFill patternType="none"/></fill></dxf></dxfs>
</styleSheet>"#;
const WHITE: usize = 1;
const TINY: usize = 5;
const BLANK: usize = 6;
const ON_BLUE: usize = 8;

/// Row 1 with `Un` in A1 and this in B1.
fn rows(cell: &str) -> String {
    format!(r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Un</t></is></c>{cell}</row></sheetData>"#)
}

/// A cell of a style.
fn cell(style: usize) -> String {
    format!(r#"<c r="B1" s="{style}" t="inlineStr"><is><t>Deux</t></is></c>"#)
}

fn book(content: String, others: &[(&str, &str)]) -> Vec<u8> {
    workbook(&[("A", true, content)], &[others, &[("xl/styles.xml", STYLES)]].concat())
}

#[test]
fn styles() {
    for style in [1, 2, 3, 4, TINY, BLANK, 7] {
        hidden(&book(rows(&cell(style)), &[]), "a.xlsx", &["Un"]);
    }
    for style in [0, ON_BLUE, 9, 10, 11, 12, 13, 99] {
        seen(&book(rows(&cell(style)), &[]), "a.xlsx", &["Un | Deux"]);
    }
    let figure = format!(r#"<c s="{WHITE}"><v>12</v></c><c><v>34</v></c>"#);
    hidden(&book(rows(&figure), &[]), "a.xlsx", &["Un | 34"]);
    let blank = format!(r#"<c s="{WHITE}" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>"#);
    seen(&book(rows(&blank), &[]), "a.xlsx", &["Un"]);
}

#[test]
fn colors_of_the_workbook() {
    let themed = rows(&cell(3));
    let theme =
        |paper: &str| format!(r#"<a:theme xmlns:a="a"><a:lt1><a:srgbClr val="{paper}"/></a:lt1></a:theme>"#);
    hidden(&book(themed.clone(), &[("xl/theme/theme1.xml", &theme("FFFFFF"))]), "a.xlsx", &["Un"]);
    seen(&book(themed, &[("xl/theme/theme1.xml", &theme("1F2937"))]), "a.xlsx", &["Un | Deux"]);
    let own = STYLES.replace(
        "<dxfs>",
        r#"<colors><indexedColors><rgbColor rgb="FF000000"/></indexedColors></colors><dxfs>"#,
    );
    let numbered = [("A", true, rows(&cell(4)))];
    hidden(&workbook(&numbered, &[("xl/styles.xml", STYLES)]), "a.xlsx", &["Un"]);
    seen(&workbook(&numbered, &[("xl/styles.xml", &own)]), "a.xlsx", &["Un | Deux"]);
}

#[test]
fn conditional_formats_and_pictures() {
    let under = |after: &str| [&rows(&cell(WHITE)), after].concat();
    let condition =
        |range: &str| format!(r#"<conditionalFormatting sqref="{range}"><cfRule/></conditionalFormatting>"#);
    let newer = |range: &str| {
        format!(
            r#"<extLst><x14:conditionalFormatting xmlns:x14="x" xmlns:xm="m"><xm:sqref>{range}</xm:sqref></x14:conditionalFormatting></extLst>"#
        )
    };
    for after in [condition("B2:C9 A1"), newer("A1:A9")] {
        hidden(&book(under(&after), &[]), "a.xlsx", &["Un"]);
    }
    for after in [condition("D4 A1:C9"), newer("B1"), condition("B:B"), r#"<picture r:id="r1"/>"#.to_owned()]
    {
        seen(&book(under(&after), &[]), "a.xlsx", &["Un | Deux"]);
    }
    // A condition can show letters, but cannot make them larger; a picture shows white ones.
    let with = |style: usize, after: &str| book([&rows(&cell(style)), after].concat(), &[]);
    seen(&with(BLANK, &condition("A1:C9")), "a.xlsx", &["Un | Deux"]);
    hidden(&with(TINY, &condition("A1:C9")), "a.xlsx", &["Un"]);
    hidden(&with(BLANK, "<picture/>"), "a.xlsx", &["Un"]);
}

#[test]
fn tables() {
    let relations = |kind: &str| {
        format!(
            r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="../tables/table1.xml"/></Relationships>"#
        )
    };
    let with = |kind: &str, table: &str| {
        let parts =
            [("xl/worksheets/_rels/sheet1.xml.rels", &*relations(kind)), ("xl/tables/table1.xml", table)];
        book(rows(&cell(WHITE)), &parts)
    };
    hidden(&with("table", r#"<table ref="A1:A9"/>"#), "a.xlsx", &["Un"]);
    for (kind, table) in [
        ("table", r#"<table ref="A1:B9"/>"#),
        ("pivotTable", r#"<pivotTableDefinition><location ref="B1:D4"/></pivotTableDefinition>"#),
        ("table", "<table/>"),
    ] {
        seen(&with(kind, table), "a.xlsx", &["Un | Deux"]);
    }
}

/// A string of runs: a plain one, and one whose letters look so.
fn rich(look: &str) -> String {
    format!("<r><t>De</t></r><r><rPr>{look}</rPr><t>ux</t></r>")
}

/// The cell in B1 with a shared string, and a cell with the same string inside.
fn both(style: usize, string: &str) -> [Vec<u8>; 2] {
    let shared = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si/><si><t>Deux</t></si><si>{string}</si></sst>"#
    );
    let inside = format!(r#"<c s="{style}" t="inlineStr"><is>{string}</is></c>"#);
    let number = format!(r#"<c s="{style}" t="s"><v>2</v></c>"#);
    [book(rows(&number), &[("xl/sharedStrings.xml", &shared)]), book(rows(&inside), &[])]
}

#[test]
fn runs() {
    let white = r#"<color rgb="FFFFFFFF"/><sz val="11"/>"#;
    for look in [white, r#"<sz val="1"/>"#, r#"<color theme="0"/>"#, r#"<color indexed="9"/>"#] {
        for book in both(0, &rich(look)) {
            hidden(&book, "a.xlsx", &["Un | De"]);
        }
    }
    for (style, look) in [(0, r#"<b/><color rgb="FF003366"/>"#), (ON_BLUE, white), (0, "")] {
        for book in both(style, &rich(look)) {
            seen(&book, "a.xlsx", &["Un | Deux"]);
        }
    }
    // Letters with a look of their own do not take that of the cell.
    for style in [WHITE, TINY] {
        for book in both(style, &rich(r#"<color rgb="FF003366"/><sz val="11"/>"#)) {
            hidden(&book, "a.xlsx", &["Un | ux"]);
        }
    }
    for book in both(BLANK, &rich(r#"<color rgb="FF003366"/>"#)) {
        hidden(&book, "a.xlsx", &["Un"]);
    }
    for book in both(WHITE, &rich("<b/>").replace("De", " ")) {
        seen(&book, "a.xlsx", &["Un | ux"]);
    }
}

#[test]
fn strings_like_a_hidden_one() {
    let shared = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>{}</si><si>{}</si></sst>"#,
        rich(r#"<color rgb="FFFFFFFF"/>"#),
        rich("<b/>")
    );
    let content = "<sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>1</v></c></row></sheetData>";
    hidden(
        &book(content.to_owned(), &[("xl/sharedStrings.xml", &shared)]),
        "a.xlsx",
        &["De | Deux", "De: Deux"],
    );
}
