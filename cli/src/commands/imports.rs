//! Imports of offers.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::upload;
use crate::{
    api::Api,
    args::{Global, id},
    failure::Failure,
    output::{Report, View},
    plan::{Call, Plan},
    table::Columns,
};

const IMPORTS: &str = "/v1/imports";
const COLUMNS: Columns = &[
    ("id", "/import_id"),
    ("status", "/status"),
    ("failure", "/failure"),
    ("read", "/counts/read"),
    ("created", "/counts/created"),
    ("updated", "/counts/updated"),
    ("closed", "/counts/closed"),
    ("rejected", "/counts/rejected"),
    ("announced", "/created_at"),
];

/// A file to import.
#[derive(Debug, Args)]
pub(crate) struct Add {
    file: PathBuf,
    /// What the file is; by its ending without it
    #[arg(long, value_parser = ["csv", "jsonl"])]
    format: Option<String>,
    /// Wait until it has come to its end
    #[arg(long)]
    wait: bool,
    /// How long to wait, in seconds
    #[arg(long, default_value_t = 600)]
    timeout: u64,
}

/// What can be done with imports.
#[derive(Debug, Subcommand)]
pub(crate) enum Imports {
    /// Upload a file of offers
    Add(Add),
    /// List imports, the newest first
    List {
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show one import; `--json` names what was wrong with its rows
    Show {
        #[arg(value_parser = id)]
        import: String,
    },
}

impl Imports {
    /// What it asks of the service; adding begins with an announcement.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Add(_) => Call::post(IMPORTS, Value::Null).shown(View::Record(COLUMNS)),
            Self::List { limit } => {
                Call::list(IMPORTS, "imports", limit).shown(View::List("imports", COLUMNS))
            }
            Self::Show { import } => Call::get(one(&import)).shown(View::Record(COLUMNS)),
        }
    }
}

fn one(import: &str) -> String {
    format!("{IMPORTS}/{import}")
}

/// Announces and uploads the file, then looks what became of it.
pub(crate) async fn add(global: &Global, add: &Add) -> Result<Report, Failure> {
    let format = match &add.format {
        Some(format) => format.clone(),
        None => by_ending(&add.file)?.to_owned(),
    };
    let content = upload::read(&add.file)?;
    let api = Api::new(global)?;
    let body = json!({"format": format, "size": content.len()});
    let path = one(&upload::send(&api, IMPORTS, body, "import_id", content).await?);
    let import = if add.wait {
        upload::wait(&api, &path, &["succeeded", "failed"], add.timeout).await?
    } else {
        api.send(&Call::get(path), None).await?.body
    };
    let good = import["status"] != "failed";
    Ok(Report { json: import, view: View::Record(COLUMNS), good })
}

fn by_ending(file: &Path) -> Result<&'static str, Failure> {
    match upload::ending(file).as_str() {
        "csv" => Ok("csv"),
        "jsonl" | "ndjson" => Ok("jsonl"),
        _ => Err(Failure::Usage(format!("{} is csv or jsonl? Say it with --format", file.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        for (name, format) in [
            ("offers.CSV", Some("csv")),
            ("o.ndjson", Some("jsonl")),
            ("o.jsonl", Some("jsonl")),
            ("o.xlsx", None),
            ("o", None),
        ] {
            assert_eq!(by_ending(Path::new(name)).ok(), format, "{name}");
        }
    }
}
