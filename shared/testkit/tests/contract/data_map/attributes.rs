//! Attributes of items as the code writes them. What items really hold is compared on a run (`shared/store/tests/map`); this finds also
//! what no run has written yet.

use std::collections::{BTreeMap, BTreeSet};

use vivier_data_map::{Store, map};

use super::differences;
use crate::{nothing_wrong, sql, workspace};

/// Where items are written.
const FOLDERS: &[&str] =
    &["shared/tenancy/src/registry", "shared/tenancy/src/rooms", "shared/store/src/conversations"];

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Names in `item("name"`, `("name".to_owned(),` and `(NAME.to_owned(),`; what a constant stands for is in `constants`.
fn in_calls(source: &str, constants: &BTreeMap<String, String>) -> BTreeSet<String> {
    let quoted = |rest: &str| {
        let (name, after) = rest.strip_prefix('"')?.split_once('"')?;
        Some((name.to_owned(), after.chars().take(12).collect::<String>()))
    };
    let mut found = BTreeSet::new();
    for rest in source.split(".item(").skip(1) {
        found.extend(quoted(rest.trim_start()).map(|(name, _)| name));
    }
    for (at, _) in source.match_indices('(') {
        let rest = source[at + 1..].trim_start();
        let owned = |after: &str| after.starts_with(".to_owned(),");
        if let Some((name, after)) = quoted(rest) {
            if owned(&after) {
                found.insert(name);
            }
            continue;
        }
        let constant: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
        if !constant.is_empty() && owned(&rest[constant.len()..]) {
            found.extend(constants.get(&constant).cloned());
        }
    }
    found.retain(|name| is_name(name));
    found
}

/// Names that an update expression, or a part of one, sets, adds to or removes.
fn in_updates(text: &str) -> BTreeSet<String> {
    let beginning = ["SET ", "ADD ", "REMOVE "].iter().any(|verb| text.trim_start().starts_with(verb));
    if !beginning && !text.starts_with(", ") {
        return BTreeSet::new();
    }
    let text = text.trim_start_matches(", ");
    let mut depth = 0i32;
    let flat: String = text
        .chars()
        .map(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            if c == ',' && depth > 0 { ' ' } else { c }
        })
        .collect();
    let parts = ["SET ", "ADD ", "REMOVE "].iter().fold(flat, |text, verb| text.replace(verb, ","));
    let names = parts.split(',').filter_map(|part| part.trim().split([' ', '=']).next().map(str::to_owned));
    names.filter(|name| is_name(name)).collect()
}

fn constants(sources: &[String]) -> BTreeMap<String, String> {
    let declarations = sources.iter().flat_map(|source| source.split("const ").skip(1));
    declarations
        .filter_map(|rest| {
            let (name, rest) = rest.split_once(": &str = \"")?;
            let (value, _) = rest.split_once('"')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn written() -> BTreeSet<String> {
    let files = FOLDERS.iter().flat_map(|folder| workspace::files(folder, &["rs"]));
    let sources: Vec<String> =
        files.map(|file| sql::without_tests(&workspace::read(&file)).to_owned()).collect();
    let constants = constants(&sources);
    let mut found: BTreeSet<String> =
        sources.iter().flat_map(|source| in_calls(source, &constants)).collect();
    let texts = sources.iter().flat_map(|source| sql::literals(source));
    found.extend(texts.flat_map(|text| in_updates(&text)));
    found
}

/// The attributes of members that code reads or writes.
pub(super) fn of_members() -> BTreeSet<String> {
    let folders = ["shared/tenancy/src/rooms/people", "shared/tenancy/src/rooms/accounts"];
    let files = folders.iter().flat_map(|folder| workspace::files(folder, &["rs"]));
    let sources: Vec<String> = files.map(|file| workspace::read(&file)).collect();
    let named = sources.iter().flat_map(|source| source.split("attribute(\"").skip(1));
    named.filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
}

#[test]
fn what_code_writes_is_mapped() {
    let stores = Store::ALL.iter().filter(|store| store.has_items());
    let columns = stores.flat_map(|store| map().tables(*store)).flat_map(|table| &table.columns);
    // A part of a JSON text is no attribute.
    let mapped = columns.map(|column| column.name.split('.').next().unwrap_or_default().to_owned()).collect();
    nothing_wrong(&differences("attribute", &mapped, &written()));
}

mod would_notice {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn however_an_attribute_is_written() {
        let constants = constants(&["pub const EXPIRES_AT: &str = \"expires_at\";".to_owned()]);
        for (source, names) in [
            (r#"put.item("seed", x).item( "pk", y)"#, &["seed", "pk"][..]),
            (
                r#"Item::from([("member".to_owned(), s(member)), (EXPIRES_AT.to_owned(), n(1))])"#,
                &["member", "expires_at"],
            ),
            (r#"item.insert("answer".to_owned(), text)"#, &["answer"]),
            (r#"(":now".to_owned(), n(1)); HashMap::from([("Content Type".to_owned(), s)])"#, &[]),
            (r#"let name = ("text".to_owned());"#, &[]),
        ] {
            assert_eq!(in_calls(source, &constants), set(names), "{source}");
        }
        for (text, names) in [
            ("SET a = :a, b = if_not_exists(b, :none) + :one REMOVE c, d", &["a", "b", "c", "d"][..]),
            ("ADD failures :one SET expires_at = :until", &["failures", "expires_at"]),
            ("SET #status = :to", &[]),
            (", attempts = if_not_exists(attempts, :none) + :one", &["attempts"]),
            (" REMOVE lease_until", &["lease_until"]),
            (", wanted", &["wanted"]),
            ("a sentence, and more", &[]),
        ] {
            assert_eq!(in_updates(text), set(names), "{text}");
        }
    }
}
