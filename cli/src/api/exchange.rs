//! One request and its answer, sent again while patience lasts.

use std::{error::Error, time::Duration};

use reqwest::{RequestBuilder, Response, header};
use serde_json::{Value, json};

use super::{
    Answer,
    patience::{Patience, Seen},
};
use crate::{failure::Failure, session};

/// Where a file that comes in parts goes on.
const NEXT_CURSOR: &str = "x-vivier-next-cursor";

/// An answer before it is judged.
#[derive(Debug)]
struct Raw {
    status: u16,
    reason: &'static str,
    wait: Option<Duration>,
    answer: Answer,
}

/// Sends a request until it is answered for good.
pub(super) async fn exchange(request: &RequestBuilder, repeatable: bool) -> Result<Answer, Failure> {
    let mut patience = Patience::default();
    loop {
        // Bodies are bytes in memory here, so a request can always be copied.
        let copy =
            request.try_clone().ok_or_else(|| Failure::Usage("the request cannot be sent again".into()))?;
        let attempt = attempt(copy).await;
        let seen = match &attempt {
            Ok(raw) => Seen::Answered(raw.status, code(&raw.answer.body), raw.wait),
            Err(_) => Seen::Lost,
        };
        match patience.pause(seen, repeatable) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return attempt.map_err(|error| unreachable(&error)).and_then(judge),
        }
    }
}

async fn attempt(request: RequestBuilder) -> reqwest::Result<Raw> {
    read(request.send().await?).await
}

async fn read(response: Response) -> reqwest::Result<Raw> {
    let headers = response.headers();
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let (status, wait) = (response.status(), text(header::RETRY_AFTER).and_then(seconds));
    let (tag, cookie) =
        (text(header::ETAG).map(str::to_owned), cookies.filter_map(session::cookie).next_back());
    let next = headers.get(NEXT_CURSOR).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence == "application/json" || essence.ends_with("+json")
    });
    let bytes = response.bytes().await?;
    let parsed = is_json.then(|| serde_json::from_slice(&bytes).ok()).flatten();
    let body = match parsed {
        Some(body) => body,
        None if bytes.is_empty() => Value::Null,
        None => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
    };
    let reason = status.canonical_reason().unwrap_or("Refused");
    Ok(Raw { status: status.as_u16(), reason, wait, answer: Answer { body, tag, cookie, next } })
}

fn judge(raw: Raw) -> Result<Answer, Failure> {
    let Raw { status, reason, wait, answer } = raw;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let mut problem = match answer.body {
        problem @ Value::Object(_) if problem["title"].is_string() => problem,
        _ => {
            json!({"type": "about:blank", "title": format!("The service answered {status} {reason}."), "status": status})
        }
    };
    if matches!(status, 502..=504) {
        return Err(Failure::Unreachable(Failure::Refused(problem).to_string()));
    }
    if let Some(wait) = wait {
        problem["retry_after"] = json!(wait.as_secs());
    }
    Err(Failure::Refused(problem))
}

fn code(body: &Value) -> Option<&str> {
    body["type"].as_str()?.rsplit(':').next()
}

/// `Retry-After` in seconds; the other form, a date, is not used by this service.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The innermost cause says what people understand: "connection refused".
fn unreachable(error: &reqwest::Error) -> Failure {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Failure::Unreachable(format!("The service cannot be reached: {cause}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: Value, wait: Option<u64>) -> Result<Answer, Failure> {
        let answer = Answer { body, ..Answer::default() };
        judge(Raw { status, reason: "Reason", wait: wait.map(Duration::from_secs), answer })
    }

    #[test]
    fn answers_are_judged_by_their_status() {
        let problem = json!({"type": "urn:vivier:problem:conflict", "title": "No."});
        for (status, body, exit) in [
            (200, json!({}), None),
            (204, Value::Null, None),
            (302, Value::Null, Some(1)),
            (400, problem.clone(), Some(1)),
            (401, json!({"message": "Unauthorized"}), Some(1)),
            (500, problem.clone(), Some(1)),
            (502, json!("<html>"), Some(3)),
            (503, problem.clone(), Some(3)),
        ] {
            assert_eq!(judged(status, body, None).err().map(|failure| failure.exit_code()), exit, "{status}");
        }
    }

    #[test]
    fn a_refusal_keeps_the_problem_and_says_how_long_to_wait() {
        let problem = json!({"type": "urn:vivier:problem:too-many-attempts", "title": "Wait."});
        let failure = judged(429, problem, Some(90)).unwrap_err();
        assert_eq!(failure.json()["retry_after"], 90);
        assert_eq!(failure.to_string(), "Wait. (too-many-attempts)\nTry again in 90 s.");
        let other = judged(418, json!("tea"), None).unwrap_err();
        assert_eq!(other.to_string(), "The service answered 418 Reason.");
    }

    #[test]
    fn seconds_to_wait() {
        assert_eq!(seconds(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
