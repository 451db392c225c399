//! The template's routes and the functions' own API documents are the same, and `openapi.json` is what they say
//! together. `UPDATE=1 cargo test -p vivier-testkit routes` writes it anew.

mod merge;

use std::{collections::BTreeSet, env, fs};

use merge::{Office, merge};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::{
    nothing_wrong,
    template::{functions, template},
    workspace,
};

const DOCUMENT: &str = "openapi.json";

/// Every function with routes, and its part of the document.
fn parts() -> Vec<(&'static str, Office, OpenApi)> {
    vec![
        ("chat", Office::Front, chat::routes::openapi()),
        ("ingest", Office::Back, ingest::routes::openapi()),
        ("metrics", Office::Back, metrics::routes::openapi()),
        ("offers", Office::Back, offers::routes::openapi()),
        ("retention", Office::Back, retention::routes::openapi()),
        ("search", Office::Front, search::routes::openapi()),
    ]
}

/// The routes of a document, as `GET /v1/offers`.
fn routes(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
            methods.map(move |method| format!("{method} {path}")).collect::<Vec<_>>()
        })
        .collect()
}

fn differences(function: &str, template: &BTreeSet<String>, document: &BTreeSet<String>) -> Vec<String> {
    let one = template
        .difference(document)
        .map(|route| format!("{function}: {route} stands in template.yaml alone"));
    let other =
        document.difference(template).map(|route| format!("{function}: {route} stands in the code alone"));
    one.chain(other).collect()
}

/// Operations whose name another has as well.
fn repeated(document: &Value) -> Vec<String> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for item in document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object()) {
        let names = item.values().map(|operation| operation["operationId"].as_str().unwrap_or_default());
        found.extend(
            names
                .filter(|name| !seen.insert(name.to_owned()))
                .map(|name| format!("two operations are called {name:?}")),
        );
    }
    found
}

fn json_parts() -> Vec<(&'static str, Office, Value)> {
    let value = |part: OpenApi| serde_json::to_value(part).expect("a document is JSON");
    parts().into_iter().map(|(name, office, part)| (name, office, value(part))).collect()
}

#[test]
fn the_template_and_the_code_have_the_same_routes() {
    let parts = json_parts();
    let mut found = Vec::new();
    for function in functions(&template()) {
        let part = parts.iter().find(|(name, ..)| *name == function.name());
        let document = part.map(|(_, _, part)| routes(part)).unwrap_or_default();
        found.extend(differences(&function.name(), &function.routes().into_iter().collect(), &document));
    }
    nothing_wrong(&found);
}

#[test]
fn the_committed_document_is_current() {
    let current = merge(&json_parts());
    nothing_wrong(&repeated(&current));
    let file = workspace::root().join(DOCUMENT);
    if env::var_os("UPDATE").is_some() {
        let text = serde_json::to_string_pretty(&current).expect("a document is JSON");
        fs::write(&file, text + "\n").expect("the document can be written");
    }
    let committed: Value =
        fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    assert!(
        committed == current,
        "{DOCUMENT} has drifted: `UPDATE=1 cargo test -p vivier-testkit routes` writes it anew"
    );
}

mod would_notice {
    use super::*;
    use serde_json::json;

    fn set(routes: &[&str]) -> BTreeSet<String> {
        routes.iter().map(|route| (*route).to_owned()).collect()
    }

    #[test]
    fn a_route_on_one_side_alone() {
        let document = routes(&json!({"paths": {"/v1/a": {"get": {}}}}));
        assert_eq!(document, set(&["GET /v1/a"]));
        assert_eq!(differences("a", &set(&["GET /v1/a", "GET /v1/b"]), &document).len(), 1);
        assert_eq!(differences("a", &set(&[]), &document).len(), 1);
        assert!(differences("a", &document, &document).is_empty());
    }

    #[test]
    fn two_operations_of_one_name() {
        let whole =
            json!({"paths": {"/a": {"get": {"operationId": "a_list"}, "post": {"operationId": "a_list"}}}});
        assert_eq!(repeated(&whole).len(), 1);
    }
}
