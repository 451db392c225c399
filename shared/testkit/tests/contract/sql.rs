//! Statements are read by people: each begins with its name, `-- resource::verb`, lies in the file of its resource, and
//! lies in the store. Every shared table has row security, forced.

use crate::{nothing_wrong, workspace};

/// How a text that is SQL betrays itself.
const VERBS: &[&str] = &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];

/// The string literals of a Rust source, with `\n`, `\"` and continued lines resolved. Comments and characters are no
/// strings.
pub(crate) fn literals(source: &str) -> Vec<String> {
    let (chars, mut at, mut found) = (source.chars().collect::<Vec<_>>(), 0, Vec::new());
    while at < chars.len() {
        let rest = &chars[at..];
        match rest {
            ['/', '/', ..] => at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['\'', '\\', _, '\'', ..] => at += 4,
            ['\'', _, '\'', ..] => at += 3,
            ['r', '"' | '#', ..] if at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') => {
                let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
                if rest.get(1 + hashes) == Some(&'"') {
                    let body = &rest[2 + hashes..];
                    let closing: Vec<char> =
                        std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                    let end = body.windows(closing.len()).position(|w| w == closing).unwrap_or(body.len());
                    found.push(body[..end].iter().collect());
                    at += 2 + hashes + end + closing.len();
                } else {
                    at += 1;
                }
            }
            ['"', ..] => {
                let (text, length) = escaped(&rest[1..]);
                found.push(text);
                at += 1 + length;
            }
            _ => at += 1,
        }
    }
    found
}

/// A literal from behind its opening quote, and how many characters it took with its closing one.
fn escaped(chars: &[char]) -> (String, usize) {
    let (mut text, mut at) = (String::new(), 0);
    while at < chars.len() && chars[at] != '"' {
        if chars[at] != '\\' {
            text.push(chars[at]);
            at += 1;
            continue;
        }
        match chars.get(at + 1) {
            Some('\n') => at += 2 + chars[at + 2..].iter().take_while(|c| c.is_whitespace()).count(),
            Some('n') => (text.push('\n'), at += 2).1,
            Some(other) => (text.push(*other), at += 2).1,
            None => at += 1,
        }
    }
    (text, at + 1)
}

fn is_statement(text: &str) -> bool {
    text.starts_with("-- ")
        || text.lines().any(|line| VERBS.iter().any(|verb| line.trim_start().starts_with(verb)))
}

/// `resource` and `verb` of a statement that begins with its name.
fn name_of(statement: &str) -> Option<(&str, &str)> {
    let (resource, verb) = statement.strip_prefix("-- ")?.lines().next()?.split_once("::")?;
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (word(resource) && word(verb)).then_some((resource, verb))
}

/// A test's statements look behind the store's back and need no name.
pub(crate) fn without_tests(source: &str) -> &str {
    source.split("\n#[cfg(test)]").next().unwrap_or(source)
}

fn wrong_in_store(file: &str, source: &str, names: &mut Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    for statement in literals(without_tests(source)).iter().filter(|text| is_statement(text)) {
        let beginning: String = statement.trim().chars().take(40).collect();
        match name_of(statement) {
            None => found.push(format!("{file}: a statement has no name: {beginning:?}")),
            Some((resource, verb)) => {
                let home =
                    file.contains(&format!("/{resource}.rs")) || file.contains(&format!("/{resource}/"));
                if !home {
                    found.push(format!("{file}: {resource}::{verb} lies in the file of another resource"));
                }
                let name = format!("{resource}::{verb}");
                if names.contains(&name) {
                    found.push(format!("{file}: two statements are called {name}"));
                }
                names.push(name);
            }
        }
    }
    found
}

fn wrong_elsewhere(file: &str, source: &str) -> Vec<String> {
    let statements = literals(source).into_iter().filter(|text| text.starts_with("-- ") || is_query(text));
    statements.map(|text| format!("{file}: a statement outside the store: {:.40}", text.trim())).collect()
}

/// Outside the store a sentence may begin with "With" or "Update": only what names a table is a statement.
fn is_query(text: &str) -> bool {
    is_statement(text) && [" FROM ", "INSERT INTO ", " SET "].iter().any(|word| text.contains(word))
}

/// The shared tables that row security does not hold; `migrations` is all of them, one after the other.
fn unprotected(migrations: &str) -> Vec<String> {
    let listed: Vec<&str> = migrations
        .split("ARRAY[")
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .flat_map(|list| list.split(',').map(|name| name.trim().trim_matches('\'')))
        .collect();
    let every = [
        "ALTER TABLE %I ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE %I FORCE ROW LEVEL SECURITY",
        "CREATE POLICY",
    ];
    let forced = |table: &str| {
        let alone = [
            format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"),
        ];
        (listed.contains(&table) && every.iter().all(|text| migrations.contains(text)))
            || (alone.iter().all(|text| migrations.contains(text))
                && migrations.contains(&format!(" ON {table} USING")))
    };
    let mut found = Vec::new();
    for part in migrations.split("CREATE TABLE ").skip(1) {
        let (table, columns) = part.split_once('(').expect("a table has columns");
        let (table, columns) = (table.trim(), columns.split(");").next().unwrap_or_default());
        // A partition has its table's columns; what holds it is named when it is made, as its name is.
        if columns.starts_with("LIKE ") {
            if !every.iter().all(|text| part.contains(text)) {
                found.push(format!("{table}: row security is not forced where it is made"));
            }
            continue;
        }
        let tenant = columns.lines().find(|line| line.trim_start().starts_with("tenant_id "));
        match tenant {
            // The list of tenants itself: the application role has no right on it.
            None if table == "tenants" => {}
            None => found.push(format!("{table}: a shared table without tenant_id")),
            Some(line) if !line.contains("NOT NULL") => found.push(format!("{table}: tenant_id may be NULL")),
            Some(_) if !forced(table) => found.push(format!("{table}: row security is not forced")),
            Some(_) => {}
        }
    }
    found
}

#[test]
fn statements_are_named_and_lie_in_the_store() {
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for file in workspace::files("shared/store/src", &["rs"]) {
        found.extend(wrong_in_store(&file, &workspace::read(&file), &mut names));
    }
    assert!(!names.is_empty(), "the store has statements");
    for file in workspace::files("functions", &["rs"]) {
        found.extend(wrong_elsewhere(&file, &workspace::read(&file)));
    }
    nothing_wrong(&found);
}

#[test]
fn every_shared_table_has_row_security() {
    let migrations: Vec<_> = workspace::files("infra/migrations/pool", &["sql"])
        .iter()
        .map(|file| workspace::read(file))
        .collect();
    assert!(!migrations.is_empty(), "there are migrations");
    nothing_wrong(&unprotected(&migrations.join("\n")));
}

mod would_notice {
    use super::*;

    #[test]
    fn a_statement_without_its_name() {
        for (file, source, wrong) in [
            ("src/offers.rs", r#"const A: &str = "-- offers::fetch\nSELECT 1";"#, 0),
            ("src/offers.rs", "const A: &str = \"-- offers::fetch\n    SELECT 1\";", 0),
            ("src/offers.rs", r#"const A: &str = "SELECT 1";"#, 1),
            ("src/offers.rs", r##"const A: &str = r#"SELECT "a" FROM b"#;"##, 1),
            ("src/offers.rs", r#"const A: &str = "-- Fetches\nSELECT 1";"#, 1),
            ("src/imports.rs", r#"const A: &str = "-- offers::fetch\nSELECT 1";"#, 1),
            (
                "src/offers.rs",
                r#"const A: &str = "-- offers::a\nSELECT 1"; const B: &str = "-- offers::a\nSELECT 2";"#,
                1,
            ),
            ("src/offers.rs", "// \"SELECT 1\"\nconst C: char = '\"'; const S: &str = \"select\";", 0),
            (
                "src/offers.rs",
                "const A: &str = \"\";\n#[cfg(test)]\nmod tests { const A: &str = \"SELECT 1\"; }",
                0,
            ),
        ] {
            let found = wrong_in_store(file, source, &mut Vec::new());
            assert_eq!(found.len(), wrong, "{source}: {found:?}");
        }
        assert_eq!(wrong_elsewhere("functions/a.rs", r#"let a = "SELECT id FROM offers";"#).len(), 1);
        assert!(wrong_elsewhere("functions/a.rs", r#"let a = "UPDATE the title";"#).is_empty());
    }

    #[test]
    fn a_table_without_row_security() {
        let table = "CREATE TABLE notes (\n    tenant_id uuid NOT NULL,\n    body text\n);\n";
        let alone = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;\
                     CREATE POLICY own_tenant ON notes USING (tenant_id = bound_tenant());";
        let partition = |after: &str| {
            unprotected(&format!("CREATE TABLE public.%I (LIKE events INCLUDING ALL)', name);{after}"))
        };
        let every =
            "ALTER TABLE %I ENABLE ROW LEVEL SECURITY ALTER TABLE %I FORCE ROW LEVEL SECURITY CREATE POLICY";
        assert_eq!((partition("").len(), partition(every).len()), (1, 0));
        let listed = "ARRAY['notes'] ALTER TABLE %I ENABLE ROW LEVEL SECURITY ALTER TABLE %I FORCE ROW LEVEL SECURITY CREATE POLICY";
        for (migrations, wrong) in [
            (table.to_owned(), 1),
            (format!("{table}{alone}"), 0),
            (format!("{table}{listed}"), 0),
            (format!("{table}{}", alone.replace("FORCE", "NO FORCE")), 1),
            (format!("{table}{}", listed.replace("notes", "other")), 1),
            (format!("{}{alone}", table.replace(" NOT NULL", "")), 1),
            ("CREATE TABLE notes (\n    id uuid\n);".to_owned(), 1),
            ("CREATE TABLE tenants (\n    id uuid\n);".to_owned(), 0),
        ] {
            let found = unprotected(&migrations);
            assert_eq!(found.len(), wrong, "{migrations}: {found:?}");
        }
    }
}
