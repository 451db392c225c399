use super::*;
use crate::sift::{Sieve, Sifted};
use proptest::prelude::*;

const HEADER: &str = "reference,title,description,city,contract,published_on,skills";

/// What the sieve makes of a file: `+reference` for an offer, `-line field code (reference)` for a refused row.
fn sifted(format: ImportFormat, file: &[u8]) -> Result<Vec<String>, FileFault> {
    let mut sieve = Sieve::default();
    let told = open(format, file, jiff::civil::date(2026, 4, 1))?.map(|row| match sieve.sift(&row) {
        Sifted::Accepted(draft) => format!("+{}", draft.reference),
        Sifted::Rejected { reference, errors } => {
            let errors: Vec<_> =
                errors.iter().map(|e| format!("{} {} {}", e.line, e.field, e.code)).collect();
            format!("-{} ({})", errors.join(", "), reference.unwrap_or_default())
        }
    });
    Ok(told.collect())
}

fn csv(rows: &str) -> Result<Vec<String>, FileFault> {
    sifted(ImportFormat::Csv, format!("{HEADER}\n{rows}").as_bytes())
}

fn jsonl(lines: &str) -> Vec<String> {
    sifted(ImportFormat::Jsonl, lines.as_bytes()).unwrap()
}

#[test]
fn csv_rows() {
    let control = "A,a\u{0}b,Fait du pain,Lille,CDI,2026-03-31,";
    let long = format!("A,{},Fait du pain,Lille,CDI,2026-03-31,", "x".repeat(301));
    for (rows, told) in [
        ("A,Boulanger,Fait du pain,Lille,CDI,2026-03-31,pain|levain", vec!["+A"]),
        ("A,Boulanger,\"Fait, \"\"du\"\"\npain\",Lille,CDI,2026-03-31,", vec!["+A"]),
        (
            "A,Boulanger,Fait du pain,Lille,CDI,2026-03-31,\r\nB,Boulanger,Fait,Lille,CDI,2026-03-31,\r\n",
            vec!["+A", "+B"],
        ),
        ("\n,,,,,,\n  , ,,,,,\nA,Boulanger,Fait,Lille,CDI,2026-03-31,\n\n", vec!["+A"]),
        ("A,Boulanger,Fait du pain,Lille,CDI", vec!["-2 row column-count (A)"]),
        ("A,Boulanger,Fait du pain,Lille,CDI,2026-03-31,,", vec!["-2 row column-count (A)"]),
        ("A,,Fait,Lille,bail,2026-03-31,", vec!["-2 title missing, 2 contract unknown-value (A)"]),
        (",Boulanger,Fait,Lille,CDI,2026-03-31,", vec!["-2 reference missing ()"]),
        (control, vec!["-2 title control-character (A)"]),
        (&long, vec!["-2 title too-long (A)"]),
        (
            "A,Boulanger,Fait,Lille,CDI,2026-03-31,\n A ,Autre,Fait,Lille,CDD,2026-03-31,",
            vec!["+A", "-3 reference duplicate-reference (A)"],
        ),
        (
            "A,,Fait,Lille,CDI,2026-03-31,\nA,Boulanger,Fait,Lille,CDI,2026-03-31,",
            vec!["-2 title missing (A)", "+A"],
        ),
        (
            "A,Boulanger,\"deux\nlignes\",Lille,CDI,2026-03-31,\nB,,x,Lille,CDI,2026-03-31,",
            vec!["+A", "-4 title missing (B)"],
        ),
        (
            "A,Boulanger,Fait,Lille,CDI,2026-03-31,\r\nB,,x,Lille,CDI,2026-03-31,\r\n\r\nC,,x,Lille,CDI,2026-03-31,\r\n",
            vec!["+A", "-3 title missing (B)", "-5 title missing (C)"],
        ),
    ] {
        assert_eq!(csv(rows).unwrap(), told, "{rows}");
    }
}

#[test]
fn csv_headers() {
    let row = "Boulanger,A,Fait,Lille,CDI,2026-03-31";
    for (file, told) in [
        (format!("title,reference,description,city,contract,published_on\n{row}"), Ok(vec!["+A".to_owned()])),
        (
            format!("\u{feff}Title, REFERENCE ,description,city,contract,published_on\n{row}"),
            Ok(vec!["+A".to_owned()]),
        ),
        (
            format!(
                "title;reference;description;city;contract;published_on;internal\n{};x,y",
                row.replace(',', ";")
            ),
            Ok(vec!["+A".to_owned()]),
        ),
        (
            format!("\n\ntitle,reference,description,city,contract,published_on\n{row}"),
            Ok(vec!["+A".to_owned()]),
        ),
        (
            format!("reference,description,city,contract,published_on\n{row}"),
            Err(FileFault::MissingColumn("title")),
        ),
        ("{\"reference\":\"A\"}".to_owned(), Err(FileFault::MissingColumn("reference"))),
        (format!("{HEADER},city\n"), Err(FileFault::DuplicateColumn("city"))),
        (HEADER.to_owned(), Ok(vec![])),
    ] {
        assert_eq!(sifted(ImportFormat::Csv, file.as_bytes()), told, "{file}");
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_condemns_the_file() {
    let good = "B,Boulanger,Fait,Lille,CDI,2026-03-31,\n";
    for (rows, closed) in [
        (format!("A,Boulanger,\"Fait,Lille,CDI,2026-03-31,\n{good}"), false),
        (format!("A,Boulanger,\"Fait\"\"\",Lille,CDI,2026-03-31,\n{good}"), true),
        (format!("A,Boulanger,\"Fait\"\",Lille,CDI,2026-03-31,\n{good}"), false),
        (format!("A,Boulanger,5\" de pain,Lille,CDI,2026-03-31,\n{good}"), true),
        (format!("A,Boulanger,\"Fait\" mal,Lille,CDI,2026-03-31,\n{good}"), true),
        ("A,Boulanger,Fait,Lille,CDI,2026-03-31,\"pain\"".to_owned(), true),
        ("A,Boulanger,Fait,Lille,CDI,2026-03-31,\"".to_owned(), false),
    ] {
        assert_eq!(csv(&rows) != Err(FileFault::UnterminatedQuote), closed, "{rows}");
    }
}

#[test]
fn json_lines() {
    let good = r#"{"reference":"A","title":"Boulanger","description":"Fait","city":"Lille","contract":"CDI","published_on":"2026-03-31""#;
    let deep = format!("{good},\"x\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    for (line, told) in [
        (format!("{good}}}"), vec!["+A"]),
        (format!("\n \r\n{good}}}\r\n\n"), vec!["+A"]),
        (
            format!(
                "{good},\"skills\":[\"pain\",\"levain\"],\"remote\":true,\"salary_min\":null,\"other\":{{}}}}"
            ),
            vec!["+A"],
        ),
        (format!("{good},\"salary_min\":2000.0,\"salary_period\":\"month\"}}"), vec!["+A"]),
        (good.replace("\"A\"", "7") + "}", vec!["+7"]),
        (good.replace("\"A\"", "123456789012345678901234567890") + "}", vec!["-1 reference invalid-type ()"]),
        (good.to_owned(), vec!["-1 row malformed-json (A)"]),
        (format!("{good},\"skills\":[\"pa"), vec!["-1 row malformed-json (A)"]),
        (format!("{good}}} {good}}}"), vec!["-1 row malformed-json (A)"]),
        ("{\"reference\":\"A".to_owned(), vec!["-1 row malformed-json ()"]),
        (format!("{good},\"skills\":[1]}}"), vec!["-1 skills invalid-type (A)"]),
        (format!("{good},\"company\":{{\"name\":\"x\"}}}}"), vec!["-1 company invalid-type (A)"]),
        (format!("{good},\"company\":[]}}"), vec!["-1 company invalid-type (A)"]),
        (format!("[{good}}}]"), vec!["-1 row not-an-object ()"]),
        (
            "null\n3\n\"A\"".to_owned(),
            vec!["-1 row not-an-object ()", "-2 row not-an-object ()", "-3 row not-an-object ()"],
        ),
        (deep, vec!["-1 row malformed-json (A)"]),
        (format!("\u{feff}{good}}}\n{{"), vec!["+A", "-2 row malformed-json ()"]),
    ] {
        assert_eq!(jsonl(&line), told, "{line}");
    }
}

#[test]
fn files_that_cannot_be_used() {
    for (file, fault) in [
        (&b""[..], FileFault::Empty),
        (b"\xef\xbb\xbf", FileFault::Empty),
        (b" \r\n\n", FileFault::Empty),
        (b"reference\xff", FileFault::NotUtf8),
        (b"\xff\xfer\0e\0f\0", FileFault::NotUtf8),
        (b"PK\x03\x04\xe9", FileFault::NotUtf8),
    ] {
        for format in [ImportFormat::Csv, ImportFormat::Jsonl] {
            assert_eq!(sifted(format, file), Err(fault.clone()), "{file:?}");
        }
    }
}

#[test]
fn no_refusal_repeats_what_the_row_says() {
    let told = csv("A,x,Fait,Lille,camille@example.org,camille@example.org,").unwrap().join("\n");
    assert!(told.starts_with('-') && !told.contains("camille"), "{told}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in [ImportFormat::Csv, ImportFormat::Jsonl] {
            let _ = sifted(format, &bytes);
        }
    }

    #[test]
    fn any_text_below_a_good_header_is_read_without_a_panic(text in "[\\PC\",;\r\n{}\\[\\]:]{0,300}") {
        let _ = csv(&text);
        let _ = sifted(ImportFormat::Jsonl, text.as_bytes());
    }

    #[test]
    fn closing_marks_are_judged_as_the_reader_judges_them(text in "[a\",\n]{0,40}") {
        // A file that is not condemned reads the same when a further row is put behind it.
        if let Ok(rows) = csv(&text) {
            let more = csv(&format!("{text}\nZ,Boulanger,Fait,Lille,CDI,2026-03-31,")).unwrap();
            prop_assert_eq!(more.len(), rows.len() + 1);
            prop_assert_eq!(more.last().map(String::as_str), Some("+Z"));
        }
    }
}
