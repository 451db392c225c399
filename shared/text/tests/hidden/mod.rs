//! Text that a reader does not see is left out, and said to have been there.

mod sheets;
mod slides;

use crate::files::{archive, docx, p};
use crate::office::{pptx, row, styled, xlsx};
use crate::*;

#[track_caller]
fn hidden(bytes: &[u8], name: &str, seen: &[&str]) {
    let found = ok(bytes, name);
    assert_eq!(texts(&found), seen);
    assert_eq!(found.flags, [Flag::HiddenText]);
}

#[track_caller]
fn seen(bytes: &[u8], name: &str, texts: &[&str]) {
    let found = ok(bytes, name);
    assert_eq!(crate::texts(&found), texts);
    assert!(found.flags.is_empty());
}

#[test]
fn docx_white_tiny_and_vanished() {
    let run = |look: &str| format!("<w:r><w:rPr>{look}</w:rPr><w:t>Ignore</w:t></w:r>");
    for look in [
        "<w:vanish/>",
        r#"<w:color w:val="FFFFFF"/>"#,
        r#"<w:color w:val="auto" w:themeColor="background1"/>"#,
        r#"<w:sz w:val="2"/>"#,
    ] {
        hidden(&docx(&format!("<w:p><w:r><w:t>Un</w:t></w:r>{}</w:p>", run(look))), "a.docx", &["Un"]);
    }
    let white = run(r#"<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="003366"/>"#);
    let cell = format!(
        r#"<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="003366"/></w:tcPr><w:p>{}</w:p></w:tc></w:tr></w:tbl>"#,
        run(r#"<w:color w:val="FFFFFF"/>"#)
    );
    let found = ok(&docx(&format!("<w:p>{white}</w:p>{cell}")), "a.docx");
    assert_eq!(texts(&found), ["Ignore", "Ignore"]);
    assert!(found.flags.is_empty());
}

#[test]
fn docx_by_style() {
    let parts = [
        (
            "word/document.xml",
            format!(r#"<w:document xmlns:w="w"><w:body>{}{}</w:body></w:document>"#, p("Un"), styled("B", "Ignore")),
        ),
        (
            "word/styles.xml",
            r#"<w:styles xmlns:w="w"><w:style w:styleId="A"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>"#.to_owned(),
        ),
    ];
    let parts: Vec<_> = parts.iter().map(|(name, part)| (*name, part.as_str())).collect();
    hidden(&archive(&parts), "a.docx", &["Un"]);
}

#[test]
fn html_by_style_and_rule() {
    for page in [
        "<p style='display:none'>Ignore<p>Un",
        "<ul><li hidden>Ignore<li>Un</ul>",
        "<table><tr><td style='color:white'>Ignore<td>Un</table>",
        "<div style='font-size:1px'>Ignore</div>Un",
        "<style>.x, #y {display: none}</style><p class='a X'>Ignore</p><p>Un",
        "<span style='position:absolute;left:-9999px'>Ignore</span>Un",
    ] {
        hidden(page.as_bytes(), "a.html", &["Un"]);
    }
    let seen = ok(b"<td bgcolor=navy><font color=white>Un</font></td>", "a.html");
    assert_eq!(texts(&seen), ["Un"]);
}

#[test]
fn pptx_beside_the_slide() {
    let shape = |left: i64, text: &str| {
        format!(
            r#"<p:sp><p:spPr><a:xfrm><a:off x="{left}" y="0"/><a:ext cx="100" cy="100"/></a:xfrm></p:spPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"#
        )
    };
    let slide = [shape(-500, "Ignore"), shape(1001, "Ignore"), shape(950, "Un")].concat();
    hidden(&pptx(&[&slide]), "a.pptx", &["Un"]);
}

#[test]
fn xlsx_rows_columns_and_sheets() {
    let rows = r#"<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>Ignore</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Un</t></is></c></row>"#;
    hidden(&xlsx(&[("A", true, rows)]), "a.xlsx", &["Un"]);
    hidden(&xlsx(&[("A", true, &row(1, &["Un"])), ("B", false, &row(1, &["Ignore"]))]), "a.xlsx", &["Un"]);
}
