//! The template's routes and the functions' own API documents are the same, and `openapi.json` is what they say
//! together. `UPDATE=1 cargo test -p vivier-testkit routes` writes it anew.

use std::{collections::BTreeSet, env, fs};

use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use crate::{
    nothing_wrong,
    template::{functions, template},
    workspace,
};

const DOCUMENT: &str = "openapi.json";

/// Whom a function serves.
#[derive(Clone, Copy)]
enum Office {
    /// Candidates: a publishable key, or the host name alone.
    Front,
    /// Members: an access token.
    Back,
}

/// Every function with routes, and its part of the document.
fn parts() -> Vec<(&'static str, Office, OpenApi)> {
    vec![
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
    let one = template.difference(document).map(|route| format!("{function}: {route} stands in template.yaml alone"));
    let other = document.difference(template).map(|route| format!("{function}: {route} stands in the code alone"));
    one.chain(other).collect()
}

/// All parts as one document.
fn merge(parts: &[(&str, Office, Value)]) -> Value {
    let mut whole = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Vivier",
            "description": "Candidates search offers and ask documents; members bring them in and read figures.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {
            "publishable_key": {"type": "apiKey", "in": "header", "name": "X-Vivier-Key",
                "description": "A tenant's publishable key. A request to the tenant's own host name needs none."},
            "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "An access token of the user pool."},
        }},
    });
    for (function, office, part) in parts {
        let part = qualified(function, part, parts);
        let security = match office {
            Office::Front => json!([{"publishable_key": []}, {}]),
            Office::Back => json!([{"access_token": []}]),
        };
        for (path, item) in part["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let mut operation = operation.clone();
                // Functions use the same verbs; in one document an operation's name must be its alone.
                let verb = operation["operationId"].as_str().unwrap_or(method).to_owned();
                operation["operationId"] = json!(format!("{function}_{verb}"));
                operation["security"] = security.clone();
                whole["paths"][path][method] = operation;
            }
        }
        for (name, schema) in part["components"]["schemas"].as_object().into_iter().flatten() {
            let known = &mut whole["components"]["schemas"][name];
            assert!(known.is_null() || known == schema, "{name} refers to schemas that differ: give it a name of its own");
            *known = schema.clone();
        }
    }
    whole
}

/// A part in which every schema that means something else in another function bears its function's name.
fn qualified(function: &str, part: &Value, parts: &[(&str, Office, Value)]) -> Value {
    let mut part = part.clone();
    for (name, schema) in part["components"]["schemas"].as_object().cloned().into_iter().flatten() {
        let meanings = parts.iter().map(|(_, _, other)| &other["components"]["schemas"][&name]);
        if meanings.into_iter().any(|other| !other.is_null() && *other != schema) {
            let long = format!("{function}_{name}");
            point(&mut part, &format!("#/components/schemas/{name}"), &format!("#/components/schemas/{long}"));
            let schemas = part["components"]["schemas"].as_object_mut().expect("the schemas just read");
            let schema = schemas.remove(&name).expect("the schema just read");
            schemas.insert(long, schema);
        }
    }
    part
}

/// Points every reference to `from` at `to`.
fn point(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| point(item, from, to)),
        Value::Object(fields) => fields.values_mut().for_each(|field| point(field, from, to)),
        _ => {}
    }
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
    let file = workspace::root().join(DOCUMENT);
    if env::var_os("UPDATE").is_some() {
        let text = serde_json::to_string_pretty(&current).expect("a document is JSON");
        fs::write(&file, text + "\n").expect("the document can be written");
    }
    let committed: Value = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    assert!(committed == current, "{DOCUMENT} has drifted: `UPDATE=1 cargo test -p vivier-testkit routes` writes it anew");
}

mod would_notice {
    use super::*;

    fn part(path: &str, schema: &Value) -> Value {
        json!({"paths": {path: {"get": {"operationId": "list"}}}, "components": {"schemas": {"Page": schema}}})
    }

    #[test]
    fn a_route_on_one_side_alone() {
        let set = |routes: &[&str]| routes.iter().map(|route| (*route).to_owned()).collect::<BTreeSet<_>>();
        let document = routes(&part("/v1/a", &json!({})));
        assert_eq!(document, set(&["GET /v1/a"]));
        assert_eq!(differences("a", &set(&["GET /v1/a", "GET /v1/b"]), &document).len(), 1);
        assert_eq!(differences("a", &set(&[]), &document).len(), 1);
        assert!(differences("a", &document, &document).is_empty());
    }

    #[test]
    fn one_document() {
        let same = [("a", Office::Front, part("/a", &json!({}))), ("b", Office::Back, part("/b", &json!({})))];
        let whole = merge(&same);
        assert_eq!(whole["paths"]["/b"]["get"]["operationId"], "b_list");
        assert_eq!(whole["paths"]["/b"]["get"]["security"], json!([{"access_token": []}]));
        assert_eq!(whole["components"]["schemas"], json!({"Page": {}}));
    }

    #[test]
    fn a_schema_of_two_meanings_has_two_names() {
        let list = json!({"$ref": "#/components/schemas/Page"});
        let mut first = part("/a", &json!({"type": "string"}));
        first["paths"]["/a"]["get"]["responses"] = list;
        let whole = merge(&[("a", Office::Front, first), ("b", Office::Back, part("/b", &json!(true)))]);
        assert_eq!(whole["components"]["schemas"], json!({"a_Page": {"type": "string"}, "b_Page": true}));
        assert_eq!(whole["paths"]["/a"]["get"]["responses"]["$ref"], "#/components/schemas/a_Page");
    }
}
