//! Each built-in format reads a small feed of its shape, of invented companies, to the columns beside it in `samples`.

use std::borrow::Cow;

use vivier_domain::offer::OfferDraft;
use vivier_feeds::{Container, Mapping, detect, formats};

fn sample(name: &str, mapping: &Mapping) -> Vec<u8> {
    let ending = match mapping.container() {
        Container::Xml => "xml",
        Container::Json => "json",
        Container::Csv => "csv",
    };
    let path = format!("{}/tests/samples/{name}.{ending}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The columns of all records, a line each.
fn told(mapping: &Mapping, bytes: &[u8]) -> String {
    let mut lines = Vec::new();
    for record in mapping.read(bytes, jiff::civil::date(2026, 3, 2)).expect("a feed") {
        let record = record.expect("a whole feed");
        lines.push(format!("# {} on line {}\n", record.number, record.line));
        let fields = record.fields();
        lines.extend(fields.map(|(column, text)| format!("{column}: {}\n", text.replace('\n', "\n    |"))));
    }
    lines.concat()
}

#[test]
fn there_are_sixteen() {
    assert_eq!(formats().count(), 16);
    assert!(formats().all(|(_, mapping)| !mapping.about().is_empty()));
}

#[test]
fn columns_are_as_expected() {
    for (name, mapping) in formats() {
        let path = format!("{}/tests/samples/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let told = told(mapping, &sample(name, mapping));
        assert!(told == expected, "{path} should be:\n{told}");
    }
}

#[test]
fn every_record_is_an_offer() {
    for (name, mapping) in formats() {
        let bytes = sample(name, mapping);
        let records = mapping.read(&bytes, jiff::civil::date(2026, 3, 2)).unwrap();
        for record in records.map(Result::unwrap) {
            let draft = OfferDraft::from_fields(&|column| record.get(column).map(Cow::Borrowed));
            assert!(record.fault.is_none() && draft.is_ok(), "{name}, record {}: {draft:?}", record.number);
        }
    }
}

#[test]
fn nobody_is_named() {
    // The samples have recruiters with mails where the partners' feeds have them.
    for (name, mapping) in formats() {
        let told = told(mapping, &sample(name, mapping));
        assert!(!told.contains('@') && !told.contains("X Y"), "{name}: {told}");
    }
}

#[test]
fn formats_are_told_apart() {
    for (name, mapping) in formats() {
        // The detail of one offer is shaped like each of a list.
        let likeliest = name.strip_suffix("-mapper").unwrap_or(name);
        // Told by the host alone: see below.
        if name != "enedis" {
            assert_eq!(detect(&sample(name, mapping)), Some(likeliest), "{name}");
        }
    }
    let at = |host: &str| {
        format!(
            "<offers><offer><reference>1</reference><directUrl>https://{host}/1</directUrl>\
             <jobDescription><title>Soudeur</title></jobDescription></offer></offers>"
        )
    };
    for (host, format) in [
        ("www.enedis.fr", "enedis"),
        ("enedis.fr:443", "enedis"),
        ("www.edf.fr", "edf"),
        ("notenedis.fr", "edf"),
    ] {
        assert_eq!(detect(at(host).as_bytes()), Some(format), "{host}");
    }
    for other in
        ["", "<html><body>x</body></html>", "{}", "[1]", "a,b\n1,2", "\0\u{1}", "<jobs><job/></jobs>"]
    {
        assert_eq!(detect(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn a_long_file_is_known_by_its_beginning() {
    for (name, mapping) in formats().filter(|(name, _)| ["apec", "leboncoin", "decathlon"].contains(name)) {
        let mut bytes = sample(name, mapping);
        bytes.extend("é\"\n".repeat(1 << 19).bytes());
        assert_eq!(detect(&bytes), Some(name));
    }
}

#[test]
fn a_file_cut_off_anywhere_is_never_taken_for_a_whole_one() {
    // A table that ends behind a row is whole to whoever looks at it.
    for (name, mapping) in formats().filter(|(_, mapping)| mapping.container() != Container::Csv) {
        let bytes = sample(name, mapping);
        let bytes = bytes.trim_ascii_end();
        assert!(mapping.check(bytes).is_ok());
        for end in 0..bytes.len() {
            assert!(mapping.check(&bytes[..end]).is_err(), "{name}, cut at {end}");
        }
    }
}
