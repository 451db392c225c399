//! The API, as a member uses it: the cookie and its token with each request, a key with each write so that it may be
//! sent again, and patience where the service asks for it.

mod exchange;
mod patience;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    args::Global,
    failure::Failure,
    plan::{Call, Pages},
    session::{COOKIE, Session, Store},
};

/// What a request may take, from its first byte to the last of its answer; a file takes longer.
const TIMEOUT: Duration = Duration::from_mins(1);
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
const NO_SESSION: &str = "There is no session here: `vivier login` opens one.";
/// A page of a list: the most that every route gives.
const PAGE: usize = 100;

/// The API at one address.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) store: Store,
    session: Option<Session>,
    key: Option<Uuid>,
}

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Its body: JSON where it is JSON, `null` where there is none, text otherwise.
    pub(crate) body: Value,
    /// The version of what was read.
    pub(crate) tag: Option<String>,
    /// The session's cookie, where one was set.
    pub(crate) cookie: Option<String>,
    /// Where a file that comes in parts goes on.
    pub(crate) next: Option<String>,
}

impl Api {
    /// The API the flags or the environment name.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let base = base(global.api_url.as_deref())?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("vivier/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::Usage(format!("no connection can be made from here: {error}")))?;
        let store = Store::of_user()?;
        let session = store.load(&base);
        Ok(Self { client, base, store, session, key: global.idempotency_key })
    }

    /// Carries out a request in the session: guarded where it says so, all pages where it is a list.
    pub(crate) async fn carry_out(&self, call: &Call) -> Result<Value, Failure> {
        let tag = match &call.guarded_by {
            Some(path) => self.send(&Call::get(path), None).await?.tag,
            None => None,
        };
        match call.pages {
            Some(pages) => self.all_pages(call, pages).await,
            None => Ok(self.send(call, tag.as_deref()).await?.body),
        }
    }

    /// Sends one request in the session.
    pub(crate) async fn send(&self, call: &Call, tag: Option<&str>) -> Result<Answer, Failure> {
        let session = self.session.as_ref().ok_or_else(|| Failure::refused("no-session", NO_SESSION))?;
        let key = call.method.writes().then(|| self.key.unwrap_or_else(Uuid::now_v7));
        let mut request = self.request(call)?.header(header::COOKIE, format!("{COOKIE}={}", session.cookie));
        if let Some(key) = key {
            request =
                request.header("X-Vivier-CSRF", &session.csrf).header("Idempotency-Key", key.to_string());
        }
        if let Some(tag) = tag {
            request = request.header(header::IF_MATCH, tag);
        }
        // Its key makes a write repeatable: whatever became of the first one, there is one effect.
        exchange::exchange(&request, true).await.map_err(|failure| match (failure, key) {
            (Failure::Unreachable(text), Some(key)) => Failure::Unreachable(format!(
                "{text}\nWhether it was done is not known: repeat it with --idempotency-key {key}"
            )),
            (failure, _) => failure,
        })
    }

    /// Sends a request that needs no session. A write is sent once: nothing tells that it was meant once.
    pub(crate) async fn send_outside(&self, call: &Call) -> Result<Answer, Failure> {
        exchange::exchange(&self.request(call)?, !call.method.writes()).await
    }

    /// Keeps the session that an answer opened.
    pub(crate) fn keep(&self, answer: &Answer) -> Result<(), Failure> {
        let (Some(cookie), Some(csrf)) = (answer.cookie.clone(), answer.body["csrf"].as_str()) else {
            return Err(Failure::refused("no-session", "The answer opened no session."));
        };
        let expires_at = answer.body["expires_at"].as_str().map(str::to_owned);
        self.store.save(&Session { api_url: self.base.clone(), cookie, csrf: csrf.to_owned(), expires_at })
    }

    /// Sends a file to the address that an announcement gave out, as it was announced. The address carries its own
    /// signature: a session has no business there.
    pub(crate) async fn upload(&self, upload: &Value, content: Vec<u8>) -> Result<(), Failure> {
        let url = upload["url"].as_str().and_then(|url| Url::parse(url).ok()).ok_or_else(|| {
            Failure::refused("no-upload", "The announcement names no address to send the file to.")
        })?;
        let mut request = self.client.put(url).timeout(UPLOAD_TIMEOUT).body(content);
        for (name, value) in upload["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        match exchange::exchange(&request, true).await {
            Ok(_) => Ok(()),
            // The store answers in words of its own.
            Err(Failure::Refused(answer)) => Err(Failure::Refused(json!({
                "type": "urn:vivier:problem:upload-refused",
                "title": "The store did not take the file.",
                "status": answer["status"],
            }))),
            Err(failure) => Err(failure),
        }
    }

    fn request(&self, call: &Call) -> Result<RequestBuilder, Failure> {
        let mut url = Url::parse(&format!("{}{}", self.base, call.path))
            .map_err(|_| Failure::Usage("the API's address is none".into()))?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let request = self.client.request(call.method.into(), url);
        Ok(match &call.body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    async fn all_pages(&self, call: &Call, Pages { list, most }: Pages) -> Result<Value, Failure> {
        let mut gathered: Vec<Value> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = (most - gathered.len()).clamp(1, PAGE);
            let page = call.clone().with("limit", Some(limit)).with("cursor", cursor.clone());
            let mut body = self.send(&page, None).await?.body;
            let entries = body[list].as_array_mut().map(std::mem::take).unwrap_or_default();
            let empty = entries.is_empty();
            gathered.extend(entries);
            let next = body["next_cursor"].as_str().map(str::to_owned);
            if next.is_none() || next == cursor || empty || gathered.len() >= most {
                gathered.truncate(most);
                body[list] = Value::Array(gathered);
                return Ok(body);
            }
            cursor = next;
        }
    }
}

/// The API's address without its last slash. What opens the back office travels encrypted, or not beyond this machine.
fn base(given: Option<&str>) -> Result<String, Failure> {
    let given = given.ok_or_else(|| Failure::Usage("which API? Set VIVIER_API_URL, or --api-url".into()))?;
    let refuse = |why: &str| Err(Failure::Usage(format!("the API's address {why}")));
    let Ok(url) = Url::parse(given) else { return refuse("is no address") };
    let host = url.host_str().unwrap_or_default();
    let here =
        host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
    match url.scheme() {
        _ if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() => {
            refuse("holds more than a place")
        }
        "https" => Ok(url.as_str().trim_end_matches('/').to_owned()),
        "http" if here => Ok(url.as_str().trim_end_matches('/').to_owned()),
        _ => refuse("must begin with https://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (given, taken) in [
            (Some("https://api.example/prod/"), Some("https://api.example/prod")),
            (
                Some("http://127.0.0.1:4566/_aws/execute-api/a/demo"),
                Some("http://127.0.0.1:4566/_aws/execute-api/a/demo"),
            ),
            (
                Some("http://a.execute-api.localhost:4566/demo"),
                Some("http://a.execute-api.localhost:4566/demo"),
            ),
            (Some("http://api.example"), None),
            (Some("http://localhost.example"), None),
            (Some("https://me:pw@api.example"), None),
            (Some("https://api.example?x=1"), None),
            (Some("api.example"), None),
            (None, None),
        ] {
            assert_eq!(base(given).ok().as_deref(), taken, "{given:?}");
        }
    }
}
