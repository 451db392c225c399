//! What the edge enters in the audit log, request by request, in the shared database of the test stack.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does: by panicking")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{delete, get, post},
};
use serde_json::{Value, json, value::RawValue};
use utoipa::openapi::OpenApi;
use vivier_domain::{
    permission::{Permission, needs},
    purpose::serves,
};
use vivier_runtime::{
    Clock, Function,
    http::{BackOffice, FrontOffice, InProject, Myself},
};
use vivier_store::audit::{self, Filter};
use vivier_tenancy::{Tenancy, TenantScope};
use vivier_testkit::{house, scope, stack::Stack};

const MEMBER: &str = "018f0000-0000-7000-8000-0000000000c1";
const THING: &str = "018f0000-0000-7000-8000-0000000000d1";
const PROJECT: &str = "018f0000-0000-7000-8000-0000000000a1";
const REQUEST: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/// How often a handler ran.
type Runs = Arc<AtomicU32>;

fn router(runs: &Runs, tenancy: &Tenancy) -> Router {
    let (created, deleted, tenancy) = (Arc::clone(runs), Arc::clone(runs), tenancy.clone());
    Router::new()
        .route(
            "/v1/things",
            post(move |_: BackOffice<needs::OffersWrite>| async move {
                created.fetch_add(1, Ordering::SeqCst);
                (StatusCode::CREATED, [(header::LOCATION, format!("/v1/things/{THING}"))])
            })
            .get(|_: BackOffice<needs::OffersRead>| async { "things" }),
        )
        .route(
            "/v1/things/{id}",
            delete(move |_: BackOffice<needs::OffersWrite>| async move {
                deleted.fetch_add(1, Ordering::SeqCst);
                StatusCode::NOT_FOUND
            })
            .put(broken)
            .patch(|_: BackOffice<needs::OffersWrite>| async { StatusCode::SERVICE_UNAVAILABLE }),
        )
        .route("/v1/roles/{id}", delete(|_: BackOffice<needs::RolesWrite>| async { "gone" }))
        .route("/v1/projects/{project}", post(|_: InProject<needs::ProjectsWrite>| async { "renamed" }))
        .route("/v1/people", get(|_: BackOffice<needs::MembersRead>| async { "people" }))
        .route("/v1/self", get(|_: Myself| async { "me" }).delete(|_: Myself| async { "gone" }))
        .route("/v1/front", post(|_: FrontOffice<serves::Nobody>| async { "asked" }))
        .route(
            "/v1/tenant",
            delete(move |office: BackOffice<needs::OffersWrite>| async move {
                let provisioning = tenancy.provisioning(&scope::platform()).unwrap();
                provisioning.leave_pool(&office.0).await.unwrap();
                "left".into_response()
            }),
        )
}

async fn broken(_: BackOffice<needs::OffersWrite>) -> &'static str {
    panic!("camille@example.org")
}

fn document() -> OpenApi {
    let named = |names: &[(&str, &str)]| {
        names
            .iter()
            .map(|(method, name)| ((*method).to_owned(), json!({"operationId": name, "responses": {}})))
            .collect::<Value>()
    };
    serde_json::from_value(json!({
        "openapi": "3.1.0", "info": {"title": "", "version": ""},
        "paths": {
            "/v1/things": named(&[("post", "things_create"), ("get", "things_list")]),
            "/v1/things/{id}": named(&[("delete", "things_delete"), ("put", "things_replace"), ("patch", "things_change")]),
            "/v1/roles/{id}": named(&[("delete", "roles_delete")]),
            "/v1/projects/{project}": named(&[("post", "projects_rename")]),
            "/v1/people": named(&[("get", "people_list")]),
            "/v1/self": named(&[("get", "self_show"), ("delete", "self_leave")]),
            "/v1/front": named(&[("post", "front_ask")]),
            "/v1/tenant": named(&[("delete", "tenant_leave")]),
        },
    }))
    .unwrap()
}

/// What the authorizer said of a member with these permissions, in a project or in none.
fn member(scope: &TenantScope, permissions: &str, project: Option<&str>) -> Value {
    let mut context = json!({
        "tenant": scope.tenant(), "office": "back", "member": MEMBER, "permissions": permissions, "address": "192.0.2.7",
    });
    if let Some(project) = project {
        context["project"] = json!(project);
    }
    context
}

async fn call(function: &Function, method: &str, path: &str, authorizer: &Value) -> u64 {
    let event = json!({
        "resource": path, "path": path, "httpMethod": method, "headers": {}, "multiValueHeaders": {},
        "requestContext": {"requestId": REQUEST, "stage": "demo", "httpMethod": method, "identity": {}, "authorizer": authorizer},
        "body": null, "isBase64Encoded": false,
    });
    let answer = function.invoke(RawValue::from_string(event.to_string()).unwrap()).await.unwrap();
    answer["statusCode"].as_u64().unwrap()
}

async fn entries(tenancy: &Tenancy, scope: &TenantScope) -> Vec<(String, String, String)> {
    let mut session = tenancy.pool(scope).await.unwrap();
    let tx = session.begin().await.unwrap();
    let found = audit::export(&tx, &Filter::default(), None, 100).await.unwrap();
    for entry in &found {
        assert_eq!(
            (
                entry.actor.as_str(),
                entry.office.as_str(),
                entry.from_address.as_deref(),
                entry.request_id.as_deref()
            ),
            (MEMBER, "back", Some("192.0.2.7"), Some(REQUEST))
        );
    }
    found.into_iter().map(|entry| (entry.action, entry.subject, entry.outcome)).collect()
}

#[tokio::test]
async fn each_request_leaves_the_entries_it_must() {
    let stack = Stack::from_env();
    let tenancy = stack.tenancy().await;
    let runs = Runs::default();
    let function =
        Function::new("test").http(router(&runs, &tenancy)).audited(&tenancy, Clock::System, &document());
    let thing = format!("/v1/things/{THING}");
    let (project, elsewhere) = (format!("/v1/projects/{PROJECT}"), format!("/v1/projects/{THING}"));
    for (method, path, permissions, status, action, subjects, outcomes) in [
        ("POST", "/v1/things", "offers.write", 201, "things_create", ["", THING], &["begun", "done"][..]),
        ("POST", "/v1/things", "offers.read", 403, "things_create", ["", ""], &["refused"]),
        ("GET", "/v1/things", "offers.read", 200, "", ["", ""], &[]),
        ("GET", "/v1/things", "", 403, "", ["", ""], &[]),
        ("DELETE", &thing, "offers.write", 404, "things_delete", [THING, THING], &["begun", "refused"]),
        (
            "DELETE",
            "/v1/things/camille@example.org",
            "offers.write",
            404,
            "things_delete",
            ["invalid", "invalid"],
            &["begun", "refused"],
        ),
        (
            "DELETE",
            "/v1/things/chef-de-projet",
            "offers.write",
            404,
            "things_delete",
            ["invalid", "invalid"],
            &["begun", "refused"],
        ),
        (
            "DELETE",
            "/v1/roles/chef-de-projet",
            "roles.write",
            200,
            "roles_delete",
            ["chef-de-projet", "chef-de-projet"],
            &["begun", "done"],
        ),
        ("PUT", &thing, "offers.write", 500, "things_replace", [THING, THING], &["begun", "failed"]),
        ("PATCH", &thing, "offers.write", 503, "things_change", [THING, THING], &["begun", "failed"]),
        ("POST", &project, "projects.write", 200, "projects_rename", [PROJECT, PROJECT], &["begun", "done"]),
        ("POST", &project, "projects.read", 403, "projects_rename", [PROJECT, PROJECT], &["refused"]),
        ("POST", &elsewhere, "projects.write", 404, "projects_rename", [THING, THING], &["refused"]),
        ("GET", "/v1/people", "members.read", 200, "people_list", ["", ""], &["done"]),
        ("GET", "/v1/people", "", 403, "people_list", ["", ""], &["refused"]),
        ("GET", "/v1/self", "", 200, "", ["", ""], &[]),
        ("DELETE", "/v1/self", "", 200, "self_leave", ["", ""], &["begun", "done"]),
        ("POST", "/v1/front", "offers.write", 403, "", ["", ""], &[]),
        ("GET", "/v1/nowhere", "offers.write", 404, "", ["", ""], &[]),
    ] {
        let own = stack.pool_tenant(&tenancy).await;
        let caller = member(&own, permissions, Some(PROJECT));
        assert_eq!(call(&function, method, path, &caller).await, status, "{method} {path} {permissions}");
        let tenant = own.tenant().to_string();
        let subject =
            |place: usize| if subjects[place].is_empty() { tenant.clone() } else { subjects[place].into() };
        let skipped = 2 - outcomes.len().clamp(1, 2);
        let expected: Vec<_> = outcomes
            .iter()
            .enumerate()
            .map(|(number, outcome)| (action.to_owned(), subject(number + skipped), (*outcome).to_owned()))
            .collect();
        assert_eq!(entries(&tenancy, &own).await, expected, "{method} {path} {permissions}");
    }
}

#[tokio::test]
async fn candidates_leave_no_entries() {
    let stack = Stack::from_env();
    let tenancy = stack.tenancy().await;
    let function = Function::new("test").http(router(&Runs::default(), &tenancy)).audited(
        &tenancy,
        Clock::System,
        &document(),
    );
    let own = stack.pool_tenant(&tenancy).await;
    let candidate = json!({"tenant": own.tenant(), "office": "front"});
    for (method, path, status) in
        [("POST", "/v1/front", 200), ("POST", "/v1/things", 403), ("DELETE", "/v1/self", 403)]
    {
        assert_eq!(call(&function, method, path, &candidate).await, status, "{method} {path}");
    }
    assert_eq!(entries(&tenancy, &own).await, []);
}

#[tokio::test]
async fn what_cannot_be_entered_is_not_done() {
    let (tenancy, runs) = (house::empty(), Runs::default());
    let own = scope::back(vivier_domain::ids::TenantId::generate(), MEMBER, &[Permission::OffersWrite]);
    let caller = member(&own, "offers.write offers.read members.read", None);
    let closed =
        Function::new("test").http(router(&runs, &tenancy)).audited(&tenancy, Clock::System, &document());
    let forgotten = Function::new("test").http(router(&runs, &tenancy));
    let unnamed = Function::new("test").http(router(&runs, &tenancy)).audited(
        &tenancy,
        Clock::System,
        &OpenApi::default(),
    );
    for (what, function, method, path, status) in [
        ("a write without a log", &closed, "POST", "/v1/things", 503),
        ("a personal reading without a log", &closed, "GET", "/v1/people", 503),
        ("another reading needs none", &closed, "GET", "/v1/things", 200),
        ("a function that enters nothing", &forgotten, "POST", "/v1/things", 500),
        ("a function that enters nothing, read", &forgotten, "GET", "/v1/things", 500),
        ("a function that enters nothing, oneself", &forgotten, "GET", "/v1/self", 500),
        ("a route that no document names", &unnamed, "POST", "/v1/things", 500),
    ] {
        assert_eq!(call(function, method, path, &caller).await, status, "{what}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "no handler of a write ran");
}

#[tokio::test]
async fn what_is_done_is_answered_even_if_its_end_cannot_be_entered() {
    let stack = Stack::from_env();
    let tenancy = stack.tenancy().await;
    let own = stack.pool_tenant(&tenancy).await;
    let function = Function::new("test").http(router(&Runs::default(), &tenancy)).audited(
        &tenancy,
        Clock::System,
        &document(),
    );
    // The handler takes the tenant out of the shared database, its log included.
    assert_eq!(call(&function, "DELETE", "/v1/tenant", &member(&own, "offers.write", None)).await, 200);
}
