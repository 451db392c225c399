//! Reading `map.toml`: every name in it is known, nothing is named twice, and whatever is of a person says what becomes of it.

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;

use crate::{
    map::{Action, Activity, Column, Item, Map, Recipient, Retention, Table, Words},
    terms::{Category, Mask, Remover, Store, Subject},
};

/// Why the map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// It is not TOML of this form.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// Something in it does not hold.
    #[error("{0}")]
    Wrong(String),
}

fn wrong<T>(sentence: impl Into<String>) -> Result<T, MapError> {
    Err(MapError::Wrong(sentence.into()))
}

/// Words by a name.
type Common = std::collections::BTreeMap<String, Words>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMap {
    activity: Vec<RawActivity>,
    recipient: Vec<RawRecipient>,
    measure: Vec<Words>,
    retention: Vec<RawRetention>,
    /// What names mean that many tables have.
    common: Common,
    /// Why a tenant that leaves does not take something along, or another does not take it in.
    departure: Common,
    table: Vec<RawTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawActivity {
    id: String,
    recipients: String,
    title: Words,
    purpose: Words,
    #[serde(default)]
    subjects: Vec<Subject>,
    passing: Option<Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecipient {
    id: String,
    en: String,
    fr: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRetention {
    id: String,
    days: Option<u64>,
    hours: Option<u64>,
    minutes: Option<u64>,
    by: Remover,
    en: String,
    fr: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawAction {
    Delete,
    Anonymise,
    Keep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    store: Store,
    name: String,
    en: String,
    fr: String,
    activity: String,
    retention: String,
    whose: Option<Subject>,
    key: Option<String>,
    action: Option<RawAction>,
    reason: Option<Words>,
    left_out: Option<String>,
    not_taken_in: Option<String>,
    not_in_tests: Option<String>,
    #[serde(default)]
    indexes: String,
    item: Option<Vec<String>>,
    columns: Vec<RawColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    /// One name, or several with blanks between whose meanings are common.
    name: String,
    is: Category,
    mask: Option<Mask>,
    in_tests: Option<String>,
    #[serde(default)]
    rare: bool,
    whose: Option<Subject>,
    en: Option<String>,
    fr: Option<String>,
}

impl Map {
    /// Reads a map.
    pub fn read(text: &str) -> Result<Self, MapError> {
        let raw: RawMap = toml::from_str(text)?;
        let retentions: Vec<Retention> =
            raw.retention.into_iter().map(read_retention).collect::<Result<_, _>>()?;
        let recipients: Vec<Recipient> = raw
            .recipient
            .into_iter()
            .map(|raw| Recipient { id: raw.id, about: Words { en: raw.en, fr: raw.fr } })
            .collect();
        let activities: Vec<Activity> = raw
            .activity
            .into_iter()
            .map(|raw| {
                let recipients = names(&raw.recipients);
                let RawActivity { id, title, purpose, subjects, passing, .. } = raw;
                Activity { id, title, purpose, recipients, subjects, passing }
            })
            .collect();
        once("retention", retentions.iter().map(|one| one.id.as_str()))?;
        once("recipient", recipients.iter().map(|one| one.id.as_str()))?;
        once("activity", activities.iter().map(|one| one.id.as_str()))?;
        if let Some(activity) = activities.iter().find(|one| one.subjects.is_empty() == one.passing.is_some())
        {
            return wrong(format!(
                "activity {}: what is handled is of somebody, and the other way round",
                activity.id
            ));
        }
        for name in activities.iter().flat_map(|activity| &activity.recipients) {
            if !recipients.iter().any(|known| known.id == *name) {
                return wrong(format!("no recipient is called {name}"));
            }
        }
        let mut tables = Vec::with_capacity(raw.table.len());
        for table in raw.table {
            let place = format!("{}/{}", table.store.as_str(), table.name);
            let table = read_table(table, &retentions, &raw.common, &raw.departure)
                .map_err(|error| MapError::Wrong(format!("{place}: {error}")))?;
            if !activities.iter().any(|known| known.id == table.activity) {
                return wrong(format!("{place}: no activity is called {}", table.activity));
            }
            tables.push(table);
        }
        let places: Vec<String> =
            tables.iter().map(|table| format!("{}/{}", table.store.as_str(), table.name)).collect();
        once("table", places.iter().map(String::as_str))?;
        used(&retentions, &tables)?;
        Ok(Self { activities, recipients, measures: raw.measure, retentions, tables })
    }
}

fn read_retention(raw: RawRetention) -> Result<Retention, MapError> {
    let lasts = match (raw.days, raw.hours, raw.minutes) {
        (Some(days), None, None) => Some(Duration::from_hours(24 * days)),
        (None, Some(hours), None) => Some(Duration::from_hours(hours)),
        (None, None, Some(minutes)) => Some(Duration::from_mins(minutes)),
        (None, None, None) => None,
        _ => return wrong(format!("retention {}: days, hours or minutes", raw.id)),
    };
    let unlimited = matches!(raw.by, Remover::Product | Remover::TenantEnd | Remover::Nobody);
    if unlimited == lasts.is_some() {
        return wrong(format!("retention {}: a period, or nobody who keeps to one", raw.id));
    }
    Ok(Retention { id: raw.id, lasts, by: raw.by, about: Words { en: raw.en, fr: raw.fr } })
}

fn read_table(
    raw: RawTable,
    retentions: &[Retention],
    common: &Common,
    reasons: &Common,
) -> Result<Table, MapError> {
    let Some(retention) = retentions.iter().find(|known| known.id == raw.retention) else {
        return wrong(format!("no retention is called {}", raw.retention));
    };
    let action = match (raw.action, raw.reason) {
        (None, None) => None,
        (Some(RawAction::Delete), None) => Some(Action::Delete),
        (Some(RawAction::Anonymise), None) => Some(Action::Anonymise),
        (Some(RawAction::Keep), Some(reason)) => Some(Action::Keep(reason)),
        _ => return wrong("what is kept has a reason, and nothing else has one"),
    };
    let item = match raw.item.as_deref() {
        None => None,
        Some([pk]) => Some(Item { pk: pk.clone(), sk: String::new() }),
        Some([pk, sk]) => Some(Item { pk: pk.clone(), sk: sk.clone() }),
        Some(_) => return wrong("an item has one key or two"),
    };
    if item.is_some() != raw.store.has_items() {
        return wrong("items have keys, and nothing else has");
    }
    let because = |name: Option<String>| match name {
        None => Ok(None),
        Some(name) => reasons
            .get(&name)
            .cloned()
            .map(Some)
            .map_or_else(|| wrong(format!("no reason is called {name}")), Ok),
    };
    let (left_out, not_taken_in) = (because(raw.left_out)?, because(raw.not_taken_in)?);
    if left_out.is_some() && not_taken_in.is_some() {
        return wrong("what is left out is taken in nowhere anyway");
    }
    let not_in_tests = because(raw.not_in_tests)?;
    if not_in_tests.is_some() && (left_out.is_some() || not_taken_in.is_some()) {
        return wrong("what is taken in nowhere is in no test environment anyway");
    }
    let mut columns = Vec::new();
    for column in raw.columns {
        read_columns(column, raw.whose, common, &mut columns)?;
    }
    once("column", columns.iter().map(|column| column.name.as_str()))?;
    let personal = columns.iter().any(|column| column.whose.is_some());
    if personal != action.is_some() {
        return wrong("where something is of a person, and only there, it says what erasing does");
    }
    if let Some(key) = &raw.key
        && !columns.iter().any(|column| column.name == *key)
    {
        return wrong(format!("its key {key} is no column"));
    }
    Ok(Table {
        store: raw.store,
        name: raw.name,
        about: Words { en: raw.en, fr: raw.fr },
        activity: raw.activity,
        key: raw.key,
        retention: retention.clone(),
        action,
        left_out,
        not_taken_in,
        not_in_tests,
        indexes: names(&raw.indexes),
        item,
        columns,
    })
}

fn read_columns(
    raw: RawColumn,
    of_table: Option<Subject>,
    common: &Common,
    columns: &mut Vec<Column>,
) -> Result<(), MapError> {
    if raw.is.is_personal() && raw.mask.is_none() {
        return wrong(format!("{}: personal data has a mask", raw.name));
    }
    let whose = match (raw.mask, raw.whose.or(of_table)) {
        (None, _) if raw.whose.is_some() => return wrong(format!("{}: personal data has a mask", raw.name)),
        (None, _) => None,
        (Some(_), None) => return wrong(format!("{}: nobody is named whose it is", raw.name)),
        (Some(_), Some(whose)) => Some(whose),
    };
    if raw.in_tests.is_some() && !matches!(raw.mask, None | Some(Mask::Drop)) {
        return wrong(format!("{}: what is masked has the mask's value in a test environment", raw.name));
    }
    if raw.rare && raw.mask != Some(Mask::Keep) {
        return wrong(format!("{}: only what is kept can be rare", raw.name));
    }
    let own = match (raw.en, raw.fr) {
        (Some(en), Some(fr)) => Some(Words { en, fr }),
        (None, None) => None,
        _ => return wrong(format!("{}: it is told in one language only", raw.name)),
    };
    let several = names(&raw.name);
    if own.is_some() && several.len() > 1 {
        return wrong(format!("{}: what is told of one column is told of one", raw.name));
    }
    for name in several {
        // Of a part of a JSON text the last word is common.
        let last = name.rsplit('.').next().unwrap_or(&name);
        let Some(about) = own.clone().or_else(|| common.get(last).cloned()) else {
            return wrong(format!("{name}: nobody says what it means"));
        };
        let (mask, in_tests, rare) = (raw.mask, raw.in_tests.clone(), raw.rare);
        columns.push(Column { name, category: raw.is, whose, mask, in_tests, rare, about });
    }
    Ok(())
}

fn names(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn once<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), MapError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return wrong(format!("two {what}s are called {name}"));
        }
    }
    Ok(())
}

fn used(retentions: &[Retention], tables: &[Table]) -> Result<(), MapError> {
    match retentions.iter().find(|one| !tables.iter().any(|table| table.retention.id == one.id)) {
        Some(unused) => wrong(format!("nothing is kept by the retention {}", unused.id)),
        None => Ok(()),
    }
}
