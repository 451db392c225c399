//! What comes out of each format, in this process. PDF is read in `guard.rs`, which can name the library.
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod files;
mod hidden;
mod legacy;
mod mails;
mod markup;
mod office;
mod open;

use vivier_text::extract::{self, Format};
use vivier_text::{BlockKind, ExtractError, Extracted, Flag, Hint, Language, Place};

fn named(name: &str) -> Hint<'_> {
    Hint { media_type: None, file_name: Some(name) }
}

fn read(bytes: &[u8], hint: Hint<'_>) -> Result<Extracted, ExtractError> {
    extract::read(bytes, hint, None)
}

#[track_caller]
fn ok(bytes: &[u8], name: &str) -> Extracted {
    read(bytes, named(name)).unwrap()
}

fn texts(found: &Extracted) -> Vec<&str> {
    found.blocks.iter().map(|block| block.text.as_str()).collect()
}

fn section(headings: &[&str]) -> Place {
    Place::Section { headings: headings.iter().map(|&heading| heading.to_owned()).collect() }
}

mod txt {
    use super::*;

    #[test]
    fn paragraphs_and_lines() {
        let found = ok("Titre\n\nUn paragraphe\nsur deux lignes.\r\n\r\n\r\nFin.".as_bytes(), "a.txt");
        assert_eq!(texts(&found), ["Titre", "Un paragraphe sur deux lignes.", "Fin."]);
        assert_eq!(found.blocks[2].place, Place::Line { line: 7 });
        assert_eq!(found.language, Some(Language::Fr));
    }

    #[test]
    fn latin_1_and_broken_utf_8() {
        assert_eq!(
            texts(&ok(b"Cong\xe9s pay\xe9s, d\xe9j\xe0 pos\xe9s", "a.txt")),
            ["Congés payés, déjà posés"]
        );
        assert_eq!(
            ok("é".repeat(50).as_bytes().split_last().unwrap().1, "a.txt")
                .text()
                .chars()
                .filter(|c| *c == 'é')
                .count(),
            49
        );
    }

    #[test]
    fn direction_marks_and_zero_widths_are_gone() {
        assert_eq!(texts(&ok("sal\u{200b}aire \u{202e}caché".as_bytes(), "a.txt")), ["salaire caché"]);
    }
}

mod csv {
    use super::*;

    #[test]
    fn separators_and_names() {
        for separator in [",", ";", "\t"] {
            let source = ["Ville,Poste", "Lyon,Soudeur", "\"Saint-Denis\",\"Chef\nde rang\""]
                .join("\n")
                .replace(',', separator);
            let found = ok(source.as_bytes(), "a.csv");
            assert_eq!(
                texts(&found),
                ["Ville | Poste", "Ville: Lyon | Poste: Soudeur", "Ville: Saint-Denis | Poste: Chef de rang"]
            );
            assert_eq!(found.blocks[2].place, Place::Row { sheet: None, row: 3 });
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        for (source, rows) in [
            ("a;b\n1;2\n3;4\n", [1, 2, 3]),
            ("a;b\r\n1;2\r\n3;4\r\n", [1, 2, 3]),
            ("a;b\r\n\r\n1;2\r\n\r\n\r\n3;4", [1, 3, 6]),
            ("a;b\n\n1;\"2\n\n2\"\n3;4\n", [1, 3, 4]),
            ("\n\na;b\n1;2\n3;4\n", [3, 4, 5]),
        ] {
            let found = ok(source.as_bytes(), "a.csv");
            let expected = rows.map(|row| Place::Row { sheet: None, row });
            assert_eq!(
                found.blocks.iter().map(|block| block.place.clone()).collect::<Vec<_>>(),
                expected,
                "{source:?}"
            );
        }
    }

    #[test]
    fn rows_of_any_length() {
        assert_eq!(texts(&ok(b"1,2\n3\n4,5,6\n", "a.csv")), ["1 | 2", "3", "4 | 5 | 6"]);
    }

    #[test]
    fn too_many_columns() {
        assert_eq!(read("a,".repeat(10_000).as_bytes(), named("a.csv")), Err(ExtractError::TooLarge));
    }

    #[test]
    fn a_quote_without_end() {
        assert_eq!(ok(b"a,b\n\"c,d\ne,f\n", "a.csv").blocks.len(), 2);
    }
}

mod docx {
    use super::*;
    use crate::files::{archive, docx, p};
    use crate::office::styled;

    #[test]
    fn headings_by_name_and_by_inherited_level() {
        let found = ok(
            &docx(
                &[
                    styled("Titre1", "Congés"),
                    p("Vingt-cinq."),
                    styled("Titre2", "Report"),
                    styled("Anneau", "Mai."),
                ]
                .concat(),
            ),
            "a.docx",
        );
        assert_eq!(texts(&found), ["Congés", "Vingt-cinq.", "Report", "Mai."]);
        assert_eq!(found.blocks[2].kind, BlockKind::Heading { level: 2 });
        assert_eq!(found.blocks[3].place, section(&["Congés", "Report"]));
    }

    #[test]
    fn tables_with_and_without_names() {
        let row = |header: bool, cells: [&str; 2]| {
            let mark = if header { "<w:trPr><w:tblHeader/></w:trPr>" } else { "" };
            format!("<w:tr>{mark}{}</w:tr>", cells.map(|cell| format!("<w:tc>{}</w:tc>", p(cell))).concat())
        };
        let body = format!(
            "<w:tbl>{}{}</w:tbl><w:tbl>{}</w:tbl>",
            row(true, ["Ville", "Poste"]),
            row(false, ["Lyon", "Chef"]),
            row(false, ["a", "b"])
        );
        assert_eq!(
            texts(&ok(&docx(&body), "a.docx")),
            ["Ville | Poste", "Ville: Lyon | Poste: Chef", "a | b"]
        );
    }

    #[test]
    fn what_is_not_there_to_be_read() {
        let body = "<w:p><w:r><w:t>Un</w:t></w:r><w:del><w:r><w:delText>effacé</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>caché</w:t></w:r>\
            <w:moveFrom><w:r><w:t>parti</w:t></w:r></w:moveFrom><mc:AlternateContent><mc:Choice><w:r><w:t> deux</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>double</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>";
        assert_eq!(texts(&ok(&docx(body), "a.docx")), ["Un deux"]);
    }

    #[test]
    fn entities_are_never_looked_up() {
        let parts = [(
            "word/document.xml",
            r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w"><w:p><w:r><w:t>a&e;b &amp; &#233;</w:t></w:r></w:p></w:document>"#,
        )];
        assert_eq!(texts(&ok(&archive(&parts), "a.docx")), ["ab & é"]);
    }

    #[test]
    fn headers_once_and_notes_last() {
        let header = format!(r#"<w:hdr xmlns:w="w">{}</w:hdr>"#, p("Société Exemple"));
        let parts = [
            ("word/document.xml", &*format!(r#"<w:document xmlns:w="w">{}</w:document>"#, p("Corps"))),
            ("word/header1.xml", &header),
            ("word/header2.xml", &header),
            ("word/footnotes.xml", &format!(r#"<w:footnotes xmlns:w="w">{}</w:footnotes>"#, p("Note"))),
        ];
        assert_eq!(texts(&ok(&archive(&parts), "a.docx")), ["Société Exemple", "Corps", "Note"]);
    }

    #[test]
    fn malformed() {
        let whole = docx(&p("Bonjour"));
        assert_eq!(read(&whole[..whole.len() / 2], named("a.docx")), Err(ExtractError::Corrupt));
        assert_eq!(
            read(&archive(&[("word/document.xml", "<w:document><w:p")]), named("a.docx")),
            Err(ExtractError::Corrupt)
        );
        assert_eq!(read(&docx(""), named("a.docx")), Err(ExtractError::NoText));
        assert_eq!(read(&docx(&"<w:p>".repeat(100_000)), named("a.docx")), Err(ExtractError::Corrupt));
    }

    #[test]
    fn bomb() {
        let bomb = archive(&[("word/document.xml", &" ".repeat(120 << 20))]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(read(&bomb, named("a.docx")), Err(ExtractError::TooLarge));
    }
}

mod pptx {
    use super::*;
    use crate::office::{pptx, shape};

    #[test]
    fn slides_in_the_order_of_the_show() {
        let first =
            [shape("title", "Accueil"), shape("body", "Bienvenue à tous"), shape("sldNum", "1")].concat();
        let table = "<a:tbl><a:tr><a:tc><a:p><a:t>a</a:t></a:p></a:tc><a:tc><a:p><a:t>b</a:t></a:p></a:tc></a:tr></a:tbl>";
        let found = ok(&pptx(&[&first, table]), "a.pptx");
        assert_eq!(texts(&found), ["Accueil", "Bienvenue à tous", "a | b"]);
        assert_eq!(found.blocks[1].place, Place::Slide { slide: 1, title: Some("Accueil".into()) });
        assert_eq!(found.blocks[2].place, Place::Slide { slide: 2, title: None });
        assert_eq!(found.pages, Some(2));
    }

    #[test]
    fn truncated() {
        let whole = pptx(&[&shape("title", "Accueil")]);
        assert_eq!(read(&whole[..whole.len() - 30], named("a.pptx")), Err(ExtractError::Corrupt));
    }
}

mod xlsx {
    use super::*;
    use crate::files::archive;
    use crate::office::{row, xlsx};

    #[test]
    fn rows_of_visible_sheets() {
        let first = [
            row(1, &["Effectifs"]),
            row(3, &["Ville", "Postes"]),
            row(4, &["Lyon", "12"]),
            row(6, &["", "3.5"]),
        ]
        .concat();
        let found = ok(
            &xlsx(&[
                ("Sites", true, &first),
                ("Secret", false, &row(1, &["x"])),
                ("B", true, &row(2, &["y"])),
            ]),
            "a.xlsx",
        );
        assert_eq!(
            texts(&found),
            ["Effectifs", "Ville | Postes", "Ville: Lyon | Postes: 12", "Postes: 3.5", "y"]
        );
        assert_eq!(found.blocks[3].place, Place::Row { sheet: Some("Sites".into()), row: 6 });
        assert_eq!(found.pages, Some(2));
    }

    #[test]
    fn a_cell_in_the_last_corner() {
        let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        assert_eq!(read(&xlsx(&[("A", true, far)]), named("a.xlsx")), Err(ExtractError::TooLarge));
        assert_eq!(
            texts(&ok(
                &xlsx(&[("A", true, r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#)]),
                "a.xlsx"
            )),
            ["1"]
        );
    }

    #[test]
    fn malformed() {
        assert_eq!(
            read(&archive(&[("xl/workbook.xml", "<workbook")]), named("a.xlsx")),
            Err(ExtractError::Corrupt)
        );
        assert_eq!(
            read(&archive(&[("xl/workbook.xml", ""), ("x", &" ".repeat(120 << 20))]), named("a.xlsx")),
            Err(ExtractError::TooLarge)
        );
    }
}

mod claims {
    use super::*;
    use crate::files::{docx, p, pdf};
    use crate::legacy::ole;

    #[test]
    fn the_bytes_decide() {
        for (bytes, name, error) in [
            (&b"MZ\x90\0\x03\0\0\0"[..], "cv.pdf", ExtractError::Mismatch),
            (b"\x89PNG\r\n\x1a\n\0", "a.txt", ExtractError::Mismatch),
            (b"Bonjour", "a.docx", ExtractError::Mismatch),
            (b"{\\rtf1 x}", "a.txt", ExtractError::Mismatch),
            (b"Bonjour", "a.rtf", ExtractError::Mismatch),
            (b"\x00\x01\x02\x03\xff", "a.pdf", ExtractError::Corrupt),
            (b"\x00\x01\x02\x03\xff", "a", ExtractError::Unsupported),
            (b"Bonjour", "a.exe", ExtractError::Unsupported),
            (b"PK\x03\x04 cut", "a.docx", ExtractError::Corrupt),
            (b"", "a.pdf", ExtractError::NoText),
            (b" \n\t", "a.txt", ExtractError::NoText),
        ] {
            assert_eq!(read(bytes, named(name)), Err(error), "{name}");
        }
        assert_eq!(read(&pdf(&[Some("x")]), named("a.docx")), Err(ExtractError::Mismatch));
        assert_eq!(read(&docx(&p("x")), named("a.xlsx")), Err(ExtractError::Mismatch));
    }

    #[test]
    fn without_claims() {
        assert_eq!(read(&docx(&p("x")), Hint::default()).unwrap().format, Format::Docx);
        assert_eq!(read(b"<!DOCTYPE html><p>x", Hint::default()).unwrap().format, Format::Html);
        assert_eq!(read(b"x", Hint::default()).unwrap().format, Format::Txt);
    }

    #[test]
    fn media_type_and_name() {
        let both = |media_type, file_name| Hint { media_type: Some(media_type), file_name: Some(file_name) };
        assert_eq!(read(b"a,b", both("text/plain; charset=utf-8", "a.csv")).unwrap().format, Format::Csv);
        assert_eq!(read(b"a;b", both("application/vnd.ms-excel", "a.csv")).unwrap().format, Format::Csv);
        assert_eq!(
            read(b"# a", Hint { media_type: Some("text/markdown"), file_name: None }).unwrap().format,
            Format::Markdown
        );
        assert_eq!(read(b"x", both("application/pdf", "a.txt")), Err(ExtractError::Mismatch));
        assert_eq!(read(b"x", both("image/png", "a")), Err(ExtractError::Unsupported));
    }

    #[test]
    fn protected_office_files() {
        let broken = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        assert_eq!(read(broken, named("a.docx")), Err(ExtractError::Corrupt));
        let other = ole(&[("/Other", b"x")]);
        assert_eq!(read(&other, named("a.docx")), Err(ExtractError::Mismatch));
        let protected = ole(&[("/EncryptedPackage", b"x")]);
        assert_eq!(read(&protected, named("a.docx")), Err(ExtractError::Encrypted));
    }
}

mod limits {
    use super::*;

    #[test]
    fn characters() {
        assert_eq!(read("mot ".repeat(3_000_000).as_bytes(), named("a.txt")), Err(ExtractError::TooLarge));
    }

    #[test]
    fn codes_are_stable() {
        use ExtractError::{
            Corrupt, Crashed, Encrypted, Mismatch, NoText, OutOfMemory, TimedOut, TooLarge, Unavailable,
            Unsupported,
        };
        let all = [
            Unsupported,
            Mismatch,
            Encrypted,
            Corrupt,
            TooLarge,
            NoText,
            TimedOut,
            OutOfMemory,
            Crashed,
            Unavailable,
        ];
        assert_eq!(
            all.map(ExtractError::code).join(" "),
            "unsupported mismatch encrypted corrupt too_large no_text timed_out out_of_memory crashed unavailable"
        );
        for error in all {
            assert_eq!(serde_json::to_string(&error).unwrap(), format!("\"{}\"", error.code()));
        }
    }
}
