//! The functions' documents as one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rights::{Right, Row};

/// Methods that change something, as OpenAPI writes them.
const WRITES: [&str; 4] = ["post", "put", "patch", "delete"];

/// All parts as one document. `table` says who may call what.
pub(super) fn merge(parts: &[(&str, Value)], table: &BTreeMap<String, Row>) -> Value {
    let mut whole = frame();
    for (function, part) in parts {
        let part = qualified(function, part, parts);
        for (path, item) in part["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let row = table.get(&format!("{} {path}", method.to_uppercase()));
                let row = row.unwrap_or_else(|| panic!("{method} {path}: nobody knows who may call it"));
                whole["paths"][path][method] = complete(path, method, row, operation.clone());
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

/// The answers that routes share: their status, their name among the components, and what they say.
const SHARED: [(&str, &str, &str); 13] = [
    ("400", "BadRequest", "The request is not what this route takes."),
    ("401", "Unauthorized", "The caller is not known."),
    ("403", "Forbidden", "The caller may not do this, or not from there."),
    ("404", "NotFound", "There is no such thing."),
    ("409", "Conflict", "It is not possible in the present state, or the same request is being carried out."),
    ("412", "PreconditionFailed", "It was changed since it was seen."),
    ("413", "BodyTooLarge", "The body is too large."),
    ("415", "UnsupportedMediaType", "This route takes application/json."),
    ("422", "IdempotencyKeyReused", "The Idempotency-Key was used for another request."),
    ("428", "PreconditionRequired", "This change needs If-Match."),
    ("429", "TooManyRequests", "Too many requests; try again later."),
    ("500", "Internal", "Something went wrong on our side."),
    ("503", "Unavailable", "A service does not answer; try again later."),
];

/// What every route shares: who may call, and what the gateway and the edge answer by themselves.
fn frame() -> Value {
    let problem = |status: &str, description: &str| {
        let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
        let mut response =
            json!({"description": description, "content": {"application/problem+json": schema}});
        if matches!(status, "409" | "429") {
            response["headers"] = json!({"Retry-After": {"description": "Seconds to wait.",
                                                         "schema": {"type": "integer", "minimum": 0}}});
        }
        response
    };
    let responses = SHARED.iter().map(|(status, name, text)| ((*name).to_owned(), problem(status, text)));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Vivier",
            "description": "Candidates search offers and ask documents; members bring them in, read figures and administer.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": {},
        "components": {
            "schemas": {},
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "A UUID made up for this write. Sent again with the same request within 24 hours, it is \
                                    carried out once and answered the same, with `Idempotency-Replayed: true`.",
                    "schema": {"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36},
                },
            },
            "responses": responses.collect::<serde_json::Map<_, _>>(),
            "securitySchemes": {
                "publishable_key": {"type": "apiKey", "in": "header", "name": "X-Vivier-Key",
                    "description": "A front office's publishable key. A request to a tenant's own host name needs none."},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-vivier",
                    "description": "The session's cookie, which logging in sets."},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-Vivier-CSRF",
                    "description": "The session's token, which logging in answers: with every write by cookie."},
                "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "An access token of the user pool."},
            },
        },
    })
}

/// An operation with its name (`resource_verb`, the resource from its path unless the code says it), who may call it, and
/// the parameters and answers that every such route has.
fn complete(path: &str, method: &str, row: &Row, mut operation: Value) -> Value {
    let name = operation["operationId"].as_str().unwrap_or(method).to_owned();
    if !name.contains('_') {
        let resource = path.split('/').nth(2).unwrap_or_default();
        operation["operationId"] = json!(format!("{resource}_{name}"));
    }
    let write = WRITES.contains(&method);
    let known = row.right != Right::Public;
    // What a browser alone may do, the code says itself: a token is refused there once the store was asked.
    let cookie = row.right == Right::Member && operation["security"] == json!([{"session": []}]);
    operation["security"] = security(row.right, cookie, write);
    if let Right::InTenant(permission) | Right::InProject(permission) = row.right {
        operation["x-vivier-permission"] = json!(permission.as_str());
        let scope = if matches!(row.right, Right::InProject(_)) { "project" } else { "tenant" };
        operation["x-vivier-scope"] = json!(scope);
    }
    if write && known && !super::parts::keeps_nothing(&operation) {
        let parameter = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(parameter),
            None => operation["parameters"] = json!([parameter]),
        }
    }
    let if_match = has_parameter(&operation, "header", "if-match");
    let body = !operation["requestBody"].is_null();
    for (status, name, _) in SHARED {
        let possible = match status {
            "401" | "403" => known,
            // A cursor that nobody was given is like one that never was.
            "404" => path.contains('{') || has_parameter(&operation, "query", "cursor"),
            "409" | "422" => write && known,
            "412" | "428" => if_match,
            "413" => write,
            "415" => body,
            _ => true,
        };
        if possible && operation["responses"][status].is_null() {
            operation["responses"][status] = json!({"$ref": format!("#/components/responses/{name}")});
        }
    }
    for response in operation["responses"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        name_problems(response);
    }
    operation
}

fn security(right: Right, cookie: bool, write: bool) -> Value {
    let session = if write { json!({"session": [], "csrf": []}) } else { json!({"session": []}) };
    match right {
        Right::Public => json!([]),
        Right::Candidate => json!([{"publishable_key": []}, {}]),
        _ if cookie => json!([session]),
        _ => json!([{"access_token": []}, session]),
    }
}

fn has_parameter(operation: &Value, place: &str, name: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|parameter| {
        parameter["in"] == place && parameter["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name))
    })
}

/// A problem is `application/problem+json`, whatever the code left it to.
fn name_problems(response: &mut Value) {
    const PROBLEM: &str = "#/components/schemas/Problem";
    if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut)
        && content.get("application/json").is_some_and(|json| json["schema"]["$ref"] == PROBLEM)
        && let Some(json) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), json);
    }
}

/// A part in which every schema that means something else in another function bears its function's name.
fn qualified(function: &str, part: &Value, parts: &[(&str, Value)]) -> Value {
    let mut part = part.clone();
    for (name, schema) in part["components"]["schemas"].as_object().cloned().into_iter().flatten() {
        let meanings = parts.iter().map(|(_, other)| &other["components"]["schemas"][&name]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::permission::Permission;

    fn table(rows: &[(&str, Right)]) -> BTreeMap<String, Row> {
        let row = |right| Row { right, fared: Vec::new() };
        rows.iter().map(|(route, right)| ((*route).to_owned(), row(*right))).collect()
    }

    #[test]
    fn one_document() {
        let list = json!({"operationId": "list", "responses": {}});
        let part =
            |path: &str| json!({"paths": {path: {"get": list}}, "components": {"schemas": {"Page": {}}}});
        let table = table(&[
            ("GET /v1/offers", Right::Candidate),
            ("GET /v1/imports", Right::InTenant(Permission::OffersRead)),
        ]);
        let whole = merge(&[("a", part("/v1/offers")), ("b", part("/v1/imports"))], &table);
        let operation = &whole["paths"]["/v1/imports"]["get"];
        assert_eq!(operation["operationId"], "imports_list");
        assert_eq!(operation["security"], json!([{"access_token": []}, {"session": []}]));
        assert_eq!(operation["x-vivier-permission"], "offers.read");
        assert_eq!(operation["responses"]["401"]["$ref"], "#/components/responses/Unauthorized");
        assert!(operation["responses"]["409"].is_null());
        assert_eq!(whole["components"]["schemas"], json!({"Page": {}}));
    }

    #[test]
    fn what_writes_share() {
        let found = |method: &str, right, security: Value, parameters: Value| {
            let row = Row { right, fared: Vec::new() };
            let operation =
                json!({"responses": {}, "requestBody": {}, "parameters": parameters, "security": security});
            complete("/v1/a", method, &row, operation)
        };
        let if_match = json!([{"name": "If-Match", "in": "header"}]);
        let put = found("put", Right::InProject(Permission::SettingsWrite), json!(null), if_match);
        assert_eq!(put["parameters"][1]["$ref"], "#/components/parameters/IdempotencyKey");
        assert_eq!(put["security"][1], json!({"session": [], "csrf": []}));
        assert_eq!(put["x-vivier-scope"], "project");
        for status in ["400", "403", "409", "412", "413", "415", "422", "428", "429", "500", "503"] {
            assert!(!put["responses"][status].is_null(), "{status}");
        }
        let own = found("post", Right::Member, json!([{"session": []}]), json!(null));
        assert_eq!(own["security"], json!([{"session": [], "csrf": []}]));
        assert!(own["responses"]["412"].is_null());
        let login = found("post", Right::Public, json!(null), json!(null));
        assert_eq!((&login["security"], &login["parameters"]), (&json!([]), &json!(null)));
        assert!(login["responses"]["403"].is_null());
    }

    #[test]
    fn a_problem_bears_its_own_media_type() {
        let mut response =
            json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
        name_problems(&mut response);
        assert!(response["content"]["application/json"].is_null());
        assert!(!response["content"]["application/problem+json"].is_null());
        let mut page =
            json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}});
        name_problems(&mut page);
        assert!(!page["content"]["application/json"].is_null());
        let mut empty = json!({"description": "It is gone"});
        name_problems(&mut empty);
        assert_eq!(empty, json!({"description": "It is gone"}));
    }

    #[test]
    fn a_schema_of_two_meanings_has_two_names() {
        let part = |path: &str, schema: Value| {
            let list = json!({"get": {"responses": {"200": {"$ref": "#/components/schemas/Page"}}}});
            json!({"paths": {path: list}, "components": {"schemas": {"Page": schema}}})
        };
        let text = json!({"type": "string"});
        let table = table(&[("GET /a", Right::Candidate), ("GET /b", Right::Public)]);
        let whole = merge(&[("a", part("/a", text.clone())), ("b", part("/b", json!(true)))], &table);
        assert_eq!(whole["components"]["schemas"], json!({"a_Page": text, "b_Page": true}));
        assert_eq!(whole["paths"]["/a"]["get"]["responses"]["200"]["$ref"], "#/components/schemas/a_Page");
    }
}
