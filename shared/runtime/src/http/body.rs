//! A JSON body, or a problem that says what is wrong with it without repeating it.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{FromRequest, Request, rejection::JsonRejection},
};
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemKind};

/// A JSON body of type `T`.
#[derive(Debug)]
pub struct ApiJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new(ProblemKind::UnsupportedMediaType))
            }
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Problem::new(ProblemKind::BodyTooLarge))
            }
            Err(JsonRejection::JsonDataError(error)) => {
                let mut problem = Problem::new(ProblemKind::InvalidBody);
                if let Some(field) = path_of(&error) {
                    problem = problem.field(field, "invalid");
                }
                Err(problem)
            }
            Err(_) => Err(Problem::new(ProblemKind::InvalidBody)),
        }
    }
}

/// A JSON body that may be left out: then it is the default.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes =
            Bytes::from_request(whole, state).await.map_err(|_| Problem::new(ProblemKind::BodyTooLarge))?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let ApiJson(body) =
            ApiJson::from_request(Request::from_parts(parts, Body::from(bytes)), state).await?;
        Ok(Self(body))
    }
}

/// The path of the refused field: axum's message is "…: path: reason", and the path comes from our own types.
fn path_of(error: &axum::extract::rejection::JsonDataError) -> Option<String> {
    let text = std::error::Error::source(error)?.to_string();
    let (path, _) = text.split_once(": ")?;
    let plain =
        path.len() <= 100 && path.bytes().all(|b| b.is_ascii_lowercase() || b"_.[]0123456789".contains(&b));
    plain.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Patch;
    use axum::http::header;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Change {
        rate: Patch<u32>,
    }

    #[tokio::test]
    async fn a_body_may_be_left_out_and_is_checked_when_it_is_not() {
        for (media, text, outcome) in [
            (None, "", Ok(Change::default())),
            (Some("application/json"), "", Ok(Change::default())),
            (Some("application/json"), "{\"rate\": 2}", Ok(Change { rate: Patch::Set(Some(2)) })),
            (None, "{\"rate\": 2}", Err(415)),
            (Some("application/json"), "{\"more\": 2}", Err(400)),
            (Some("application/json"), "{", Err(400)),
        ] {
            let mut request = Request::builder().method("POST");
            if let Some(media) = media {
                request = request.header(header::CONTENT_TYPE, media);
            }
            let request = request.body(Body::from(text)).unwrap();
            let read = OptionalJson::<Change>::from_request(request, &()).await;
            assert_eq!(
                read.map(|body| body.0).map_err(|problem| problem.status),
                outcome,
                "{media:?} {text}"
            );
        }
    }
}
