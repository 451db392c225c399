//! The functions' documents as one.

use serde_json::{Value, json};

/// Whom a function serves.
#[derive(Clone, Copy)]
pub(super) enum Office {
    /// Candidates: a publishable key, or the host name alone.
    Front,
    /// Members: an access token.
    Back,
}

/// All parts as one document.
pub(super) fn merge(parts: &[(&str, Office, Value)]) -> Value {
    let mut whole = frame();
    for (function, office, part) in parts {
        let part = qualified(function, part, parts);
        for (path, item) in part["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                whole["paths"][path][method] = complete(path, method, *office, operation.clone());
            }
        }
        for (name, schema) in part["components"]["schemas"].as_object().into_iter().flatten() {
            let known = &mut whole["components"]["schemas"][name];
            assert!(
                known.is_null() || known == schema,
                "{name} refers to schemas that differ: give it a name of its own"
            );
            *known = schema.clone();
        }
    }
    whole
}

/// What every route shares: who may call, and what the gateway answers by itself.
fn frame() -> Value {
    let problem = |description: &str| {
        let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
        json!({"description": description, "content": {"application/problem+json": schema}})
    };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Vivier",
            "description": "Candidates search offers and ask documents; members bring them in and read figures.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": {},
        "components": {
            "schemas": {},
            "responses": {
                "Unauthorized": problem("The caller is not known."),
                "TooManyRequests": problem("Too many requests; try again later."),
                "Unavailable": problem("A service does not answer; try again later."),
            },
            "securitySchemes": {
                "publishable_key": {"type": "apiKey", "in": "header", "name": "X-Vivier-Key",
                    "description": "A tenant's publishable key. A request to the tenant's own host name needs none."},
                "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "An access token of the user pool."},
            },
        },
    })
}

/// An operation with its name (`resource_verb`, the resource from its path unless the code says it), who may call it, and
/// the answers that every route has.
fn complete(path: &str, method: &str, office: Office, mut operation: Value) -> Value {
    let name = operation["operationId"].as_str().unwrap_or(method).to_owned();
    if !name.contains('_') {
        let resource = path.split('/').nth(2).unwrap_or_default();
        operation["operationId"] = json!(format!("{resource}_{name}"));
    }
    operation["security"] = match office {
        Office::Front => json!([{"publishable_key": []}, {}]),
        Office::Back => json!([{"access_token": []}]),
    };
    for (status, name) in [("401", "Unauthorized"), ("429", "TooManyRequests"), ("503", "Unavailable")] {
        if operation["responses"][status].is_null() {
            operation["responses"][status] = json!({"$ref": format!("#/components/responses/{name}")});
        }
    }
    operation
}

/// A part in which every schema that means something else in another function bears its function's name.
fn qualified(function: &str, part: &Value, parts: &[(&str, Office, Value)]) -> Value {
    let mut part = part.clone();
    for (name, schema) in part["components"]["schemas"].as_object().cloned().into_iter().flatten() {
        let meanings = parts.iter().map(|(_, _, other)| &other["components"]["schemas"][&name]);
        if meanings.into_iter().any(|other| !other.is_null() && *other != schema) {
            let long = format!("{function}_{name}");
            point(
                &mut part,
                &format!("#/components/schemas/{name}"),
                &format!("#/components/schemas/{long}"),
            );
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

#[test]
fn one_document() {
    let part = |path: &str| json!({"paths": {path: {"get": {"operationId": "list", "responses": {}}}}, "components": {"schemas": {"Page": {}}}});
    let whole = merge(&[("a", Office::Front, part("/v1/offers")), ("b", Office::Back, part("/v1/imports"))]);
    let operation = &whole["paths"]["/v1/imports"]["get"];
    assert_eq!(operation["operationId"], "imports_list");
    assert_eq!(operation["security"], json!([{"access_token": []}]));
    assert_eq!(operation["responses"]["401"]["$ref"], "#/components/responses/Unauthorized");
    assert_eq!(whole["components"]["schemas"], json!({"Page": {}}));
}

#[test]
fn a_schema_of_two_meanings_has_two_names() {
    let part = |path: &str, schema: Value| {
        let list = json!({"get": {"responses": {"200": {"$ref": "#/components/schemas/Page"}}}});
        json!({"paths": {path: list}, "components": {"schemas": {"Page": schema}}})
    };
    let text = json!({"type": "string"});
    let whole = merge(&[
        ("a", Office::Front, part("/a", text.clone())),
        ("b", Office::Back, part("/b", json!(true))),
    ]);
    assert_eq!(whole["components"]["schemas"], json!({"a_Page": text, "b_Page": true}));
    assert_eq!(whole["paths"]["/a"]["get"]["responses"]["200"]["$ref"], "#/components/schemas/a_Page");
}
