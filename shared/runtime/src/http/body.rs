//! A JSON body, or a problem that says what is wrong with it without repeating it.

use axum::{
    Json,
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

/// The path of the refused field: axum's message is "…: path: reason", and the path comes from our own types.
fn path_of(error: &axum::extract::rejection::JsonDataError) -> Option<String> {
    let text = std::error::Error::source(error)?.to_string();
    let (path, _) = text.split_once(": ")?;
    let plain =
        path.len() <= 100 && path.bytes().all(|b| b.is_ascii_lowercase() || b"_.[]0123456789".contains(&b));
    plain.then(|| path.to_owned())
}
