//! The API's own description, as it is committed: a contract test holds it to the code of every function.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use vivier_runtime::http::{ETag, IfNoneMatch};

const DOCUMENT: &str = include_str!("../../../openapi.json");
/// It is the same for everybody, and changes with a release.
const CACHED: &str = "public, max-age=300";

static TAG: LazyLock<ETag> = LazyLock::new(|| ETag::of_content(DOCUMENT.as_bytes()));

/// The API's OpenAPI 3.1 document.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi_fetch",
    tag = "front",
    responses(
        (status = 200, description = "The document", body = serde_json::Value, content_type = "application/json",
            headers(("ETag" = String, description = "Names this document"))),
        (status = 304, description = "It is the one the asker has"),
    ),
)]
pub async fn fetch(known: IfNoneMatch) -> Response {
    let body = ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response();
    known.answer(TAG.clone(), [(header::CACHE_CONTROL, CACHED)], body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_document_of_this_api() {
        let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap();
        assert_eq!((&document["openapi"], &document["info"]["title"]), (&"3.1.0".into(), &"Vivier".into()));
    }
}
