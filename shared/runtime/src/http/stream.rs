//! Answers that leave piece by piece. API Gateway invokes a route's function for a streamed answer where the template says
//! `ResponseTransferMode`; whatever that route answers, a refusal too, then begins with status and headers as JSON.

use axum::{
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use lambda_runtime::{MetadataPrelude, StreamResponse, streaming::Body};
use serde::Deserialize;
use serde_json::value::RawValue;
use vivier_domain::ids::TenantId;

/// The route that an event asks for, as the template writes it.
pub(crate) fn route(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Event {
        resource: Option<String>,
    }
    serde_json::from_str::<Event>(raw.get()).ok()?.resource
}

/// The tenant that the authorizer wrote into an event; none where nobody was asked.
pub(crate) fn tenant(raw: &RawValue) -> Option<TenantId> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event {
        request_context: Context,
    }
    #[derive(Deserialize)]
    struct Context {
        authorizer: Option<Authorizer>,
    }
    #[derive(Deserialize)]
    struct Authorizer {
        tenant: TenantId,
    }
    Some(serde_json::from_str::<Event>(raw.get()).ok()?.request_context.authorizer?.tenant)
}

/// A response as the gateway takes it piece by piece.
pub(crate) fn streamed(response: Response) -> StreamResponse<Body> {
    let (parts, body) = response.into_parts();
    let metadata_prelude =
        MetadataPrelude { status_code: parts.status, headers: folded(&parts.headers), cookies: Vec::new() };
    StreamResponse { metadata_prelude, stream: Body::new(body) }
}

/// Each header once, with all its values in one line: the prelude has one text for a name.
fn folded(headers: &HeaderMap) -> HeaderMap {
    let mut once = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let values: Vec<&str> =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        if let Ok(value) = HeaderValue::from_str(&values.join(", ")) {
            once.insert(name, value);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_several_values_is_one_line() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("vary", "Accept"), ("etag", "\"1\""), ("vary", "Origin")] {
            headers.append(name, value.parse().unwrap());
        }
        let once = folded(&headers);
        assert_eq!(
            (once.len(), &once["vary"], &once["etag"]),
            (2, &"Accept, Origin".parse().unwrap(), &"\"1\"".parse().unwrap())
        );
    }

    #[test]
    fn an_event_names_its_tenant_by_what_the_authorizer_wrote() {
        let id = "018f0000-0000-7000-8000-000000000001";
        for (event, named) in [
            (format!(r#"{{"requestContext":{{"authorizer":{{"tenant":"{id}","office":"back"}}}}}}"#), true),
            (format!(r#"{{"requestContext":{{}},"body":"{{\"tenant\":\"{id}\"}}","tenant":"{id}"}}"#), false),
            (r#"{"requestContext":{"authorizer":{"tenant":"camille@example.org"}}}"#.to_owned(), false),
            ("{}".to_owned(), false),
        ] {
            let found = tenant(&RawValue::from_string(event.clone()).unwrap());
            assert_eq!(found, named.then(|| id.parse().unwrap()), "{event}");
        }
    }

    #[test]
    fn an_event_names_its_route() {
        for (event, expected) in [
            (r#"{"resource": "/v1/a/{id}", "path": "/v1/a/7"}"#, Some("/v1/a/{id}")),
            (r#"{"resource": null}"#, None),
            ("{}", None),
        ] {
            let raw = RawValue::from_string(event.to_owned()).unwrap();
            assert_eq!(route(&raw).as_deref(), expected, "{event}");
        }
    }
}
