//! Small rooms, reasons instead of exceptions, and a repository that knows no machine but its reader's.

use crate::{nothing_wrong, workspace};

/// The most lines of a Rust file.
const LINES: usize = 400;
/// A page: the most words of a decision, and of a function's page.
const PAGE: usize = 700;

/// The beginnings of paths that exist on one machine only. Put together here, so that this file does not hold them.
fn machine_paths() -> Vec<String> {
    ["work", "home", "root", "Users"].iter().map(|name| format!("/{name}/")).collect()
}

fn wrong_in_rust(file: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = source.lines().count();
    if lines > LINES {
        found.push(format!("{file} has {lines} lines: make two rooms of it"));
    }
    let attributes = ["#[", "#!["].map(|open| format!("{open}{}(", "allow"));
    let unfinished =
        ["to", "unimplemen"].map(|word| format!("{word}{}!", if word == "to" { "do" } else { "ted" }));
    for (number, line) in source.lines().enumerate() {
        let code = line.trim_start();
        if attributes.iter().any(|attribute| code.starts_with(attribute.as_str())) {
            found.push(format!(
                "{file}:{}: expect a lint, with its reason, instead of allowing it",
                number + 1
            ));
        }
        if unfinished.iter().any(|word| code.contains(word.as_str())) {
            found.push(format!("{file}:{}: unfinished", number + 1));
        }
    }
    found
}

fn machine_paths_in(file: &str, text: &str) -> Vec<String> {
    let names = |line: &str| {
        machine_paths().iter().any(|path| {
            // A path in an address (`https://host/home/…`) or below a folder of ours is no machine's.
            line.match_indices(path.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| {
                    !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '*' | '/' | '~' | '$'))
                })
            })
        })
    };
    let lines = text.lines().enumerate().filter(|(_, line)| names(line));
    lines
        .map(|(number, line)| format!("{file}:{}: a path of one machine: {}", number + 1, line.trim()))
        .collect()
}

fn wrong_decision(file: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = ["## Context", "## Decision", "## Consequences"]
        .iter()
        .filter(|heading| !text.lines().any(|line| line == **heading))
        .map(|heading| format!("{file}: lacks `{heading}`"))
        .collect();
    found.extend(too_long(file, text));
    found
}

fn too_long(file: &str, text: &str) -> Option<String> {
    let words = text.split_whitespace().count();
    (words > PAGE).then(|| format!("{file}: {words} words are more than a page ({PAGE})"))
}

/// Links to files that are not there; `exists` answers for a path from the root.
fn broken_links(file: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .filter(|target| !exists(&format!("{folder}{target}")))
        .map(|target| format!("{file}: links to {target}, which is not there"))
        .collect()
}

fn rust_files() -> Vec<String> {
    ["shared", "functions", "cli"].iter().flat_map(|folder| workspace::files(folder, &["rs"])).collect()
}

#[test]
fn rust_files_are_small_and_finished() {
    let found: Vec<_> =
        rust_files().iter().flat_map(|file| wrong_in_rust(file, &workspace::read(file))).collect();
    nothing_wrong(&found);
}

#[test]
fn no_file_names_a_machine() {
    let kinds = ["rs", "toml", "md", "py", "json", "yaml", "sql", "sh"];
    let folders = ["shared", "functions", "cli", "infra", "events"]
        .iter()
        .flat_map(|folder| workspace::files(folder, &kinds));
    let top = ["Cargo.toml", "Makefile", "README.md", "template.yaml", "deny.toml"].map(str::to_owned);
    let found: Vec<_> =
        folders.chain(top).flat_map(|file| machine_paths_in(&file, &workspace::read(&file))).collect();
    nothing_wrong(&found);
}

#[test]
fn decisions_are_a_page() {
    let files = workspace::files("infra/decisions", &["md"]);
    assert!(!files.is_empty(), "there are decisions");
    let found: Vec<_> = files.iter().flat_map(|file| wrong_decision(file, &workspace::read(file))).collect();
    nothing_wrong(&found);
}

#[test]
fn every_function_has_its_page() {
    let names = workspace::folders("functions");
    let missing = |name: &&String| !workspace::root().join(format!("functions/{name}/README.md")).exists();
    let mut found: Vec<_> =
        names.iter().filter(missing).map(|name| format!("functions/{name} has no README.md")).collect();
    let pages = names.iter().filter(|name| !missing(name)).map(|name| format!("functions/{name}/README.md"));
    found.extend(pages.filter_map(|file| too_long(&file, &workspace::read(&file))));
    nothing_wrong(&found);
}

#[test]
fn links_lead_somewhere() {
    let root = workspace::root();
    let folders =
        ["shared", "functions", "cli", "infra"].iter().flat_map(|folder| workspace::files(folder, &["md"]));
    let files = folders.chain(["README.md".to_owned()]);
    let exists = |path: &str| root.join(path).exists();
    let found: Vec<_> = files.flat_map(|file| broken_links(&file, &workspace::read(&file), exists)).collect();
    nothing_wrong(&found);
}

mod would_notice {
    use super::*;

    #[test]
    fn what_no_file_may_hold() {
        let attribute = format!("#[{}(dead_code)]", "allow");
        let unfinished = format!("{}!()", ["to", "do"].concat());
        for (source, wrong) in [
            (attribute.as_str(), 1),
            (&format!("    #!{}", &attribute[1..]), 1),
            ("#[expect(dead_code, reason = \"…\")]", 0),
            (&unfinished, 1),
            (&"line\n".repeat(LINES + 1), 1),
        ] {
            assert_eq!(wrong_in_rust("a.rs", source).len(), wrong, "{source:.60}");
        }
        let path = ["", "home", "camille/a"].join("/");
        assert_eq!(machine_paths_in("a.md", &format!("cd {path}")).len(), 1);
        assert!(machine_paths_in("a.md", &format!("https://example.eu{path}")).is_empty());
    }

    #[test]
    fn a_decision_that_is_none_and_a_link_to_nothing() {
        let good = "# T\n\n## Context\n\n## Decision\n\n## Consequences\n";
        assert!(wrong_decision("a.md", good).is_empty());
        assert_eq!(wrong_decision("a.md", "# T").len(), 3);
        assert_eq!(wrong_decision("a.md", &format!("{good}{}", "word ".repeat(PAGE + 1))).len(), 1);
        let text = "[a](b.md) [c](https://example.eu) [d](#e) [f](g.md#h)";
        assert_eq!(broken_links("infra/a.md", text, |path| path == "infra/b.md").len(), 1);
    }
}
