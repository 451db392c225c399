use super::*;
use axum::http::HeaderValue;
use serde_json::json;
use utoipa::openapi::OpenApiBuilder;
use vivier_domain::ids::TenantId;
use vivier_testkit::scope;

const ID: &str = "018f0000-0000-7000-8000-0000000000d1";

#[test]
fn what_is_an_id_and_what_may_be_content() {
    for (text, as_id, as_name) in [
        (ID, Some(ID), Some(ID)),
        ("018F0000-0000-7000-8000-0000000000D1", Some(ID), Some(ID)),
        ("12", Some("12"), Some("12")),
        ("chef-de-projet", None, Some("chef-de-projet")),
        ("camille@example.org", None, None),
        ("Camille Durand", None, None),
        ("0600000000", None, None),
        ("", None, None),
        ("é", None, None),
        (&"a".repeat(41), None, None),
    ] {
        assert_eq!((id(text).as_deref(), name(text).as_deref()), (as_id, as_name), "{text}");
    }
}

#[test]
fn a_given_report_is_named_and_nothing_like_it() {
    for (text, named) in [
        ("members_activity", Some("members_activity")),
        ("activity", Some("activity")),
        ("Activity", None),
        ("activity of Camille", None),
        ("", None),
    ] {
        assert_eq!(given(text).as_deref(), named, "{text}");
    }
}

#[test]
fn what_was_created_is_in_the_subject() {
    let tenant = TenantId::generate().to_string();
    let other = "018f0000-0000-7000-8000-0000000000d2";
    let both = format!("{ID}/{other}");
    for (subject, status, location, expected) in [
        (tenant.as_str(), 201, Some(format!("/v1/imports/{ID}")), ID),
        (tenant.as_str(), 201, None, tenant.as_str()),
        (tenant.as_str(), 200, Some(format!("/v1/imports/{ID}")), tenant.as_str()),
        (tenant.as_str(), 201, Some("/v1/members/camille@example.org".into()), tenant.as_str()),
        (ID, 201, Some(format!("/v1/projects/{ID}/keys/{other}")), both.as_str()),
        (ID, 201, Some(format!("/v1/projects/{ID}")), ID),
    ] {
        let scope = scope::back(tenant.parse().unwrap(), "m", &[]);
        let page = Page {
            scope,
            action: "a_b".into(),
            subject: subject.into(),
            request: None,
            admitted: true,
            begun: true,
        };
        let mut headers = HeaderMap::new();
        if let Some(location) = &location {
            headers.insert(header::LOCATION, HeaderValue::from_str(location).unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(with_created(&page, status, &headers), expected, "{status} {location:?}");
    }
}

#[test]
fn outcomes() {
    for (status, expected) in [
        (200, Outcome::Done),
        (204, Outcome::Done),
        (304, Outcome::Done),
        (400, Outcome::Refused),
        (403, Outcome::Refused),
        (429, Outcome::Refused),
        (500, Outcome::Failed),
        (503, Outcome::Failed),
    ] {
        assert_eq!(outcome(StatusCode::from_u16(status).unwrap()), expected, "{status}");
    }
}

#[test]
fn operations_are_named_as_in_the_whole_document() {
    let paths = json!({
        "/v1/imports": {
            "post": {"operationId": "create", "responses": {}},
            "get": {"operationId": "imports_list", "responses": {}},
        },
        "/v1/imports/{id}": {"get": {"responses": {}}},
    });
    let mut document = serde_json::to_value(OpenApiBuilder::new().build()).unwrap();
    document["paths"] = paths;
    let document: OpenApi = serde_json::from_value(document).unwrap();
    let expected = [("GET /v1/imports", "imports_list"), ("POST /v1/imports", "imports_create")];
    assert_eq!(
        operations(&document),
        expected.map(|(route, name)| (route.to_owned(), name.to_owned())).into()
    );
}
