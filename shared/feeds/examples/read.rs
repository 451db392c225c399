//! Reads a feed and prints what became of it: `read FILE [FORMAT | MAPPING.toml]`. With `FULL=1` in the environment, every
//! column of every record.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;

use vivier_domain::offer::OfferDraft;
use vivier_feeds::{Mapping, detect, format};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: read FILE [FORMAT | MAPPING.toml]")?;
    let bytes = std::fs::read(&file)?;
    let guessed = detect(&bytes);
    let name =
        arguments.next().or(guessed.map(str::to_owned)).ok_or("no built-in format is like this file")?;
    let mapping = match format(&name) {
        Some(mapping) => mapping.clone(),
        None => Mapping::parse(&std::fs::read_to_string(&name)?)?,
    };

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut records, mut accepted, mut ended) = (0, 0, "complete".to_owned());
    let today = jiff::Zoned::now().date();
    for record in mapping.read(&bytes, today)? {
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                ended = fault.to_string();
                break;
            }
        };
        records += 1;
        for (column, text) in record.fields() {
            *counts.entry(column).or_default() += 1;
            if std::env::var_os("FULL").is_some() {
                println!("{column}: {text}");
            }
        }
        let draft = OfferDraft::from_fields(&|column| record.get(column).map(Cow::Borrowed));
        match (record.fault, draft) {
            (None, Ok(_)) => accepted += 1,
            (fault, draft) => {
                let errors: Vec<_> = draft.err().iter().flatten().map(ToString::to_string).collect();
                println!("record {} (line {}): {fault:?} {}", record.number, record.line, errors.join(", "));
            }
        }
    }
    println!("{file}: {name} (looks like {guessed:?}): {accepted} of {records} accepted, {ended}");
    println!("  {counts:?}");
    Ok(())
}
