//! What is made of the map for people: the record of processing activities, the dictionary of columns, and the list of sub-processors.

mod columns;
mod record;
mod sub_processors;

pub use columns::columns;
pub use record::record;
pub use sub_processors::sub_processors;

use vivier_domain::member::Language;

use crate::{map::Table, terms::Mask};

/// One sentence in the language that is asked for.
const fn say(language: Language, en: &'static str, fr: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// Between a word and what is said of it.
const fn colon(language: Language) -> &'static str {
    say(language, ": ", " : ")
}

/// A line of a list.
fn bullet(text: &str) -> String {
    format!("- {text}\n")
}

/// A heading, with an empty line on either side.
fn heading(level: usize, text: &str) -> String {
    format!("\n{} {text}\n\n", "#".repeat(level))
}

/// What is said of a word.
fn told(language: Language, word: &str, text: &str) -> String {
    format!("{word}{}{text}", colon(language))
}

/// A row of a table; what would end a cell is written otherwise.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table.
fn head(cells: &[&str]) -> String {
    row(cells) + &format!("|{}\n", "---|".repeat(cells.len()))
}

/// Whose data a table holds, each named once; an en dash for nobody's.
fn whose(table: &Table, language: Language) -> String {
    let mut subjects: Vec<_> = table.personal().filter_map(|column| column.whose).collect();
    subjects.sort_unstable();
    subjects.dedup();
    listed(subjects.into_iter().map(|subject| subject.title(language)))
}

fn mask(mask: Option<Mask>, language: Language) -> &'static str {
    mask.map_or("–", |mask| mask.title(language))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}
