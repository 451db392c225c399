//! Office files that the tests make themselves.
#![expect(clippy::unwrap_used, reason = "made for tests only: what cannot be made ends the test")]

use std::fmt::Write as _;

use crate::files::archive;

pub(crate) fn styled(style: &str, text: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#)
}

/// A presentation whose slides are these XML shapes, listed in reverse order of their file names.
pub(crate) fn pptx(slides: &[&str]) -> Vec<u8> {
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (i, shapes) in slides.iter().enumerate() {
        let file = slides.len() - i;
        write!(list, r#"<p:sldId id="{}" r:id="r{file}"/>"#, 256 + i).unwrap();
        write!(relations, r#"<Relationship Id="r{file}" Type="x/slide" Target="slides/slide{file}.xml"/>"#)
            .unwrap();
        parts.push((
            format!("ppt/slides/slide{file}.xml"),
            format!(r#"<p:sld xmlns:p="p" xmlns:a="a">{shapes}</p:sld>"#),
        ));
    }
    parts.push((
        "ppt/presentation.xml".into(),
        format!(
            r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>{list}</p:sldIdLst><p:sldSz cx="1000" cy="800"/></p:presentation>"#
        ),
    ));
    parts.push((
        "ppt/_rels/presentation.xml.rels".into(),
        format!("<Relationships>{relations}</Relationships>"),
    ));
    archive(&parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect::<Vec<_>>())
}

pub(crate) fn shape(placeholder: &str, text: &str) -> String {
    format!(
        r#"<p:sp><p:nvSpPr><p:nvPr><p:ph type="{placeholder}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"#
    )
}

/// A presentation of one slide, with the attributes and content of the slide, its layout and its master. Its theme has white
/// paper, and backgrounds of one colour, a shaded one and a gradient.
pub(crate) fn staged(slide: (&str, &str), layout: (&str, &str), master: (&str, &str)) -> Vec<u8> {
    let part = |name: &str, (attributes, content): (&str, &str)| {
        format!(r#"<p:{name} xmlns:p="p" xmlns:a="a" {attributes}>{content}</p:{name}>"#)
    };
    let relation = |kind: &str, part: &str| {
        format!(
            r#"<Relationships><Relationship Id="r1" Type="x/{kind}" Target="/ppt/{part}"/></Relationships>"#
        )
    };
    let theme = r#"<a:theme xmlns:a="a"><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:bgFillStyleLst>
        <a:solidFill><a:schemeClr val="phClr"/></a:solidFill>
        <a:solidFill><a:schemeClr val="phClr"><a:shade val="50000"/></a:schemeClr></a:solidFill>
        <a:gradFill/></a:bgFillStyleLst></a:theme>"#;
    archive(&[
        (
            "ppt/presentation.xml",
            r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst><p:sldSz cx="1000" cy="800"/></p:presentation>"#,
        ),
        ("ppt/_rels/presentation.xml.rels", &relation("slide", "slides/slide1.xml")),
        ("ppt/slides/slide1.xml", &part("sld", slide)),
        ("ppt/slides/_rels/slide1.xml.rels", &relation("slideLayout", "slideLayouts/slideLayout1.xml")),
        ("ppt/slideLayouts/slideLayout1.xml", &part("sldLayout", layout)),
        (
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
            &relation("slideMaster", "slideMasters/slideMaster1.xml"),
        ),
        ("ppt/slideMasters/slideMaster1.xml", &part("sldMaster", master)),
        ("ppt/slideMasters/_rels/slideMaster1.xml.rels", &relation("theme", "theme/theme1.xml")),
        ("ppt/theme/theme1.xml", theme),
    ])
}

/// A workbook of sheets: name, whether it is visible, XML of its rows.
pub(crate) fn xlsx(sheets: &[(&str, bool, &str)]) -> Vec<u8> {
    let sheets: Vec<_> = sheets
        .iter()
        .map(|(name, visible, rows)| (*name, *visible, format!("<sheetData>{rows}</sheetData>")))
        .collect();
    workbook(&sheets, &[])
}

/// A workbook of sheets, by name, whether they are visible, and their XML; with other parts.
pub(crate) fn workbook(sheets: &[(&str, bool, String)], others: &[(&str, &str)]) -> Vec<u8> {
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts: Vec<_> =
        others.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect();
    for (i, (name, visible, content)) in sheets.iter().enumerate() {
        let state = if *visible { "visible" } else { "hidden" };
        write!(list, r#"<sheet name="{name}" sheetId="{0}" state="{state}" r:id="r{0}"/>"#, i + 1).unwrap();
        write!(
            relations,
            r#"<Relationship Id="r{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{0}.xml"/>"#,
            i + 1
        )
        .unwrap();
        let xml = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{content}</worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{}.xml", i + 1), xml));
    }
    parts.push((
        "xl/workbook.xml".into(),
        format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets></workbook>"#
        ),
    ));
    parts.push((
        "_rels/.rels".into(),
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.into(),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#),
    ));
    archive(&parts.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect::<Vec<_>>())
}

/// A row of text cells from column A.
pub(crate) fn row(number: u32, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .map(|(cell, column)| match cell.parse::<f64>() {
            Ok(figure) => format!(r#"<c r="{column}{number}"><v>{figure}</v></c>"#),
            Err(_) => format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{cell}</t></is></c>"#),
        })
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}
