//! A CV is read by a parser that the tenant has a contract with. It gets the file or text and what opens it, and nothing else; what it
//! says comes back through the same narrow types as our own reading.

pub(crate) mod fault;
pub mod terms;

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::civil::Date;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use vivier_domain::{
    credential::HttpCredentials,
    redacted::Redacted,
    resume_parser::{ParserCredentials, ParserFormat, ParserTerms},
};
use vivier_outside::{Fault as Unreached, Outside};
use vivier_resume::{Resume, ResumeError, ResumeParser};

use self::fault::Fault;

/// How long looking a name up may take, and how long connecting.
const CONNECTING: Duration = Duration::from_secs(2);
/// How long all of it may take. With the guarded reader's ten seconds before it, the answer is still in time for the gateway.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes of an answer, at most.
const LARGEST: usize = 2 << 20;

/// One tenant's parser.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    terms: Arc<ParserTerms>,
    outside: Outside,
    runtime: Handle,
}

impl Elsewhere {
    /// To be called on the executor, which carries out what is asked.
    pub(crate) fn new(terms: Arc<ParserTerms>, outside: Outside) -> Self {
        Self { terms, outside, runtime: Handle::current() }
    }

    async fn ask(&self, file: &[u8], media_type: Option<&str>, today: Date) -> Result<Resume, Fault> {
        let address = &self.terms.address;
        let client = self.outside.client(&address.host(), address.port(), CONNECTING).await?;
        let client = client.build().map_err(|_| Unreached::Tls)?;
        let request = client.post(address.as_str()).header(header::ACCEPT, "application/json");
        let request = match self.terms.format {
            ParserFormat::JsonResume => {
                let media_type = media_type.unwrap_or("application/octet-stream");
                request.header(header::CONTENT_TYPE, media_type).body(file.to_vec())
            }
            // The day says what "today" means in the CV.
            ParserFormat::Textkernel => request.json(&json!({
                "DocumentAsBase64String": BASE64_STANDARD.encode(file),
                "DocumentLastModified": today.to_string(),
            })),
        };
        let request = open(request, &self.terms.credentials);
        let response = request.send().await.map_err(|error| Unreached::from(&error))?;
        admit(response.status(), response.headers())?;
        let answer: Value = serde_json::from_slice(&content(response).await?).map_err(|_| Fault::NotJson)?;
        match self.terms.format {
            ParserFormat::JsonResume if answer.is_object() => Ok(Resume::from_json_resume(&answer)),
            ParserFormat::JsonResume => Err(Fault::NoCv),
            ParserFormat::Textkernel => Resume::from_textkernel(&answer).ok_or(Fault::NoCv),
        }
    }
}

impl ResumeParser for Elsewhere {
    fn parse(&self, file: &[u8], media_type: Option<&str>, today: Date) -> Result<Resume, ResumeError> {
        let asking = async {
            let asking = tokio::time::timeout(LONGEST, self.ask(file, media_type, today));
            asking.await.unwrap_or(Err(Unreached::Timeout.into()))
        };
        self.runtime.block_on(asking).map_err(|fault| ResumeError::Answer(fault.word()))
    }
}

fn open(request: RequestBuilder, credentials: &ParserCredentials) -> RequestBuilder {
    match credentials {
        ParserCredentials::Basic { username, password } => {
            vivier_outside::open(request, HttpCredentials::Basic { username, password })
        }
        ParserCredentials::Bearer { token } => {
            vivier_outside::open(request, HttpCredentials::Bearer { token })
        }
        ParserCredentials::Textkernel { account_id, service_key } => {
            request.header("Tx-AccountId", account_id.expose()).headers(secret("tx-servicekey", service_key))
        }
    }
}

/// A header that is printed nowhere.
fn secret(name: &'static str, value: &Redacted) -> HeaderMap {
    let value = HeaderValue::from_str(value.expose()).map(|mut value| {
        value.set_sensitive(true);
        value
    });
    // What no header can carry was refused when it was entered: without it the parser lets nobody in.
    value.into_iter().map(|value| (header::HeaderName::from_static(name), value)).collect()
}

/// Whether an answer is one that can be read.
fn admit(status: StatusCode, headers: &HeaderMap) -> Result<(), Fault> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Fault::NotAdmitted),
        status if status.is_redirection() => return Err(Fault::Redirect),
        status if status.is_client_error() => return Err(Fault::Refused),
        status if !status.is_success() => return Err(Fault::Failing),
        _ => {}
    }
    let told =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let essence =
        told(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // RFC 6839, section 3.1: the suffix says that it is JSON.
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return Err(Fault::NotJson);
    }
    match told(header::CONTENT_ENCODING) {
        "" | "identity" => Ok(()),
        _ => Err(Fault::Encoding),
    }
}

async fn content(mut response: Response) -> Result<Vec<u8>, Fault> {
    if response.content_length().is_some_and(|length| length > LARGEST as u64) {
        return Err(Fault::TooLarge);
    }
    let mut content = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| Unreached::from(&error))? {
        if content.len() + part.len() > LARGEST {
            return Err(Fault::TooLarge);
        }
        content.extend_from_slice(&part);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_are_read() {
        for (status, media_type, encoding, outcome) in [
            (200, "application/json", "", Ok(())),
            (201, "Application/JSON; charset=utf-8", "identity", Ok(())),
            (200, "application/vnd.parser+json", "", Ok(())),
            (200, "text/html", "", Err("not-json")),
            (200, "text/x+json", "", Err("not-json")),
            (200, "", "", Err("not-json")),
            (200, "application/json", "gzip", Err("encoding-not-supported")),
            (302, "application/json", "", Err("redirect-not-allowed")),
            (304, "application/json", "", Err("redirect-not-allowed")),
            (401, "application/json", "", Err("not-admitted")),
            (403, "application/json", "", Err("not-admitted")),
            (422, "application/json", "", Err("refused")),
            (429, "application/json", "", Err("refused")),
            (503, "application/json", "", Err("server-failed")),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::CONTENT_TYPE, media_type), (header::CONTENT_ENCODING, encoding)] {
                if !value.is_empty() {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let found = admit(StatusCode::from_u16(status).unwrap(), &headers).map_err(Fault::word);
            assert_eq!(found, outcome, "{status} {media_type} {encoding}");
        }
    }

    #[test]
    fn a_key_is_in_no_print() {
        let headers = secret("tx-servicekey", &Redacted::new("sesame"));
        assert_eq!(headers["tx-servicekey"], "sesame");
        assert!(!format!("{headers:?}").contains("sesame"));
        assert!(secret("tx-servicekey", &Redacted::new("a\nb")).is_empty());
    }
}
