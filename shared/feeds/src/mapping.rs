//! What a format is: where its records are, and how each column is got from one.

mod error;
mod parse;
mod rule;

use jiff::civil::Date;
use vivier_domain::offer::COLUMNS;

pub use self::error::MappingError;
use self::rule::Rule;
use crate::path::Path;
use crate::raw::{Header, Raw};
use crate::record::{Record, place};
use crate::words::{fold, line};

/// Columns without which no record could be an offer.
pub(crate) const REQUIRED: [&str; 6] =
    ["reference", "title", "description", "city", "contract", "published_on"];

/// The forms a feed's file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Elements and attributes; RSS is one of it.
    Xml,
    /// A list of objects, wherever it is in the file, or one object alone.
    Json,
    /// A table with a header line.
    Csv,
}

/// How the records of one format become rows of an import.
#[derive(Debug, Clone)]
pub struct Mapping {
    about: String,
    container: Container,
    records: Option<Path>,
    hosts: Vec<String>,
    /// In the order of [`COLUMNS`]; the first rule that gives a text is followed.
    columns: [Vec<Rule>; COLUMNS.len()],
}

impl Mapping {
    /// Whose format it is, in a few words.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The form of its files.
    pub fn container(&self) -> Container {
        self.container
    }

    /// Where the records are; `None` is the whole file.
    pub(crate) fn records(&self) -> Option<&Path> {
        self.records.as_ref()
    }

    /// The columns of a record.
    pub(crate) fn fill(&self, record: &mut Record, raw: &Raw, today: Date) {
        for (column, rules) in self.columns.iter().enumerate() {
            let text = rules.iter().find_map(|rule| rule.text(raw, today));
            // Only a description has lines; elsewhere one is how the file was laid out.
            let is_description = COLUMNS[column] == "description";
            record.set(column, text.map(|text| if is_description { text } else { line(&text) }));
        }
        record.settle();
    }

    /// How much of itself the mapping finds in a record: what only a default gives does not count.
    pub(crate) fn likeness(&self, raw: &Raw) -> Option<usize> {
        let found = |column: &str| {
            let mut rules = place(column).map(|place| self.columns[place].iter())?;
            rules.find_map(|rule| rule.found(raw))
        };
        found("reference").and(found("title"))?;
        let host = found("url").and_then(|url| {
            let host = url.split_once("://")?.1.split(['/', '?', ':']).next()?.to_ascii_lowercase();
            let is_known = self.hosts.iter().any(|known| {
                host.strip_suffix(known.as_str()).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
            });
            is_known.then_some(COLUMNS.len())
        });
        let columns = COLUMNS.iter().filter(|column| found(column).is_some()).count();
        Some(columns + host.unwrap_or_default())
    }

    /// Whether a table's column of that name is read.
    pub(crate) fn reads(&self, name: &str) -> bool {
        let sources = self.columns.iter().flatten().flat_map(Rule::sources);
        sources.flat_map(|path| &path.names).any(|known| fold(known) == fold(name))
    }

    /// What a table must have, as required columns are read from nothing else, and has not.
    pub(crate) fn lacking(&self, header: &Header) -> Option<&str> {
        REQUIRED.iter().filter_map(|column| place(column)).find_map(|place| {
            let rules = &self.columns[place];
            let mut names = rules.iter().flat_map(Rule::sources).flat_map(|path| &path.names);
            let is_met =
                rules.iter().any(Rule::has_default) || names.clone().any(|name| header.place(name).is_some());
            if is_met { None } else { names.next().map(String::as_str) }
        })
    }
}
