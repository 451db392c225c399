//! Documents that the chatbot answers from.

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

const DOCUMENTS: &str = "/v1/documents";
const COLUMNS: Columns = &[
    ("id", "/document_id"),
    ("name", "/name"),
    ("status", "/status"),
    ("reason", "/reason"),
    ("pieces", "/chunks"),
    ("bytes", "/bytes"),
];
/// A file's ending and the media type it is announced with.
const FORMATS: &[(&str, &str)] = &[
    ("txt", "text/plain"),
    ("text", "text/plain"),
    ("md", "text/markdown"),
    ("markdown", "text/markdown"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("xhtml", "text/html"),
    ("csv", "text/csv"),
    ("pdf", "application/pdf"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// Files to add.
#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Wait until each can be answered from, or has failed
    #[arg(long)]
    wait: bool,
    /// How long to wait for one, in seconds
    #[arg(long, default_value_t = 300)]
    timeout: u64,
}

/// What can be done with documents.
#[derive(Debug, Subcommand)]
pub(crate) enum Documents {
    /// Upload files
    Add(Add),
    /// List documents, the newest first
    List {
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show one document
    Show {
        #[arg(value_parser = id)]
        document: String,
    },
    /// Remove a document with all that was made of it
    Delete {
        #[arg(value_parser = id)]
        document: String,
    },
}

impl Documents {
    /// What it asks of the service; adding begins with an announcement.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Add(_) => Call::post(DOCUMENTS, Value::Null).shown(View::List("documents", COLUMNS)),
            Self::List { limit } => {
                Call::list(DOCUMENTS, "documents", limit).shown(View::List("documents", COLUMNS))
            }
            Self::Show { document } => Call::get(one(&document)).shown(View::Record(COLUMNS)),
            Self::Delete { document } => {
                Call::delete(one(&document)).shown(View::Line("The document was removed."))
            }
        }
    }
}

fn one(document: &str) -> String {
    format!("{DOCUMENTS}/{document}")
}

/// Announces and uploads every file, then looks what became of them.
pub(crate) async fn add(global: &Global, add: &Add) -> Result<Report, Failure> {
    if global.idempotency_key.is_some() && add.files.len() > 1 {
        return Err(Failure::Usage("a key belongs to one file".into()));
    }
    // All of them are looked at before the first is sent: a slip in the last name uploads nothing.
    let files = add.files.iter().map(|file| announce(file)).collect::<Result<Vec<_>, _>>()?;
    let api = Api::new(global)?;
    let mut sent = Vec::new();
    for (body, content) in files {
        sent.push(upload::send(&api, DOCUMENTS, body, "document_id", content).await?);
    }
    let mut documents = Vec::new();
    for document in sent {
        documents.push(if add.wait {
            upload::wait(&api, &one(&document), &["ready", "failed"], add.timeout).await?
        } else {
            api.send(&Call::get(one(&document)), None).await?.body
        });
    }
    let good = documents.iter().all(|document| document["status"] != "failed");
    Ok(Report { json: json!({"documents": documents}), view: View::List("documents", COLUMNS), good })
}

fn announce(file: &Path) -> Result<(Value, Vec<u8>), Failure> {
    let shown = file.display();
    let ending = upload::ending(file);
    let (_, media_type) = FORMATS
        .iter()
        .find(|(known, _)| *known == ending)
        .ok_or_else(|| Failure::Usage(format!("{shown} is of no format that is read, by its ending")))?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Failure::Usage(format!("{shown} has no name that can be written")))?;
    let content = upload::read(file)?;
    Ok((json!({"name": name, "media_type": media_type, "size": content.len()}), content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_announced_by_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        for (name, media_type) in [
            ("Congés.PDF", Some("application/pdf")),
            ("a.md", Some("text/markdown")),
            ("a.zip", None),
            ("a", None),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, "four").unwrap();
            let announced = announce(&file).ok().map(|(body, _)| body);
            assert_eq!(
                announced,
                media_type.map(|kind| json!({"name": name, "media_type": kind, "size": 4})),
                "{name}"
            );
        }
        assert_eq!(announce(&folder.path().join("gone.md")).unwrap_err().exit_code(), 2);
    }
}
