//! What may be done to a text on its way to a column. A step that finds nothing to work with gives nothing, so that the
//! next source, rule or default is asked; only a date that cannot be read is left as it is, for the import to refuse.

mod country;
mod date;
mod education;
mod experience;
mod html;
mod place;
mod salary;
mod terms;

use std::collections::HashMap;

use toml::{Table, Value};

use crate::words::fold;

/// One step; the folder's `README.md` describes them.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Before(String),
    After(String),
    Split(String),
    Map { values: HashMap<String, String>, otherwise: Option<String> },
    Date(Option<String>),
    Named(Change),
}

/// What a step without arguments does.
type Change = fn(&str) -> String;

/// The steps that are a word.
const NAMED: [(&str, Change); 14] = [
    ("html", html::plain),
    ("title", terms::title),
    ("contract", terms::contract),
    ("salary_period", terms::salary_period),
    ("number", salary::number),
    ("euros", salary::euros),
    ("salary_min", salary::least),
    ("salary_max", salary::most),
    ("experience", experience::years),
    ("education", education::level),
    ("country", country::code),
    ("city", place::city),
    ("postal_code", place::postal_code),
    ("date", |text| date::iso(text, None)),
];

impl Step {
    /// Reads a step; the error says what is wrong with it.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => {
                let step = NAMED.iter().find(|(known, _)| known == name);
                step.map(|(_, step)| Self::Named(*step)).ok_or_else(|| format!("`{name}` is no step"))
            }
            Value::Table(table) => Self::with_argument(table),
            _ => Err("a step is a word or a table".to_owned()),
        }
    }

    fn with_argument(table: &Table) -> Result<Self, String> {
        let text = |key: &str| match table.get(key) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            _ => Err(format!("`{key}` needs a text")),
        };
        let mut keys: Vec<&str> = table.keys().map(String::as_str).collect();
        keys.sort_unstable();
        match keys.as_slice() {
            ["before"] => text("before").map(Self::Before),
            ["after"] => text("after").map(Self::After),
            ["split"] => text("split").map(Self::Split),
            ["date"] => text("date").map(|format| Self::Date(Some(format))),
            ["map"] | ["map", "otherwise"] => {
                let values = table.get("map").and_then(Value::as_table).ok_or("`map` needs a table")?;
                let pair = |(from, to): (&String, &Value)| Some((fold(from), to.as_str()?.to_owned()));
                let values: Option<_> = values.iter().map(pair).collect();
                let otherwise = table.get("otherwise").map(|text| text.as_str().map(str::to_owned));
                Ok(Self::Map {
                    values: values.ok_or("`map` needs texts")?,
                    otherwise: otherwise.map(|text| text.ok_or("`otherwise` needs a text")).transpose()?,
                })
            }
            keys => Err(format!("`{}` is no step", keys.join("`, `"))),
        }
    }

    /// All steps, one after the other. What is left is trimmed and may be blank.
    pub(crate) fn all(steps: &[Self], text: &str) -> Vec<String> {
        let mut texts = vec![text.trim().to_owned()];
        for step in steps {
            texts = texts.iter().filter(|text| !text.is_empty()).flat_map(|text| step.apply(text)).collect();
            for text in &mut texts {
                *text = text.trim().to_owned();
            }
        }
        texts
    }

    fn apply(&self, text: &str) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            // As `substring-before` and `substring-after` of XPath.
            Self::Before(mark) => text.split_once(mark).map(|(before, _)| one(before)).unwrap_or_default(),
            Self::After(mark) => text.split_once(mark).map(|(_, after)| one(after)).unwrap_or_default(),
            Self::Split(mark) => text.split(mark).map(str::to_owned).collect(),
            Self::Map { values, otherwise } => {
                let known = values.get(&fold(text)).or(otherwise.as_ref());
                one(known.map_or(text, String::as_str))
            }
            Self::Date(format) => vec![date::iso(text, format.as_deref())],
            Self::Named(step) => vec![step(text)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs steps written as in a mapping.
    fn run(steps: &str, text: &str) -> String {
        let table: Table = format!("steps = [{steps}]").parse().unwrap();
        let steps: Vec<Step> =
            table["steps"].as_array().unwrap().iter().map(|s| Step::parse(s).unwrap()).collect();
        Step::all(&steps, text).join("/")
    }

    #[test]
    fn texts() {
        for (steps, text, result) in [
            ("{ before = ',' }", "Meudon, Hauts-de-Seine", "Meudon"),
            ("{ before = ',' }", "Meudon", ""),
            ("{ after = ',' }", "48.1, 2.2", "2.2"),
            ("{ split = ',' }", "a, b,,c", "a/b//c"),
            ("{ map = { 'Full time' = 'full' } }", "FULL_TIME", "full"),
            ("{ map = { 'Full time' = 'full' } }", "Half", "Half"),
            ("{ map = { 'Full time' = 'full' }, otherwise = '' }", "Half", ""),
            ("{ after = '(' }, { before = ')' }, 'number'", "Lot (46)", "46"),
            ("'date'", "22-05-2025 00:10:10", "2025-05-22"),
            ("{ date = '%m/%d/%Y' }", "05/22/2025", "2025-05-22"),
            ("", " a ", "a"),
        ] {
            assert_eq!(run(steps, text), result, "{steps}: {text}");
        }
    }

    #[test]
    fn wrong_steps() {
        for wrong in [
            "'htlm'",
            "1",
            "{ before = '' }",
            "{ map = 1 }",
            "{ map = { a = 1 } }",
            "{ after = ',', before = ',' }",
        ] {
            let table: Table = format!("step = {wrong}").parse().unwrap();
            assert!(Step::parse(&table["step"]).is_err(), "{wrong}");
        }
    }
}
