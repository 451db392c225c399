//! From the text of a mapping. Errors name the key: a tenant writes these too.

use toml::{Table, Value};
use vivier_domain::offer::COLUMNS;

use super::rule::{Fallback, Rule};
use super::{Container, Mapping, MappingError, REQUIRED};
use crate::formats;
use crate::path::Path;
use crate::record::place;
use crate::step::Step;

const KEYS: [&str; 6] = ["about", "extends", "container", "records", "hosts", "columns"];
const RULE_KEYS: [&str; 4] = ["from", "join", "steps", "default"];
/// The built-in formats extend one another at most once; a circle among them would be ours to mend.
const MAX_BASES: usize = 4;

impl Mapping {
    /// Reads and checks a mapping written as TOML.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let table = merged(text, MAX_BASES)?;
        known_keys("mapping", &table, &KEYS)?;
        let container = match string(&table, "container")? {
            Some("xml") => Container::Xml,
            Some("json") => Container::Json,
            Some("csv") => Container::Csv,
            _ => return Err(MappingError::new("container", "must be `xml`, `json` or `csv`")),
        };
        let records = string(&table, "records")?.map(|text| records(text, container)).transpose()?;
        if container == Container::Xml && records.is_none() {
            return Err(MappingError::new(
                "records",
                "must name the element of a record from the root, such as `jobs/job`",
            ));
        }
        let hosts = table.get("hosts").map_or(Ok(Vec::new()), |value| strings("hosts", value))?;
        let Some(columns) = table.get("columns").and_then(Value::as_table) else {
            return Err(MappingError::new("columns", "must be a table of columns"));
        };
        let mut rules: [Vec<Rule>; COLUMNS.len()] = std::array::from_fn(|_| Vec::new());
        for (column, value) in columns {
            let key = format!("columns.{column}");
            let Some(place) = place(column) else {
                return Err(MappingError::new(&key, "is no column of an offer"));
            };
            rules[place] = match value {
                Value::Array(list) => {
                    list.iter().map(|one| rule(&key, one, container)).collect::<Result<_, _>>()?
                }
                one => vec![rule(&key, one, container)?],
            };
        }
        for column in REQUIRED {
            if place(column).is_none_or(|place| rules[place].is_empty()) {
                return Err(MappingError::new(&format!("columns.{column}"), "is required"));
            }
        }
        let about = string(&table, "about")?.unwrap_or_default().to_owned();
        Ok(Self { about, container, records, hosts, columns: rules })
    }
}

/// The table, laid over that of the format which it extends; columns one by one.
fn merged(text: &str, bases: usize) -> Result<Table, MappingError> {
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        MappingError::new(&format!("line {}", before.matches('\n').count() + 1), error.message())
    })?;
    let Some(name) = string(&table, "extends")? else { return Ok(table) };
    let base = formats::source(name).filter(|_| bases > 0);
    let base = base.ok_or_else(|| MappingError::new("extends", "is no built-in format"))?;
    let mut whole = merged(base, bases - 1)?;
    if let (Some(Value::Table(below)), Some(Value::Table(above))) =
        (whole.get_mut("columns"), table.get_mut("columns"))
    {
        below.extend(std::mem::take(above));
        table.remove("columns");
    }
    whole.extend(table);
    Ok(whole)
}

fn records(text: &str, container: Container) -> Result<Path, MappingError> {
    if container == Container::Csv {
        return Err(MappingError::new("records", "has no meaning for a table"));
    }
    let path = Path::parse(text, container).map_err(|wrong| MappingError::new("records", wrong))?;
    if path.attribute.is_some() {
        return Err(MappingError::new("records", "an attribute is no record"));
    }
    Ok(path)
}

fn rule(key: &str, value: &Value, container: Container) -> Result<Rule, MappingError> {
    let path = |text: &str| Path::parse(text, container).map_err(|wrong| MappingError::new(key, wrong));
    let table = match value {
        Value::String(from) => {
            return Ok(Rule { from: vec![path(from)?], join: None, steps: Vec::new(), default: None });
        }
        Value::Table(table) => table,
        _ => return Err(MappingError::new(key, "must be a path, a table, or a list of these")),
    };
    known_keys(key, table, &RULE_KEYS)?;
    let from = table.get("from").map_or(Ok(Vec::new()), |value| strings(&format!("{key}.from"), value))?;
    let from = from.iter().map(|text| path(text)).collect::<Result<Vec<_>, _>>()?;
    let steps = match table.get("steps") {
        None => Vec::new(),
        Some(Value::Array(steps)) => {
            let read =
                |step| Step::parse(step).map_err(|wrong| MappingError::new(&format!("{key}.steps"), wrong));
            steps.iter().map(read).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(MappingError::new(&format!("{key}.steps"), "must be a list")),
    };
    let default = string(table, "default").map_err(|_| MappingError::new(key, "`default` must be a text"))?;
    if default.is_none() && from.is_empty() {
        return Err(MappingError::new(key, "needs `from`, `default` or both"));
    }
    let is_date = key.ends_with("_on");
    let default = default.map(|text| match text {
        "today" if is_date => Fallback::Today,
        text => Fallback::Text(text.to_owned()),
    });
    let join = string(table, "join").map_err(|_| MappingError::new(key, "`join` must be a text"))?;
    Ok(Rule { from, join: join.map(str::to_owned), steps, default })
}

fn known_keys(place: &str, table: &Table, known: &[&str]) -> Result<(), MappingError> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(MappingError::new(place, format!("`{key}` is none of `{}`", known.join("`, `")))),
        None => Ok(()),
    }
}

fn string<'t>(table: &'t Table, key: &str) -> Result<Option<&'t str>, MappingError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(MappingError::new(key, "must be a text")),
    }
}

/// One text or several.
fn strings(place: &str, value: &Value) -> Result<Vec<String>, MappingError> {
    let texts = match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    texts.ok_or_else(|| MappingError::new(place, "must be a text or a list of texts"))
}
