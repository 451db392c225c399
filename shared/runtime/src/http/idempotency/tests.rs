use super::*;
use serde_json::json;
use vivier_tenancy::doors;

fn parts(method: &str, uri: &str, headers: &[(HeaderName, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.body(Body::empty()).unwrap().into_parts().0
}

fn scope(authorizer: &serde_json::Value) -> TenantScope {
    let context = json!({"httpMethod": "POST", "identity": {}, "authorizer": authorizer});
    doors::http::enter(&serde_json::from_value(context).unwrap()).unwrap()
}

const TENANT: &str = "018f0000-0000-7000-8000-000000000001";
const PROJECT: &str = "018f0000-0000-7000-8000-000000000002";

#[test]
fn a_key_is_one_uuid() {
    for (values, good) in [
        (&["018f0000-0000-7000-8000-00000000000a"][..], true),
        (&["018F0000-0000-7000-8000-00000000000A"], true),
        (&["018f000000007000800000000000000a"], false),
        (&["{018f0000-0000-7000-8000-00000000000a}"], false),
        (&["one"], false),
        (&[""], false),
        (&["018f0000-0000-7000-8000-00000000000a", "018f0000-0000-7000-8000-00000000000a"], false),
    ] {
        let headers: Vec<_> = values.iter().map(|value| (IDEMPOTENCY_KEY, *value)).collect();
        assert_eq!(key(&parts("POST", "/", &headers).headers).is_ok(), good, "{values:?}");
    }
}

#[test]
fn a_request_is_the_same_only_when_all_of_it_is() {
    let of = |method: &str, uri: &str, headers: &[(HeaderName, &str)], body: &'static str| {
        whole(&parts(method, uri, headers), &Bytes::from_static(body.as_bytes()))
    };
    let own = of("POST", "/v1/a?b=1&c=2", &[], "{}");
    assert_eq!(own, of("POST", "/v1/a?c=2&b=1", &[(header::ACCEPT, "*/*")], "{}"));
    for other in [
        of("PUT", "/v1/a?b=1&c=2", &[], "{}"),
        of("POST", "/v1/b?b=1&c=2", &[], "{}"),
        of("POST", "/v1/a?b=1&c=3", &[], "{}"),
        of("POST", "/v1/a?b=1&c=2", &[], "{} "),
        of("POST", "/v1/a?b=1&c=2", &[(header::IF_MATCH, "\"1\"")], "{}"),
        of("POST", "/v1/a?b=1&c=2", &[(header::CONTENT_TYPE, "text/plain")], "{}"),
    ] {
        assert_ne!(own, other);
    }
}

#[test]
fn callers_are_told_apart() {
    let callers: Vec<_> = [
        json!({"tenant": TENANT, "office": "front"}),
        json!({"tenant": TENANT, "office": "front", "project": PROJECT}),
        json!({"tenant": TENANT, "office": "back", "member": "a"}),
        json!({"tenant": TENANT, "office": "back", "member": "b", "project": PROJECT}),
    ]
    .iter()
    .map(|authorizer| caller(&scope(authorizer)))
    .collect();
    assert_eq!(callers.iter().collect::<std::collections::BTreeSet<_>>().len(), callers.len(), "{callers:?}");
}

fn kept(status: StatusCode, headers: &[(HeaderName, &str)], body: &str) -> Option<Vec<u8>> {
    let parts = parts("GET", "/", headers);
    written(&parts.headers, status, &Bytes::copy_from_slice(body.as_bytes()), Some(Permission::OffersWrite))
}

#[test]
fn what_lasts_is_kept() {
    let long = "a".repeat(LONGEST);
    for (status, headers, body, lasts) in [
        (201, &[][..], "{}", true),
        (204, &[], "", true),
        (400, &[], "{}", true),
        (404, &[], "{}", true),
        (409, &[], "{}", true),
        (412, &[], "{}", true),
        (201, &[(header::SET_COOKIE, "a=b")], "{}", false),
        (201, &[], long.as_str(), false),
        (401, &[], "{}", false),
        (403, &[], "{}", false),
        (429, &[], "{}", false),
        (500, &[], "{}", false),
        (503, &[], "{}", false),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(kept(status, headers, body).is_some(), lasts, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn an_answer_is_given_again_to_whoever_may_still_have_it() {
    let headers = [(header::LOCATION, "/v1/imports/1"), (header::DATE, "today"), (header::ETAG, "\"3\"")];
    let answer = kept(StatusCode::CREATED, &headers, "{\"a\":1}").unwrap();
    let member = |permissions: &str| {
        scope(&json!({"tenant": TENANT, "office": "back", "member": "m", "permissions": permissions}))
    };
    let response = again(&member("offers.read offers.write"), &answer).unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()[header::LOCATION], "/v1/imports/1");
    assert_eq!(response.headers()[header::ETAG], "\"3\"");
    assert_eq!(response.headers()[IDEMPOTENCY_REPLAYED], "true");
    assert!(!response.headers().contains_key(header::DATE));
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body.as_ref(), b"{\"a\":1}");
    assert_eq!(again(&member("offers.read"), &answer).unwrap_err().status, 403);
}

#[test]
fn the_permission_that_a_signature_needs_is_noted() {
    let needed = Needed::default();
    let mut parts = parts("POST", "/", &[]);
    note(&parts, Permission::OffersRead);
    parts.extensions.insert(needed.clone());
    note(&parts, Permission::OffersWrite);
    assert_eq!(needed.0.get(), Some(&Permission::OffersWrite));
}
