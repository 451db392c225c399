//! Entries as a file.

use std::borrow::Cow;

use serde_json::error::Error as JsonError;
use vivier_runtime::http::{Problem, ProblemKind};

use crate::{query::Format, view::EntryView};

/// The names of a CSV's columns, in the order of an entry's fields.
const COLUMNS: [&str; 11] = [
    "entry_id",
    "ordinal",
    "happened_at",
    "actor",
    "action",
    "subject",
    "outcome",
    "office",
    "from_address",
    "request_id",
    "hash",
];

impl Format {
    /// The media type of such a file.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    /// The name under which a browser keeps such a file.
    pub const fn disposition(self) -> &'static str {
        match self {
            Self::Csv => "attachment; filename=\"audit.csv\"",
            Self::Jsonl => "attachment; filename=\"audit.jsonl\"",
        }
    }
}

/// The text of a part. Only the first part of a CSV has the line of names, so that parts put together are one file.
pub fn write(format: Format, first: bool, entries: &[EntryView]) -> Result<Vec<u8>, Problem> {
    let written = match format {
        Format::Csv => csv(first, entries).ok(),
        Format::Jsonl => jsonl(entries).ok(),
    };
    written.ok_or_else(|| Problem::new(ProblemKind::Internal))
}

fn csv(first: bool, entries: &[EntryView]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if first {
        writer.write_record(COLUMNS)?;
    }
    for entry in entries {
        let (id, ordinal, at) =
            (entry.entry_id.to_string(), entry.ordinal.to_string(), entry.happened_at.to_string());
        let fields = [
            id.as_str(),
            &ordinal,
            &at,
            &entry.actor,
            &entry.action,
            &entry.subject,
            &entry.outcome,
            &entry.office,
            entry.from_address.as_deref().unwrap_or_default(),
            entry.request_id.as_deref().unwrap_or_default(),
            &entry.hash,
        ];
        writer.write_record(fields.map(|field| harmless(field).into_owned()))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(field: &str) -> Cow<'_, str> {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

fn jsonl(entries: &[EntryView]) -> Result<Vec<u8>, JsonError> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::LARGEST_PART;

    fn entry(actor: &str) -> EntryView {
        EntryView {
            entry_id: "018f0000-0000-7000-8000-0000000000e1".parse().unwrap(),
            ordinal: 7,
            happened_at: "2026-01-15T03:00:00Z".parse().unwrap(),
            actor: actor.to_owned(),
            action: "keys_create".to_owned(),
            subject: "project,key".to_owned(),
            outcome: "done".to_owned(),
            office: "back".to_owned(),
            from_address: None,
            request_id: Some("r\"1".to_owned()),
            hash: "00".repeat(32),
        }
    }

    fn text(format: Format, first: bool, entries: &[EntryView]) -> String {
        String::from_utf8(write(format, first, entries).unwrap()).unwrap()
    }

    #[test]
    fn the_columns_are_the_fields() {
        let line = text(Format::Jsonl, true, &[entry("m")]);
        let places = COLUMNS.map(|column| line.find(&format!("\"{column}\":")));
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{line}");
        assert_eq!(serde_json::to_value(entry("m")).unwrap().as_object().unwrap().len(), COLUMNS.len());
    }

    #[test]
    fn parts_put_together_are_one_file() {
        let (names, row) = (
            COLUMNS.join(","),
            "018f0000-0000-7000-8000-0000000000e1,7,2026-01-15T03:00:00Z,m,keys_create,\"project,key\",done,back,,\"r\"\"1\",",
        );
        let row = format!("{row}{}", "00".repeat(32));
        let parts = text(Format::Csv, true, &[entry("m")]) + &text(Format::Csv, false, &[entry("m")]);
        assert_eq!(parts, format!("{names}\r\n{row}\r\n{row}\r\n"));
        assert_eq!(text(Format::Csv, false, &[]), "");
        assert_eq!(text(Format::Jsonl, true, &[entry("a"), entry("b")]).lines().count(), 2);
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (field, cell) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "a=1"),
        ] {
            let line = text(Format::Csv, false, &[entry(field)]);
            assert!(line.contains(&format!(",{cell},keys_create")), "{field:?}: {line}");
        }
    }

    #[test]
    fn the_largest_part_is_within_an_answer() {
        // The database takes no longer ones. An answer is JSON: a quotation mark in it has two bytes.
        let mut longest = entry(&"m".repeat(128));
        (longest.action, longest.subject) = ("a".repeat(128), "s".repeat(256));
        (longest.from_address, longest.request_id) = (Some("f".repeat(45)), Some("r".repeat(128)));
        longest.ordinal = i64::MAX;
        let line = serde_json::to_string(&text(Format::Jsonl, false, &[longest])).unwrap();
        assert!(line.len() * LARGEST_PART as usize <= 6_000_000, "{}", line.len());
    }
}
