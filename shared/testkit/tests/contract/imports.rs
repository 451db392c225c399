//! Imports point one way: `domain ← tenancy ← store ← runtime ← functions`, `domain, text ← reference ← index ← functions`,
//! `store, text ← answers ← functions`, `domain ← mail, feeds, report ← functions`, `domain ← threshold ← index, functions`, `domain, text ← resume ← functions`, `domain, tenancy ← outside ← functions`,
//! `domain ← data_map ← store, functions`, `domain ← bundle ← functions`. The clients that could reach another tenant's data stay behind the doors. The command
//! line builds upon `bundle` alone, to check certificates with the code that forms them: it stands outside, as those who type it do.

use toml::{Table, Value};

use crate::{nothing_wrong, workspace};

/// A shared crate and the shared crates it may build upon.
const ORDER: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("bundle", &["domain"]),
    ("data_map", &["domain"]),
    ("tenancy", &["domain"]),
    ("runtime", &["domain", "tenancy", "store"]),
    ("store", &["domain", "tenancy", "data_map"]),
    ("text", &["domain"]),
    ("answers", &["domain", "tenancy", "store", "text"]),
    ("feeds", &["domain"]),
    ("reference", &["domain", "text"]),
    ("index", &["domain", "text", "reference", "threshold"]),
    ("mail", &["domain"]),
    ("outside", &["domain", "tenancy"]),
    ("report", &["domain"]),
    ("resume", &["domain", "text"]),
    ("testkit", &["domain", "tenancy"]),
    ("threshold", &["domain"]),
];
/// What a function may build upon.
const FUNCTION: &[&str] = &[
    "bundle",
    "domain",
    "data_map",
    "tenancy",
    "runtime",
    "store",
    "text",
    "answers",
    "feeds",
    "reference",
    "index",
    "mail",
    "outside",
    "report",
    "resume",
    "threshold",
];
/// Who may name the database driver and the cloud's clients; the store only for types.
const CLIENTS: &[&str] = &["tenancy", "store"];
/// What the command line is called, and the one client of the cloud that it may name: it invokes functions.
const COMMAND: (&str, &str) = ("vivier", "aws-sdk-lambda");

/// A crate's place, name and manifest.
struct Crate {
    function: bool,
    name: String,
    manifest: Table,
}

fn sections(manifest: &Table) -> impl Iterator<Item = (&'static str, &String, &Value)> {
    ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().flat_map(move |section| {
        let table = manifest.get(section).and_then(Value::as_table);
        table.into_iter().flatten().map(move |(name, value)| (section, name, value))
    })
}

fn wrong(crates: &[Crate]) -> Vec<String> {
    let functions: Vec<&str> = crates.iter().filter(|c| c.function).map(|c| c.name.as_str()).collect();
    crates.iter().flat_map(|one| wrong_in(one, &functions)).collect()
}

fn wrong_in(one: &Crate, functions: &[&str]) -> Vec<String> {
    let name = &one.name;
    let mut found = Vec::new();
    let allowed: &[&str] = if one.function {
        FUNCTION
    } else if name == COMMAND.0 {
        &["bundle"]
    } else if let Some((_, allowed)) = ORDER.iter().find(|(known, _)| known == name) {
        allowed
    } else {
        found.push(format!("shared/{name} has no place in the import order"));
        return found;
    };
    for (section, dependency, value) in sections(&one.manifest) {
        let for_tests = section == "dev-dependencies";
        let keys = value.as_table().into_iter().flatten().map(|(key, _)| key.as_str()).collect::<Vec<_>>();
        if keys != ["workspace"] || value.get("workspace") != Some(&Value::Boolean(true)) {
            found.push(format!(
                "{name}: {dependency} is pinned beside the workspace: write `{dependency}.workspace = true`"
            ));
        }
        if (dependency.starts_with("tokio-postgres") || dependency.starts_with("aws-sdk-"))
            && !CLIENTS.contains(&name.as_str())
            && (name.as_str(), dependency.as_str()) != COMMAND
        {
            found.push(format!("{name}: {dependency} opens data without a scope"));
        }
        // Only the kit may look at functions, and only in its tests: that is where the contracts stand.
        if functions.contains(&dependency.as_str()) && !(name == "testkit" && for_tests) {
            found.push(format!("{name}: imports the function {dependency}"));
        }
        if let Some(shared) = dependency.strip_prefix("vivier-") {
            let shared = shared.replace('-', "_");
            let test_only = for_tests && (shared == "testkit" || name == "testkit");
            if !allowed.contains(&shared.as_str()) && !test_only {
                found.push(format!("{name}: must not import {dependency} ({section})"));
            }
        }
    }
    found
}

/// A pin that nobody uses is a pin that nobody updates.
fn unused_pins(workspace: &Table, crates: &[Crate]) -> Vec<String> {
    let pins = workspace["workspace"]["dependencies"].as_table().expect("the pinned dependencies");
    pins.keys()
        .filter(|pin| !crates.iter().any(|one| sections(&one.manifest).any(|(_, name, _)| name == *pin)))
        .map(|pin| format!("Cargo.toml pins {pin}, which no crate uses"))
        .collect()
}

/// What a manifest lists and no source of the crate names. `sources` are all of them, tests and examples too.
fn unnamed(one: &Crate, sources: &str) -> Vec<String> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let words: std::collections::BTreeSet<&str> = sources.split(|c| !part_of_name(c)).collect();
    sections(&one.manifest)
        .filter(|(_, dependency, _)| !words.contains(dependency.replace('-', "_").as_str()))
        .map(|(section, dependency, _)| format!("{}: names {dependency} nowhere ({section})", one.name))
        .collect()
}

/// The store names types of drivers, never their clients.
fn clients_in(file: &str, source: &str) -> Vec<String> {
    let clients = [
        "aws_sdk_dynamodb::Client",
        "tokio_postgres::Client",
        "tokio_postgres::connect",
        "tokio_postgres::Config",
    ];
    clients
        .iter()
        .filter(|client| source.contains(*client))
        .map(|client| format!("{file}: {client}"))
        .collect()
}

fn parsed(path: &str) -> Table {
    workspace::read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn crates() -> Vec<Crate> {
    let read = |folder: &str, function: bool| {
        let names = workspace::folders(folder);
        let parse = |name: String| {
            let manifest = parsed(&format!("{folder}/{name}/Cargo.toml"));
            Crate { function, name, manifest }
        };
        names.into_iter().map(parse).collect::<Vec<_>>()
    };
    let command = Crate { function: false, name: COMMAND.0.into(), manifest: parsed("cli/Cargo.toml") };
    [read("shared", false), read("functions", true), vec![command]].concat()
}

impl Clone for Crate {
    fn clone(&self) -> Self {
        Self { function: self.function, name: self.name.clone(), manifest: self.manifest.clone() }
    }
}

#[test]
fn import_order() {
    nothing_wrong(&wrong(&crates()));
}

#[test]
fn every_pin_is_used() {
    nothing_wrong(&unused_pins(&workspace::read("Cargo.toml").parse().expect("Cargo.toml"), &crates()));
}

#[test]
fn a_crate_lists_what_it_uses() {
    let mut found = Vec::new();
    for one in crates() {
        let folder = match (one.function, one.name.as_str()) {
            (true, name) => format!("functions/{name}"),
            (false, name) if name == COMMAND.0 => "cli".to_owned(),
            (false, name) => format!("shared/{name}"),
        };
        let files = workspace::files(&folder, &["rs"]);
        found.extend(unnamed(&one, &files.iter().map(|file| workspace::read(file)).collect::<String>()));
    }
    nothing_wrong(&found);
}

#[test]
fn packages_bear_their_folders_names() {
    for one in crates() {
        let expected = if one.function || one.name == COMMAND.0 {
            one.name.clone()
        } else {
            format!("vivier-{}", one.name.replace('_', "-"))
        };
        assert_eq!(one.manifest["package"]["name"].as_str(), Some(expected.as_str()));
    }
}

#[test]
fn the_store_names_no_client() {
    let files = workspace::files("shared/store/src", &["rs"]);
    let found: Vec<String> = files.iter().flat_map(|file| clients_in(file, &workspace::read(file))).collect();
    nothing_wrong(&found);
}

mod would_notice {
    use super::*;

    fn sample(name: &str, manifest: &str) -> Crate {
        let outside = ["stray", COMMAND.0].contains(&name);
        let function = !ORDER.iter().any(|(known, _)| *known == name) && !outside;
        Crate { function, name: name.into(), manifest: manifest.parse().expect("a manifest") }
    }

    #[test]
    fn every_wrong_import() {
        for (name, manifest, sentence) in [
            ("domain", "[dependencies]\nvivier-tenancy.workspace = true", "must not import vivier-tenancy"),
            ("domain", "[dependencies]\nvivier-data-map.workspace = true", "must not import vivier-data-map"),
            ("data_map", "[dependencies]\nvivier-tenancy.workspace = true", "must not import vivier-tenancy"),
            ("store", "[dependencies]\nvivier-runtime.workspace = true", "must not import vivier-runtime"),
            ("offers", "[dependencies]\nsearch.workspace = true", "imports the function search"),
            ("offers", "[dev-dependencies]\nsearch.workspace = true", "imports the function search"),
            ("testkit", "[dependencies]\nsearch.workspace = true", "imports the function search"),
            ("offers", "[dependencies]\nvivier-testkit.workspace = true", "must not import vivier-testkit"),
            ("offers", "[dependencies]\naws-sdk-s3.workspace = true", "opens data without a scope"),
            ("offers", "[dev-dependencies]\ntokio-postgres.workspace = true", "opens data without a scope"),
            ("offers", "[dependencies]\nserde = \"1\"", "pinned beside the workspace"),
            (
                "offers",
                "[dependencies]\nserde = { workspace = true, features = [\"rc\"] }",
                "pinned beside the workspace",
            ),
            ("stray", "", "has no place"),
            ("vivier", "[dependencies]\nvivier-domain.workspace = true", "must not import vivier-domain"),
            ("vivier", "[dependencies]\naws-sdk-s3.workspace = true", "opens data without a scope"),
            ("vivier", "[dependencies]\nsearch.workspace = true", "imports the function search"),
        ] {
            let found = wrong(&[sample("search", ""), sample(name, manifest)]);
            assert!(found.len() == 1 && found[0].contains(sentence), "{name}: {manifest}: {found:?}");
        }
    }

    #[test]
    fn and_leaves_the_right_ones_alone() {
        for (name, manifest) in [
            (
                "offers",
                "[dependencies]\nvivier-store.workspace = true\n[dev-dependencies]\nvivier-testkit.workspace = true",
            ),
            ("store", "[dependencies]\ntokio-postgres.workspace = true\naws-sdk-dynamodb.workspace = true"),
            ("vivier", "[dependencies]\naws-sdk-lambda.workspace = true\nclap.workspace = true"),
            ("retention", "[dependencies]\nvivier-data-map.workspace = true"),
            ("testkit", "[dev-dependencies]\nsearch.workspace = true\nvivier-runtime.workspace = true"),
        ] {
            assert_eq!(wrong(&[sample("search", ""), sample(name, manifest)]), Vec::<String>::new());
        }
    }

    #[test]
    fn an_unused_pin_and_a_client() {
        let workspace = "[workspace.dependencies]\nserde = \"1\"\ncsv = \"1\"".parse().unwrap();
        let crates = [sample("offers", "[dependencies]\nserde.workspace = true")];
        assert_eq!(unused_pins(&workspace, &crates), ["Cargo.toml pins csv, which no crate uses"]);
        assert!(unnamed(&crates[0], "use serde::Serialize;").is_empty());
        assert_eq!(
            unnamed(&crates[0], "use serde_json::Value;"),
            ["offers: names serde nowhere (dependencies)"]
        );
        assert_eq!(clients_in("a.rs", "use aws_sdk_dynamodb::Client;").len(), 1);
        assert!(clients_in("a.rs", "use tokio_postgres::Row;").is_empty());
    }
}
