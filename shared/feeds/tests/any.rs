//! Whatever the bytes: no panic; and what a feed says arrives as it was said.

use proptest::prelude::*;
use vivier_feeds::{Container, Mapping, detect, formats};

const FIELDS: [&str; 6] = ["reference", "title", "description", "company", "city", "occupation"];

/// A mapping that changes nothing.
fn identity(head: &str) -> Mapping {
    let columns = FIELDS.map(|field| format!("{field} = '{field}'\n")).concat();
    let rest = "contract = { default = 'CDI' }\npublished_on = { default = 'today' }";
    Mapping::parse(&format!("{head}\n[columns]\n{columns}{rest}")).expect("a mapping")
}

fn read_all(mapping: &Mapping, bytes: &[u8]) {
    if let Ok(records) = mapping.read(bytes, jiff::civil::date(2026, 3, 2)) {
        for record in records {
            let _ = record.map(|record| record.fields().count());
        }
    }
}

/// What a record should say: all of a description, elsewhere single spaces, and nothing for blanks.
fn said(texts: &[String]) -> Vec<Option<String>> {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let texts = FIELDS.iter().zip(texts).map(|(field, text)| match *field {
        "description" => text.trim().to_owned(),
        _ => line(text),
    });
    texts.map(|text| Some(text).filter(|text| !text.is_empty())).collect()
}

fn heard(mapping: &Mapping, file: &str) -> Vec<Option<String>> {
    let mut records = mapping.read(file.as_bytes(), jiff::civil::date(2026, 3, 2)).expect("a feed");
    let record = records.next().expect("a record").expect("a whole feed");
    assert!(record.fault.is_none() && records.next().is_none());
    FIELDS.iter().map(|field| record.get(field).map(str::to_owned)).collect()
}

proptest! {
    #[test]
    fn bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = detect(&bytes);
        for (_, mapping) in formats() {
            read_all(mapping, &bytes);
        }
    }

    #[test]
    fn markup_is_read_without_a_panic(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "<jobs>", "</jobs>", "<job>", "</job>", "<job/>", "<title>", "</title>", "<url>", "</url>", "<a b='&lt;", "'>",
                "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>", "<!DOCTYPE a [", "]>", "&amp;", "&#", ";", "é", "x", "\n",
                "[", "]", "{", "}", "\"ads\"", "\"reference\"", ":", ",", "null", "1e99", "\\ud800", "\u{feff}", "<p>", "<li>",
            ]),
            0..60,
        )
    ) {
        let file = pieces.concat();
        let _ = detect(file.as_bytes());
        for (_, mapping) in formats() {
            read_all(mapping, file.as_bytes());
        }
    }

    #[test]
    fn values_take_every_step_without_a_panic(text in "\\PC{0,60}|[<>&;/a-z0-9 ,.€k%()é-]{0,60}|[0-9 .,k€]{0,40}") {
        let json = serde_json::to_string(&text).unwrap();
        for (name, mapping) in formats().filter(|(_, mapping)| mapping.container() == Container::Json) {
            let keys = "title,description,description1Formatted,mission,salaryRange,label,education_level,experience_level,published_at";
            let members: Vec<String> = keys.split(',').map(|key| format!("\"{key}\":{json}")).collect();
            let record = format!("{{{},\"salaryRange\":{{\"label\":{json}}},\"salary\":{{\"min\":{json},\"kind\":{json}}}}}", members.join(","));
            read_all(mapping, if name == "decathlon" { format!("{{\"ads\":[{record}]}}") } else { record }.as_bytes());
        }
    }

    #[test]
    fn xml_says_what_was_said(texts in proptest::collection::vec("[^\\x00-\\x08\\x0b-\\x1f\\x7f\u{fffe}\u{ffff}\r]{0,40}", 6)) {
        let mapping = identity("container = 'xml'\nrecords = 'jobs/job'");
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&#62;");
        let inner: Vec<String> =
            FIELDS.iter().zip(&texts).map(|(field, text)| format!("<{field}>{}</{field}>", escaped(text))).collect();
        prop_assert_eq!(heard(&mapping, &format!("<jobs><job>{}</job></jobs>", inner.concat())), said(&texts));
    }

    #[test]
    fn json_says_what_was_said(texts in proptest::collection::vec("\\PC{0,40}|(?s:.{0,20})", 6)) {
        let mapping = identity("container = 'json'");
        let record: serde_json::Map<_, _> = FIELDS.iter().zip(&texts).map(|(field, text)| ((*field).to_owned(), text.clone().into())).collect();
        prop_assert_eq!(heard(&mapping, &serde_json::to_string(&record).unwrap()), said(&texts));
    }

    #[test]
    fn a_table_says_what_was_said(texts in proptest::collection::vec("(?s:.{0,30})", 6)) {
        prop_assume!(texts.iter().any(|text| !text.trim().is_empty()));
        let mapping = identity("container = 'csv'");
        let quoted: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
        prop_assert_eq!(heard(&mapping, &format!("{}\n{}\n", FIELDS.join(","), quoted.join(","))), said(&texts));
    }

    #[test]
    fn a_mapping_is_parsed_without_a_panic(text in "(container|records|columns|extends|title|\\[|\\]|=|'|\\{|\\}|,|xml|apec|\n| ){0,30}") {
        let _ = Mapping::parse(&text);
    }
}
