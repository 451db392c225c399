//! One record as its container has it: as large as a record, whatever the size of the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use csv::StringRecord;
use serde_json::Value;

use crate::path::Path;
use crate::words::fold;

/// A record before the mapping.
pub(crate) enum Raw {
    Xml(Element),
    Json(Value),
    Csv(Arc<Header>, StringRecord),
}

/// An element with what is in it.
#[derive(Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) content: Vec<Content>,
}

pub(crate) enum Content {
    Text(String),
    Element(Element),
}

/// Names of columns, folded, and their places.
#[derive(Default)]
pub(crate) struct Header(pub(crate) HashMap<String, usize>);

impl Header {
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.0.get(&fold(name)).copied()
    }
}

impl Raw {
    /// The texts at a path, in the order of the record.
    pub(crate) fn values(&self, path: &Path) -> Vec<Cow<'_, str>> {
        let mut found = Vec::new();
        match self {
            Self::Xml(record) => record.values(&path.names, path.attribute.as_deref(), &mut found),
            Self::Json(record) => json_values(record, &path.names, &mut found),
            Self::Csv(header, record) => {
                let place = path.names.first().and_then(|name| header.place(name));
                found.extend(place.and_then(|place| record.get(place)).map(Cow::Borrowed));
            }
        }
        found
    }
}

impl Element {
    fn values<'r>(&'r self, names: &[String], attribute: Option<&str>, found: &mut Vec<Cow<'r, str>>) {
        let Some((name, deeper)) = names.split_first() else {
            match attribute {
                None => found.push(self.text()),
                Some(wanted) => {
                    let values = self.attributes.iter().filter(|(name, _)| name == wanted);
                    found.extend(values.map(|(_, value)| Cow::Borrowed(value.as_str())));
                }
            }
            return;
        };
        for content in &self.content {
            if let Content::Element(element) = content
                && element.name == *name
            {
                element.values(deeper, attribute, found);
            }
        }
    }

    /// All text in the element, its children's too (the string value of XPath).
    fn text(&self) -> Cow<'_, str> {
        if let [Content::Text(only)] = self.content.as_slice() {
            return Cow::Borrowed(only);
        }
        let mut text = String::new();
        self.write(&mut text);
        Cow::Owned(text)
    }

    fn write(&self, text: &mut String) {
        for content in &self.content {
            match content {
                Content::Text(piece) => text.push_str(piece),
                Content::Element(element) => element.write(text),
            }
        }
    }
}

/// Lists are entered: `region/label` gives the labels of all regions.
fn json_values<'r>(value: &'r Value, names: &[String], found: &mut Vec<Cow<'r, str>>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| json_values(entry, names, found)),
        Value::Object(members) => {
            if let Some((name, deeper)) = names.split_first()
                && let Some(member) = members.get(name)
            {
                json_values(member, deeper, found);
            }
        }
        _ if !names.is_empty() => {}
        Value::Null => {}
        Value::String(text) => found.push(Cow::Borrowed(text)),
        Value::Bool(value) => found.push(Cow::Borrowed(if *value { "true" } else { "false" })),
        // A whole number too long for 64 bits has lost digits, which an identifier cannot afford.
        Value::Number(number)
            if number.as_f64().is_some_and(|value| number.is_f64() && value.abs() >= 1e15) => {}
        Value::Number(number) => found.push(Cow::Owned(number.to_string())),
    }
}
