//! A copy of all that is kept about a person: JSON for programs, and a page for the person, in one archive.

use std::io::{Cursor, Write};

use askama::Template;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use vivier_domain::{member::Language, redacted::Redacted};
use vivier_runtime::HandlerError;
use vivier_store::{
    alerts,
    conversations::{self, Author},
    privacy::Request,
};
use vivier_tenancy::TenantScope;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{App, mails, stores::Person};

/// What a browser keeps it as.
pub(crate) const NAME: &str = "vivier-data.zip";
/// What it is.
pub(crate) const MEDIA_TYPE: &str = "application/zip";

/// All that is kept about a person.
#[derive(Debug, Serialize)]
struct Data {
    version: u8,
    made_at: Timestamp,
    organisation: String,
    email: Redacted,
    alerts: Vec<Value>,
    conversations: Vec<Conversation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<Value>,
}

#[derive(Debug, Serialize)]
struct Conversation {
    id: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_version: Option<u32>,
    messages: Vec<Message>,
}

#[derive(Debug, Serialize)]
struct Message {
    at: Timestamp,
    question: Option<Redacted>,
    answer: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<Value>,
}

#[derive(Template)]
#[template(path = "copy.html")]
struct Page<'a> {
    french: bool,
    data: &'a Data,
    json: &'a str,
}

/// Makes the archive.
pub(crate) async fn make(
    app: &App,
    scope: &TenantScope,
    request: &Request,
    person: &Person<'_>,
    organisation: &str,
) -> Result<Vec<u8>, HandlerError> {
    let now = app.clock.now();
    let alerts = {
        let mut session = app.tenancy.silo(scope).await?;
        let tx = session.begin().await?;
        alerts::list_of(&tx, person.email).await?
    };
    let alerts = alerts
        .iter()
        .map(|alert| {
            json!({
                "id": alert.id, "project": alert.project, "language": alert.language, "frequency": alert.frequency,
                "search": serde_json::from_str::<Value>(alert.search.expose()).unwrap_or_default(),
                "expires_at": alert.expires_at, "confirmed": alert.marks.is_some(),
                "consent_version": alert.consent,
            })
        })
        .collect();
    let mut said = Vec::new();
    if !person.conversations.is_empty() {
        let room = app.tenancy.conversations(scope).await?;
        for id in person.conversations {
            let Some(session) = conversations::fetch(&room, *id, now).await? else { continue };
            let messages = conversations::list(&room, *id, now).await?;
            said.push(Conversation {
                id: id.to_string(),
                created_at: session.created_at,
                expires_at: session.expires_at,
                consent_version: session.consent,
                messages: messages.into_iter().map(message).collect(),
            });
        }
    }
    let records = app.tenancy.records(scope)?;
    let member = mails::membership(app, scope, &records, person.email).await?;
    let data = Data {
        version: 1,
        made_at: now,
        organisation: organisation.to_owned(),
        email: person.email.clone(),
        alerts,
        conversations: said,
        member: member.map(|member| json!(member)),
    };
    packed(&data, request.language)
}

fn message(message: conversations::Message) -> Message {
    let question = match message.author {
        Author::Candidate(text) => Some(text),
        Author::Member(_) => None,
    };
    Message {
        at: message.at,
        question,
        answer: message.answer,
        feedback: message.feedback.map(|feedback| json!(feedback)),
    }
}

fn packed(data: &Data, language: Language) -> Result<Vec<u8>, HandlerError> {
    #[derive(Debug, thiserror::Error)]
    #[error("a copy could not be packed")]
    struct NotPacked;
    // Why it could not be is not told: it may quote what was to be packed.
    let failed = || HandlerError::other("packing a copy", NotPacked);
    let json = serde_json::to_string_pretty(data).map_err(|_| failed())?;
    let page = Page { french: language == Language::Fr, data, json: &json }.render().map_err(|_| failed())?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in [("data.json", &json), ("index.html", &page)] {
        archive.start_file(name, options).map_err(|_| failed())?;
        archive.write_all(content.as_bytes()).map_err(|_| failed())?;
    }
    Ok(archive.finish().map_err(|_| failed())?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn an_archive_has_a_page_and_data() {
        let data = Data {
            version: 1,
            made_at: Timestamp::UNIX_EPOCH,
            organisation: "Acme".into(),
            email: Redacted::new("camille@example.org"),
            alerts: vec![json!({"search": [["q", "<script>"]]})],
            conversations: Vec::new(),
            member: None,
        };
        for (language, said) in [(Language::Fr, "Vos données"), (Language::En, "Your data")] {
            let mut archive = zip::ZipArchive::new(Cursor::new(packed(&data, language).unwrap())).unwrap();
            let mut read = |name| {
                let mut text = String::new();
                archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
                text
            };
            let value: Value = serde_json::from_str(&read("data.json")).unwrap();
            assert_eq!(value["email"], "camille@example.org");
            let page = read("index.html");
            assert!(
                page.contains(said) && page.contains("camille@example.org") && !page.contains("<script>"),
                "{page}"
            );
        }
    }
}
