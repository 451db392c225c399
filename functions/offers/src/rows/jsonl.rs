//! One JSON object a line. A line that breaks off still gives the fields before the break, so that its reference is known.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::{Row, WHOLE_ROW, place};

/// Between the entries of a list, as a CSV field has them.
const SEPARATOR: &str = "|";

pub(super) fn open(text: &str) -> impl Iterator<Item = Row<'_>> + Send {
    text.split('\n')
        .zip(1..)
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, number)| read(line, number))
}

fn read(line: &str, number: u64) -> Row<'_> {
    let mut row = Row { line: number, ..Row::default() };
    let mut json = Deserializer::from_str(line);
    let outcome = Fields(&mut row).deserialize(&mut json).and_then(|()| json.end());
    if let Err(error) = outcome {
        let code = if error.is_data() { "not-an-object" } else { "malformed-json" };
        row.fault = Some((WHOLE_ROW, code));
    }
    row
}

/// Fills a row while the line is being read.
struct Fields<'r, 'f>(&'r mut Row<'f>);

impl<'de> DeserializeSeed<'de> for Fields<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let value: Value = map.next_value()?;
            let Some(place) = place(&key) else { continue };
            let column = vivier_domain::offer::COLUMNS[place];
            match text(column, value) {
                Ok(text) => self.0.fields[place] = text.map(Cow::Owned),
                Err(()) => self.0.fault = Some((column, "invalid-type")),
            }
        }
        Ok(())
    }
}

/// A value as the text a CSV field would have. A list is for `skills` alone, an object for nothing.
fn text(column: &str, value: Value) -> Result<Option<String>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(value) => Ok(Some(value.to_string())),
        // A number too long for 64 bits has lost digits, which an identifier cannot afford.
        Value::Number(number) if column == "reference" && number.is_f64() => Err(()),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Array(entries) if column == "skills" => {
            let texts: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
            Ok(Some(texts.ok_or(())?.join(SEPARATOR)))
        }
        Value::Array(_) | Value::Object(_) => Err(()),
    }
}
