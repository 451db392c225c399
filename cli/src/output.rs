//! What a command prints: JSON for programs, tables for people; sentences go to standard error, where no program that
//! reads the output meets them.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde_json::Value;

use crate::{
    failure::Failure,
    table::{self, Columns},
};

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Report {
    /// The answer, for programs.
    pub(crate) json: Value,
    /// What of it people see.
    pub(crate) view: View,
    /// Whether what was begun also ended well; the exit code is 1 otherwise.
    pub(crate) good: bool,
}

/// How people see an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// A list: the member of the answer that holds it, and what of each entry.
    List(&'static str, Columns),
    /// One thing.
    Record(Columns),
    /// The JSON itself.
    Document,
    /// Text as it is, for programs and people alike.
    Text,
    /// A sentence.
    Line(&'static str),
}

impl Report {
    /// An answer.
    pub(crate) const fn new(json: Value, view: View) -> Self {
        Self { json, view, good: true }
    }
}

/// Prints an answer and tells the exit code.
pub(crate) fn print(report: &Report, json: bool) -> ExitCode {
    if let (View::Line(sentence), false) = (report.view, json) {
        eprintln!("{sentence}");
    } else if let Err(error) = write(&mut io::stdout().lock(), report, json) {
        // A reader that has seen enough closes the pipe: `vivier … | head`.
        if error.kind() != io::ErrorKind::BrokenPipe {
            eprintln!("The answer cannot be written: {error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::from(u8::from(!report.good))
}

/// Says why a command did not come out.
pub(crate) fn fail(failure: &Failure, json: bool) -> ExitCode {
    if json {
        // A closed pipe changes nothing: the exit code tells.
        let _ = writeln!(io::stdout().lock(), "{:#}", failure.json());
    }
    eprintln!("{}", table::plain(&failure.to_string()));
    ExitCode::from(failure.exit_code())
}

fn write(out: &mut impl Write, report: &Report, json: bool) -> io::Result<()> {
    match (report.view, json) {
        (View::Text, _) => out.write_all(report.json.as_str().unwrap_or_default().as_bytes()),
        (_, true) | (View::Document, false) => writeln!(out, "{:#}", report.json),
        (View::List(list, columns), false) => {
            let entries = report.json[list].as_array().map(Vec::as_slice).unwrap_or_default();
            out.write_all(table::list(entries, columns).as_bytes())
        }
        (View::Record(columns), false) => out.write_all(table::record(&report.json, columns).as_bytes()),
        (View::Line(_), false) => Ok(()),
    }?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(json: Value, view: View, as_json: bool) -> String {
        let mut out = Vec::new();
        write(&mut out, &Report::new(json, view), as_json).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn programs_read_json_whatever_people_see() {
        let answer = json!({"roles": [{"id": "reader"}]});
        for view in
            [View::List("roles", &[("id", "/id")]), View::Record(&[]), View::Document, View::Line("Done.")]
        {
            assert_eq!(serde_json::from_str::<Value>(&written(answer.clone(), view, true)).unwrap(), answer);
        }
        assert_eq!(written(Value::Null, View::Line("Done."), true), "null\n");
        assert_eq!(written(Value::Null, View::Line("Done."), false), "");
    }

    #[test]
    fn people_read_tables_and_text_stays_text() {
        let answer = json!({"roles": [{"id": "reader"}]});
        assert_eq!(written(answer, View::List("roles", &[("id", "/id")]), false), "ID\nreader\n");
        assert_eq!(written(json!("a,b\n"), View::Text, true), "a,b\n");
    }
}
