//! The template's routes and the functions' own API documents are the same, `openapi.json` is what they say together, and
//! `golden/rights.txt` is who may do what. `UPDATE=1 cargo test -p vivier-testkit routes` writes both anew.

mod merge;
mod parts;
mod purposes;
mod rights;

use std::{collections::BTreeSet, env, fs};

use merge::merge;
use parts::parts;
use rights::{Fared, Right};
use serde_json::Value;

use crate::{
    nothing_wrong,
    template::{functions, public_routes, template},
    workspace,
};

const DOCUMENT: &str = "openapi.json";
const RIGHTS: &str = "shared/testkit/tests/contract/golden/rights.txt";

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

fn json_parts() -> Vec<(&'static str, Value)> {
    parts().iter().map(|part| (part.name, part.json())).collect()
}

/// Writes a file anew where that was asked for, and says what is committed.
fn committed(file: &str, current: &str) -> String {
    let path = workspace::root().join(file);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(&path, current).expect("the file can be written");
    }
    fs::read_to_string(&path).unwrap_or_default()
}

#[test]
fn the_template_and_the_code_have_the_same_routes() {
    let parts = json_parts();
    let mut found = Vec::new();
    for function in functions(&template()) {
        let part = parts.iter().find(|(name, _)| *name == function.name());
        let document = part.map(|(_, part)| routes(part)).unwrap_or_default();
        found.extend(differences(&function.name(), &function.routes().into_iter().collect(), &document));
    }
    nothing_wrong(&found);
}

#[test]
fn the_committed_document_is_current() {
    let current = merge(&json_parts(), rights::table());
    nothing_wrong(&repeated(&current));
    let text = serde_json::to_string_pretty(&current).expect("a document is JSON") + "\n";
    let committed: Value = serde_json::from_str(&committed(DOCUMENT, &text)).unwrap_or_default();
    assert!(
        committed == current,
        "{DOCUMENT} has drifted: `UPDATE=1 cargo test -p vivier-testkit routes` writes it anew"
    );
}

#[test]
fn the_committed_rights_are_current() {
    let current = rights::written(rights::table());
    let committed = committed(RIGHTS, &current);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (is, was) = (lines(&current), lines(&committed));
    let mut found: Vec<_> = is.difference(&was).map(|row| format!("is now    {row}")).collect();
    found.extend(was.difference(&is).map(|row| format!("committed {row}")));
    nothing_wrong(&found);
}

#[test]
fn every_route_has_its_row() {
    let table = rights::table();
    let routes: BTreeSet<_> =
        functions(&template()).iter().flat_map(crate::template::Function::routes).collect();
    let missing = routes.iter().filter(|route| !table.contains_key(*route));
    nothing_wrong(&missing.map(|route| format!("{route} has no row in {RIGHTS}")).collect::<Vec<_>>());
}

/// What the gateway asks of everybody, the code must not take for granted, and the other way round.
#[test]
fn the_gateway_lets_nobody_in_where_the_code_does_not() {
    let public = public_routes(&template());
    let mut found = Vec::new();
    for (route, row) in rights::table() {
        let open = (row.right == Right::Public, row.fared[0] == Fared::In, public.contains(route));
        if open != (false, false, false) && open != (true, true, true) {
            found.push(format!("{route}: code and template disagree about who gets in: {open:?}"));
        }
    }
    nothing_wrong(&found);
}

#[test]
fn every_write_heeds_its_idempotency_key() {
    nothing_wrong(&rights::careless());
}

/// A function that writes carries writes out once, and one that members use enters what they do.
#[test]
fn functions_stand_behind_their_whole_edge() {
    let table = rights::table();
    let mut found = Vec::new();
    for part in parts() {
        let main = workspace::read(&format!("functions/{}/src/main.rs", part.name));
        let routes: Vec<_> = routes(&part.json())
            .into_iter()
            .filter_map(|route| Some((table.get(&route)?.right, route)))
            .collect();
        let writes =
            routes.iter().any(|(right, route)| *right != Right::Public && !route.starts_with("GET "));
        let members = routes.iter().any(|(right, _)| !matches!(right, Right::Public | Right::Candidate));
        for (needed, call) in [(writes && !part.keeps_nothing(), ".idempotent("), (members, ".audited(")] {
            if needed && !main.contains(call) {
                found.push(format!("functions/{}/src/main.rs does not call `{call}…)`", part.name));
            }
        }
        if part.keeps_nothing() && main.contains(".idempotent(") {
            found.push(format!(
                "functions/{}/src/main.rs keeps answers, its document says it does not",
                part.name
            ));
        }
    }
    nothing_wrong(&found);
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
