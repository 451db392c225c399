//! Entity tags (RFC 9110, sections 8.8.3 and 13.1): who changes something says which state of it was seen, and who has
//! an answer already is not sent it again.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};
use sha2::{Digest, Sha256};

use super::problem::{Problem, ProblemKind};

/// The strong tag of a state. As a part of an answer it is the header `ETag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a state that `name` names: a version, of letters, digits and `.-_`.
    pub fn of(name: impl std::fmt::Display) -> Self {
        Self(format!("\"{name}\""))
    }

    /// The tag of what an answer holds, whatever it was made of.
    pub fn of_content(content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        let half = digest.iter().take(16).fold(0u128, |half, byte| half << 8 | u128::from(*byte));
        Self::of(format_args!("{half:032x}"))
    }
}

impl IntoResponseParts for ETag {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Ok(value) = HeaderValue::try_from(self.0) {
            parts.headers_mut().insert(header::ETAG, value);
        }
        Ok(parts)
    }
}

/// What a precondition names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// `*`: whatever there is.
    Anything,
    /// These tags, quotes and all.
    Tags(Vec<String>),
}

/// The states that a change may be made on. As an extractor it asks for the header: without one, 428
/// `precondition-required`. `Option<IfMatch>` takes what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Named);

impl IfMatch {
    /// 412 `precondition-failed` unless the state is one of those named. Weak tags name none.
    pub fn check(&self, state: &ETag) -> Result<(), Problem> {
        let holds = match &self.0 {
            Named::Anything => true,
            Named::Tags(tags) => tags.contains(&state.0),
        };
        if holds { Ok(()) } else { Err(Problem::new(ProblemKind::PreconditionFailed)) }
    }
}

/// The states that the asker has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Option<Named>);

impl IfNoneMatch {
    /// Whether the asker has this state already.
    pub fn has(&self, state: &ETag) -> bool {
        match &self.0 {
            None => false,
            Some(Named::Anything) => true,
            // The weak comparison: a proxy that compresses may have made the tag weak.
            Some(Named::Tags(tags)) => {
                tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == state.0)
            }
        }
    }

    /// The answer, or 304 without it where the asker has it. `headers` are those that a 304 repeats: `Cache-Control`, `Vary`.
    pub fn answer(&self, state: ETag, headers: impl IntoResponseParts, body: impl IntoResponse) -> Response {
        if self.has(&state) {
            (StatusCode::NOT_MODIFIED, state, headers, ()).into_response()
        } else {
            (state, headers, body).into_response()
        }
    }
}

/// The tags of a header, however many lines it has; `None` where it is not sent, a problem where it is no list of tags.
fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Named>, Problem> {
    const MALFORMED: fn() -> Problem = || Problem::new(ProblemKind::MalformedRequest);
    let mut tags = Vec::new();
    for line in headers.get_all(name) {
        let mut rest = line.to_str().map_err(|_| MALFORMED())?.trim();
        if rest == "*" {
            return Ok(Some(Named::Anything));
        }
        while !rest.is_empty() {
            let opened = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"').ok_or_else(MALFORMED)?;
            let (inside, _) = opened.split_once('"').ok_or_else(MALFORMED)?;
            let length = rest.len() - opened.len() + inside.len() + 1;
            tags.push(rest[..length].to_owned());
            rest = rest[length..].trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',').ok_or_else(MALFORMED)?.trim_start();
            }
        }
    }
    Ok((!tags.is_empty()).then_some(Named::Tags(tags)))
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let named = read(&parts.headers, &header::IF_MATCH)?;
        named.map(Self).ok_or_else(|| Problem::new(ProblemKind::PreconditionRequired))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(read(&parts.headers, &header::IF_MATCH)?.map(Self))
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Whoever asks with what is no tag simply gets the answer.
        Ok(Self(read(&parts.headers, &header::IF_NONE_MATCH).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(name: &HeaderName, lines: &[&str]) -> Parts {
        let request = lines.iter().fold(Request::builder(), |request, line| request.header(name, *line));
        request.body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn a_change_names_the_state_it_is_made_on() {
        let state = ETag::of("3.1");
        for (lines, status) in [
            (&["\"3.1\""][..], 200),
            (&["*"], 200),
            (&["\"2.1\", \"3.1\""], 200),
            (&["\"2.1\"", "\"3.1\""], 200),
            (&["\"2.1\" ,\"3.1\""], 200),
            (&["\"3.2\""], 412),
            (&["W/\"3.1\""], 412),
            (&["\"a,b\", \"c\""], 412),
            (&[], 428),
            (&[""], 428),
            (&["3.1"], 400),
            (&["\"3.1"], 400),
            (&["\"3.1\" \"3.2\""], 400),
        ] {
            let mut parts = parts(&header::IF_MATCH, lines);
            let found = <IfMatch as FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
            let outcome =
                found.and_then(|named| named.check(&state)).map_or_else(|problem| problem.status, |()| 200);
            assert_eq!(outcome, status, "{lines:?}");
        }
        let mut none = parts(&header::IF_MATCH, &[]);
        let found = <IfMatch as OptionalFromRequestParts<()>>::from_request_parts(&mut none, &()).await;
        assert_eq!(found, Ok(None));
    }

    #[tokio::test]
    async fn an_answer_is_not_sent_twice() {
        for (lines, status) in [
            (&[][..], 200),
            (&["\"1\""], 304),
            (&["W/\"1\""], 304),
            (&["\"2\", \"1\""], 304),
            (&["*"], 304),
            (&["\"2\""], 200),
            (&["1"], 200),
        ] {
            let mut parts = parts(&header::IF_NONE_MATCH, lines);
            let asked = IfNoneMatch::from_request_parts(&mut parts, &()).await.unwrap();
            let answer = asked.answer(ETag::of(1), [(header::VARY, "Origin")], "text");
            assert_eq!(answer.status().as_u16(), status, "{lines:?}");
            assert_eq!(answer.headers()[header::ETAG], "\"1\"");
            assert_eq!(answer.headers()[header::VARY], "Origin");
            let body = axum::body::to_bytes(answer.into_body(), 10).await.unwrap();
            assert_eq!(body.is_empty(), status == 304);
        }
    }

    #[test]
    fn content_has_one_tag() {
        assert_eq!(ETag::of_content(b"a"), ETag::of_content(b"a"));
        assert_ne!(ETag::of_content(b"a"), ETag::of_content(b"b"));
    }
}
