//! Bodies that say only what is to be different.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;
use vivier_runtime::http::{ApiJson, Problem, ProblemKind};

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

/// 400 with every field that does not hold; nothing where all do.
pub fn refuse<F: Into<String>>(broken: Vec<(F, &'static str)>) -> Result<(), Problem> {
    if broken.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::InvalidBody);
    Err(broken.into_iter().fold(problem, |problem, (field, code)| problem.field(field, code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;
    use serde::Deserialize;
    use vivier_runtime::http::Patch;

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
