use super::*;
use axum::routing::{get, post};
use serde::Deserialize;
use vivier_domain::{ids::OfferId, permission::needs, purpose::serves};
use vivier_testkit::house;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    count: u8,
}

fn router() -> Router {
    edge(
        Router::new()
            .route(
                "/front",
                get(|FrontOffice(scope, ..): FrontOffice<serves::Nobody>| async move {
                    scope.tenant().to_string()
                }),
            )
            .route("/back", get(|_: BackOffice<needs::OffersRead>| async { "read" }))
            .route("/offers/{id}", get(|ApiPath(id): ApiPath<OfferId>| async move { id.to_string() }))
            .route("/count", post(|ApiJson(body): ApiJson<Body>| async move { body.count.to_string() }))
            .route("/panic", get(broken)),
    )
}

async fn broken() -> &'static str {
    panic!("camille@example.org")
}

fn event(method: &str, path: &str, authorizer: &Value, body: Option<&str>) -> Box<RawValue> {
    let event = json!({
        "resource": path, "path": path, "httpMethod": method,
        "headers": {"content-type": "application/json"}, "multiValueHeaders": {"content-type": ["application/json"]},
        "requestContext": {"stage": "demo", "httpMethod": method, "identity": {}, "authorizer": authorizer},
        "body": body, "isBase64Encoded": false,
    });
    RawValue::from_string(event.to_string()).unwrap()
}

async fn call(method: &str, path: &str, authorizer: Value, body: Option<&str>) -> (u64, String, String) {
    let auditor = auditor();
    let answer = handle(router(), Some(&auditor), &event(method, path, &authorizer, body)).await;
    (
        answer["statusCode"].as_u64().unwrap(),
        answer["multiValueHeaders"]["content-type"][0].as_str().unwrap_or_default().to_owned(),
        answer["body"].as_str().unwrap().to_owned(),
    )
}

/// Of a house without rooms: reading what is not about persons enters nothing.
fn auditor() -> Auditor {
    Auditor::new(&house::empty(), crate::Clock::System, &utoipa::openapi::OpenApi::default())
}

const TENANT: &str = "018f0000-0000-7000-8000-000000000001";

#[tokio::test]
async fn offices_open_for_those_they_are_for() {
    let front = json!({"tenant": TENANT, "office": "front"});
    let reader = json!({"tenant": TENANT, "office": "back", "member": "m", "permissions": "offers.read"});
    let nobody = json!({"tenant": TENANT, "office": "back", "member": "m", "permissions": ""});
    for (path, authorizer, status) in [
        ("/front", &front, 200),
        ("/front", &reader, 403),
        ("/front", &json!({}), 401),
        ("/back", &reader, 200),
        ("/back", &nobody, 403),
        ("/back", &front, 403),
        ("/back", &json!({}), 401),
    ] {
        assert_eq!(call("GET", path, authorizer.clone(), None).await.0, status, "{path} {authorizer}");
    }
}

#[tokio::test]
async fn bad_input_gets_a_stable_problem() {
    let large = format!("{{\"count\": {}1}}", " ".repeat(BODY_LIMIT));
    for (method, path, body, status, kind) in [
        ("GET", "/nowhere", None, 404, "not-found"),
        ("GET", "/offers/not-an-id", None, 404, "not-found"),
        ("DELETE", "/front", None, 405, "method-not-allowed"),
        ("POST", "/count", Some(""), 400, "invalid-body"),
        ("POST", "/count", Some("{\"count\": 1"), 400, "invalid-body"),
        ("POST", "/count", Some("{\"count\": 300}"), 400, "invalid-body"),
        ("POST", "/count", Some("{\"count\": \"1\"}"), 400, "invalid-body"),
        ("POST", "/count", Some("{\"count\": 1, \"more\": 2}"), 400, "invalid-body"),
        ("POST", "/count", Some(large.as_str()), 413, "body-too-large"),
        ("GET", "/panic", None, 500, "internal"),
    ] {
        let (found, media, text) = call(method, path, json!({}), body).await;
        assert_eq!((found, media.as_str()), (status, "application/problem+json"), "{method} {path}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["type"], format!("urn:vivier:problem:{kind}"), "{method} {path}");
        assert!(!text.contains("camille"));
    }
}

#[tokio::test]
async fn a_good_body_is_read() {
    assert_eq!(
        call("POST", "/count", json!({}), Some("{\"count\": 7}")).await,
        (200, "text/plain; charset=utf-8".into(), "7".into())
    );
}

#[tokio::test]
async fn an_event_that_is_no_request_is_a_bad_request() {
    for text in
        ["{\"httpMethod\":1}", "{\"httpMethod\":\"GET\",\"headers\":{\"a\":\"b\\nc\"},\"requestContext\":{}}"]
    {
        let answer = handle(router(), None, &RawValue::from_string(text.into()).unwrap()).await;
        assert!((400..500).contains(&answer["statusCode"].as_u64().unwrap()), "{text} {answer}");
    }
}
