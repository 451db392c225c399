//! The texts of an item, each with its path: attributes, and what is inside those that are structures.

use std::collections::BTreeMap;

use serde_json::Value;
use vivier_tenancy::rooms::belongings::Plain;

use super::needles::structure;

/// A text in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// By which attribute and members it is reached.
    pub(super) path: String,
    /// The text.
    pub(super) text: String,
    /// Whether it is a member's name, and no value.
    pub(super) is_name: bool,
}

impl Leaf {
    /// A value.
    pub(super) fn of(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), is_name: false }
    }

    /// Whether something of a person may be in it. Names are the product's own, but for those that identify somebody.
    pub(super) fn may_tell(&self) -> bool {
        !self.is_name || self.text.contains('@') || self.text.parse::<uuid::Uuid>().is_ok()
    }
}

/// The texts of attributes as a bundle writes them.
pub(super) fn leaves(item: &str) -> Option<Vec<Leaf>> {
    let attributes: BTreeMap<String, Plain> = serde_json::from_str(item).ok()?;
    Some(leaves_of(&attributes))
}

/// The texts of a field of a table: of one that is a structure, those inside.
pub(super) fn leaves_of_field(column: &str, field: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    of_text(column, field, &mut found);
    found
}

/// The texts of attributes.
pub(super) fn leaves_of(attributes: &BTreeMap<String, Plain>) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (name, value) in attributes {
        of_plain(name, value, &mut found);
    }
    found
}

fn push(path: &str, text: &str, found: &mut Vec<Leaf>) {
    found.push(Leaf::of(path, text));
}

fn push_name(path: &str, text: &str, found: &mut Vec<Leaf>) {
    found.push(Leaf { is_name: true, ..Leaf::of(path, text) });
}

fn of_text(path: &str, text: &str, found: &mut Vec<Leaf>) {
    match structure(text) {
        Some(inner) => of_json(path, &inner, found),
        None => push(path, text, found),
    }
}

fn of_plain(path: &str, value: &Plain, found: &mut Vec<Leaf>) {
    match value {
        Plain::S(text) => of_text(path, text, found),
        Plain::N(text) | Plain::B(text) => push(path, text, found),
        Plain::L(values) => values.iter().for_each(|value| of_plain(path, value, found)),
        Plain::M(members) => {
            for (name, value) in members {
                push_name(path, name, found);
                of_plain(&format!("{path}.{name}"), value, found);
            }
        }
        Plain::SS(texts) | Plain::NS(texts) | Plain::BS(texts) => {
            for text in texts {
                push(path, text, found);
            }
        }
        Plain::BOOL(_) | Plain::NULL(_) => {}
    }
}

fn of_json(path: &str, value: &Value, found: &mut Vec<Leaf>) {
    match value {
        Value::String(text) => of_text(path, text, found),
        Value::Number(number) => push(path, &number.to_string(), found),
        Value::Array(values) => values.iter().for_each(|value| of_json(path, value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                let inner = format!("{path}.{name}");
                // A name says something as a value does.
                push_name(&inner, name, found);
                of_json(&inner, value, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_path() {
        let item = r#"{"value":{"S":"{\"draft\":{\"a\":[\"x\",{\"b\":\"{\\\"c\\\":\\\"y\\\"}\"}],\"n\":7}}"},"set":{"SS":["u","v"]},"no":{"BOOL":true}}"#;
        let found = leaves(item).unwrap();
        let has = |path: &str, text: &str| found.iter().any(|leaf| leaf.path == path && leaf.text == text);
        assert!(
            has("value.draft.a", "x") && has("value.draft.a.b.c", "y") && has("value.draft.n", "7"),
            "{found:?}"
        );
        assert!(has("set", "u") && has("set", "v") && has("value.draft", "draft"));
        assert!(!found.iter().any(|leaf| leaf.path == "no"));
        let names: Vec<_> = found.iter().filter(|leaf| leaf.is_name).map(|leaf| leaf.text.as_str()).collect();
        assert_eq!(names, ["draft", "a", "b", "c", "n"]);
        assert!(!found.iter().any(|leaf| leaf.is_name && leaf.may_tell()));
        assert_eq!(leaves("[]"), None);
    }

    #[test]
    fn a_field_that_is_a_structure_is_read_as_one() {
        assert_eq!(leaves_of_field("city", "Nantes"), [Leaf::of("city", "Nantes")]);
        assert_eq!(leaves_of_field("cities", "{Nantes,Brest}"), [Leaf::of("cities", "{Nantes,Brest}")]);
        assert_eq!(leaves_of_field("search", r#"[["q\n"]]"#), [Leaf::of("search", "q\n")]);
        assert_eq!(leaves_of_field("search", "[[\"q\\nr\"]]"), [Leaf::of("search", "q\nr")]);
    }
}
