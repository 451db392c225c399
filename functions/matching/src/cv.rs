//! A CV as it comes in: a text, or a file. It prints as `[redacted]`, and is read in memory.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use utoipa::ToSchema;
use vivier_domain::redacted::Redacted;
use vivier_resume::{MAX_CHARACTERS, Resume, ResumeError, parse};
use vivier_runtime::http::{Problem, ProblemKind};
use vivier_text::ExtractError;

use crate::App;

/// The largest file, in bytes: what fits, as base64, into one request to a function.
pub(crate) const MAX_FILE: usize = 4 << 20;
/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = MAX_FILE / 3 * 4 + 64 * 1024;
/// The most offers of an answer.
const MOST: usize = 50;
/// Offers of an answer, where nobody says.
const USUAL: usize = 10;

/// A CV to match: `text` or `file`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CvBody {
    /// The CV as text, or what somebody writes about themselves; at most 200 000 characters.
    #[schema(value_type = Option<String>)]
    text: Option<Redacted>,
    /// The CV as a file.
    file: Option<CvFile>,
    /// 1 to 50 offers, 10 by default.
    limit: Option<usize>,
}

/// A file of a CV.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CvFile {
    /// The file in base64; at most 4 MiB before.
    #[schema(value_type = String)]
    content: Redacted,
    /// What the file is said to be.
    #[schema(example = "application/pdf")]
    media_type: Option<String>,
}

/// What is to be read.
pub(crate) enum Cv {
    Text(Redacted),
    File { content: Vec<u8>, media_type: Option<String> },
}

impl Cv {
    /// The field of the body that it came in by.
    pub(crate) const fn field(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::File { .. } => "file",
        }
    }
}

impl CvBody {
    /// What is to be read, and how many offers are asked for.
    pub(crate) fn check(self) -> Result<(Cv, usize), Problem> {
        let wrong =
            |field: &str, code: &'static str| Problem::new(ProblemKind::InvalidBody).field(field, code);
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit", "invalid"));
        }
        match (self.text, self.file) {
            (Some(text), None) if text.expose().trim().is_empty() => Err(wrong("text", "empty")),
            (Some(text), None) if text.expose().chars().count() > MAX_CHARACTERS => {
                Err(wrong("text", "too-long"))
            }
            (Some(text), None) => Ok((Cv::Text(text), limit)),
            (None, Some(file)) => {
                let content = BASE64_STANDARD
                    .decode(file.content.expose())
                    .map_err(|_| wrong("file.content", "invalid"))?;
                match content.len() {
                    0 => Err(wrong("file.content", "empty")),
                    1..=MAX_FILE => Ok((Cv::File { content, media_type: file.media_type }, limit)),
                    _ => Err(wrong("file.content", "too-large")),
                }
            }
            (Some(_), Some(_)) => Err(wrong("file", "either-text-or-file")),
            (None, None) => Err(wrong("text", "missing")),
        }
    }
}

/// Reads a CV, off the executor: a file is read by a child process, with limits.
pub(crate) async fn read(app: &App, cv: Cv) -> Result<Resume, Problem> {
    let (parser, today) = (app.parser.clone(), app.clock.today());
    let reading = tokio::task::spawn_blocking(move || match cv {
        Cv::Text(text) => Ok(parse(text.expose(), today)),
        Cv::File { content, media_type } => parser.parse(&content, media_type.as_deref(), today),
    });
    let read = reading.await.map_err(|_| {
        tracing::error!("reading a CV ended early");
        Problem::new(ProblemKind::Internal)
    })?;
    read.map_err(|error| match error {
        ResumeError::Extract(ExtractError::Unavailable) | ResumeError::Answer => {
            tracing::error!(%error, "a CV could not be read");
            Problem::new(ProblemKind::Unavailable)
        }
        ResumeError::Extract(fault) => Problem::new(ProblemKind::InvalidBody).field("file", fault.code()),
        ResumeError::Scanned => Problem::new(ProblemKind::InvalidBody).field("file", "scanned"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> String {
        let body: CvBody = serde_json::from_str(body).unwrap();
        let problem = body.check().err().unwrap();
        let [error] = problem.errors.as_slice() else { panic!("one error was expected") };
        format!("{}:{}", error.field, error.code)
    }

    #[test]
    fn bodies_that_are_refused() {
        for (body, errors) in [
            ("{}", "text:missing"),
            (r#"{"text": " "}"#, "text:empty"),
            (r#"{"text": "a", "limit": 0}"#, "limit:invalid"),
            (r#"{"text": "a", "limit": 51}"#, "limit:invalid"),
            (r#"{"text": "a", "file": {"content": "YQ=="}}"#, "file:either-text-or-file"),
            (r#"{"file": {"content": "é"}}"#, "file.content:invalid"),
            (r#"{"file": {"content": ""}}"#, "file.content:empty"),
        ] {
            assert_eq!(refused(body), errors, "{body}");
        }
        let long = "a".repeat(MAX_CHARACTERS + 1);
        assert_eq!(refused(&format!(r#"{{"text": "{long}"}}"#)), "text:too-long");
        let large = BASE64_STANDARD.encode(vec![0; MAX_FILE + 1]);
        assert_eq!(refused(&format!(r#"{{"file": {{"content": "{large}"}}}}"#)), "file.content:too-large");
    }

    #[test]
    fn nothing_of_a_cv_is_printed() {
        let body: CvBody =
            serde_json::from_str(r#"{"text": "Camille", "file": {"content": "Q2FtaWxsZQ=="}}"#).unwrap();
        let printed = format!("{body:?}");
        assert!(!printed.contains("Camille") && !printed.contains("Q2FtaWxsZQ"), "{printed}");
    }
}
