//! Files that the tests make themselves.
#![expect(clippy::unwrap_used, reason = "made for tests only: what cannot be made ends the test")]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

/// A ZIP archive of parts.
pub(crate) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Word document of this body, with the styles `Titre1` and `Titre2` of a French Word.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    archive(&[
        (
            "word/document.xml",
            &format!(r#"<w:document xmlns:w="w" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#),
        ),
        (
            "word/styles.xml",
            r#"<w:styles xmlns:w="w">
                <w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>
                <w:style w:styleId="Titre2"><w:name w:val="Rubrique"/><w:basedOn w:val="Base2"/></w:style>
                <w:style w:styleId="Base2"><w:name w:val="Base 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
                <w:style w:styleId="Anneau"><w:name w:val="ring"/><w:basedOn w:val="Anneau"/></w:style>
            </w:styles>"#,
        ),
    ])
}

pub(crate) fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A PDF of one line of Latin text a page; `None` is a page without text.
pub(crate) fn pdf(pages: &[Option<&str>]) -> Vec<u8> {
    let draw = |text: &str| format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET");
    let drawn: Vec<String> = pages.iter().map(|text| text.map(draw).unwrap_or_default()).collect();
    drawn_with(&drawn.iter().map(String::as_str).collect::<Vec<_>>(), "", &[])
}

/// Pages with resources, of which `others` are objects from 4 on.
pub(crate) fn drawn_with(pages: &[&str], resources: &str, others: &[Vec<u8>]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>".to_vec(),
        Vec::new(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    objects.extend_from_slice(others);
    let mut kids = String::new();
    for drawn in pages {
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()).into_bytes());
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> {resources} >> >>",
                objects.len()
            )
            .into_bytes(),
        );
        write!(kids, "{} 0 R ", objects.len()).unwrap();
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len()).into_bytes();
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        file.extend_from_slice(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let trailer =
        format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.extend(trailer.into_bytes());
    file
}
