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
    plan::{Call, Plan, given},
    table::Columns,
};

mod batch;

const DOCUMENTS: &str = "/v1/documents";
/// The most files of one announcement.
const MOST: usize = 100;
const COLUMNS: Columns = &[
    ("id", "/document_id"),
    ("name", "/name"),
    ("status", "/status"),
    ("reason", "/reason"),
    ("pieces", "/chunks"),
    ("bytes", "/bytes"),
];
const DETAILS: Columns = &[
    ("id", "/document_id"),
    ("name", "/name"),
    ("status", "/status"),
    ("reason", "/reason"),
    ("same as", "/duplicate_of"),
    ("pages", "/pages"),
    ("pieces", "/chunks"),
    ("version", "/version"),
    ("answers from", "/ready_version"),
    ("last failure", "/last_failure"),
    ("flags", "/flags"),
    ("tags", "/tags"),
    ("projects", "/projects"),
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
    ("doc", "application/msword"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("xls", "application/vnd.ms-excel"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("rtf", "application/rtf"),
    ("eml", "message/rfc822"),
    ("msg", "application/vnd.ms-outlook"),
    ("epub", "application/epub+zip"),
];

/// What a document has come to when nothing more is done by itself.
const ENDS: &[&str] = &["ready", "failed", "needs_ocr"];

/// Files to add.
#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A tag; front offices may ask for documents of some tags only. Once for each
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// A project whose front office it may answer in; in all of them without any. Once for each
    #[arg(long = "project", value_name = "PROJECT", value_parser = id)]
    projects: Vec<String>,
    #[command(flatten)]
    patience: Patience,
}

/// A file to put in the place of a document's present one.
#[derive(Debug, Args)]
pub(crate) struct Replace {
    #[arg(value_parser = id)]
    document: String,
    file: PathBuf,
    #[command(flatten)]
    patience: Patience,
}

/// Whether to wait.
#[derive(Debug, Args)]
pub(crate) struct Patience {
    /// Wait until each can be answered from, or has failed
    #[arg(long)]
    wait: bool,
    /// How long to wait without any progress, in seconds
    #[arg(long, default_value_t = 300)]
    timeout: u64,
}

/// What a document is called and where it may answer.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Labels {
    /// What it is called where it is cited
    #[arg(long)]
    name: Option<String>,
    /// A tag, in the place of those it has. Once for each
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// No tags
    #[arg(long, conflicts_with = "tags")]
    no_tags: bool,
    /// A project whose front office it may answer in, in the place of those it names. Once for each
    #[arg(long = "project", value_name = "PROJECT", value_parser = id)]
    projects: Vec<String>,
    /// In every front office
    #[arg(long, conflicts_with = "projects")]
    everywhere: bool,
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
        /// Only those in this status: received, extracting, embedding, ready, failed, needs_ocr or deleting
        #[arg(long)]
        status: Option<String>,
        /// Only those with this tag
        #[arg(long)]
        tag: Option<String>,
        /// Only those that were added together
        #[arg(long)]
        batch: Option<String>,
    },
    /// Show one document
    Show {
        #[arg(value_parser = id)]
        document: String,
    },
    /// Upload a new version of a document's file; the present one answers until the new one does
    Replace(Replace),
    /// Read a document's file again
    Reprocess {
        #[arg(value_parser = id)]
        document: String,
    },
    /// Change what a document is called and where it may answer
    Label {
        #[arg(value_parser = id)]
        document: String,
        #[command(flatten)]
        label: Labels,
    },
    /// Remove a document with all that was made of it
    Delete {
        #[arg(value_parser = id)]
        document: String,
    },
}

impl Documents {
    /// What it asks of the service; adding and replacing begin with an announcement.
    pub(crate) fn plan(self) -> (Plan, View) {
        match self {
            Self::Add(_) => Call::post(DOCUMENTS, Value::Null).shown(View::List("documents", COLUMNS)),
            Self::List { limit, status, tag, batch } => Call::list(DOCUMENTS, "documents", limit)
                .with("status", status)
                .with("tag", tag)
                .with("batch", batch)
                .shown(View::List("documents", COLUMNS)),
            Self::Show { document } => Call::get(one(&document)).shown(View::Record(DETAILS)),
            Self::Replace(replace) => Call::post(format!("{}/versions", one(&replace.document)), Value::Null)
                .shown(View::Record(DETAILS)),
            Self::Reprocess { document } => {
                Call::trigger(format!("{}/reprocess", one(&document))).shown(View::Record(DETAILS))
            }
            Self::Label { document, label } => {
                Call::patch(one(&document), label.body()).shown(View::Record(DETAILS))
            }
            Self::Delete { document } => {
                Call::delete(one(&document)).shown(View::Line("The document was removed."))
            }
        }
    }
}

impl Labels {
    fn body(self) -> Value {
        let list = |items: Vec<String>, none: bool| (none || !items.is_empty()).then_some(items);
        given(json!({
            "name": self.name,
            "tags": list(self.tags, self.no_tags),
            "projects": list(self.projects, self.everywhere),
        }))
    }
}

fn one(document: &str) -> String {
    format!("{DOCUMENTS}/{document}")
}

/// Announces and uploads every file, then looks what became of them.
pub(crate) async fn add(global: &Global, add: &Add) -> Result<Report, Failure> {
    if global.idempotency_key.is_some() && add.files.len() > MOST {
        return Err(Failure::Usage(format!("a key belongs to {MOST} files at most")));
    }
    // All of them are looked at before the first is sent: a slip in the last name uploads nothing.
    let mut files = Vec::with_capacity(add.files.len());
    for file in &add.files {
        let (mut body, content) = announce(file)?;
        body["tags"] = json!(add.tags);
        body["projects"] = json!(add.projects);
        files.push((body, content));
    }
    let api = Api::new(global)?;
    let mut documents = Vec::new();
    if let [(body, content)] = files.as_slice() {
        let document = upload::send(&api, DOCUMENTS, body.clone(), "document_id", content.clone()).await?;
        documents.push(settled(&api, &document, &add.patience).await?);
    } else {
        while !files.is_empty() {
            let rest = files.split_off(files.len().min(MOST));
            documents.extend(batch::send(&api, std::mem::replace(&mut files, rest), &add.patience).await?);
        }
    }
    let good = documents.iter().all(came_out);
    Ok(Report { json: json!({"documents": documents}), view: View::List("documents", COLUMNS), good })
}

/// Announces and uploads another file of a document, then looks what became of it.
pub(crate) async fn replace(global: &Global, replace: &Replace) -> Result<Report, Failure> {
    let (mut body, content) = announce(&replace.file)?;
    // The document keeps its name.
    body.as_object_mut().map(|fields| fields.remove("name"));
    let api = Api::new(global)?;
    let path = format!("{}/versions", one(&replace.document));
    let document = upload::send(&api, &path, body, "document_id", content).await?;
    let found = settled(&api, &document, &replace.patience).await?;
    let good = came_out(&found) && found["last_failure"].is_null();
    Ok(Report { json: found, view: View::Record(DETAILS), good })
}

/// A document, once it is final where that is waited for.
async fn settled(api: &Api, document: &str, patience: &Patience) -> Result<Value, Failure> {
    if patience.wait {
        return upload::wait(api, &one(document), ENDS, patience.timeout).await;
    }
    Ok(api.send(&Call::get(one(document)), None).await?.body)
}

fn came_out(document: &Value) -> bool {
    document["status"] != "failed" && document["status"] != "needs_ocr" && document["refused"].is_null()
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
