//! Whom the operator has process data for its clients (Art. 28 GDPR), from `infra/privacy/sub-processors.toml`: every recipient in the map is in
//! it, and no entry takes effect before clients had the time to object.

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use crate::{
    load::MapError,
    map::{Map, Words},
};

/// Days between the announcement of an entry and its effect, at least.
pub const NOTICE_DAYS: i32 = 30;
/// Regions of AWS in the European Union; London and Zurich are not (K4.1).
const REGIONS: &[&str] =
    &["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];

/// A sub-processor's service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubProcessor {
    /// The recipient in the map.
    pub id: String,
    /// Who.
    pub name: String,
    /// With which services.
    pub service: String,
    /// What for.
    pub purpose: Words,
    /// Where, by regions of AWS.
    pub regions: Vec<String>,
    /// When it was first used.
    pub since: Date,
    /// When clients were told of the entry as it stands.
    pub announced_on: Date,
    /// From when the entry as it stands holds.
    pub effective_on: Date,
}

/// A recipient that is no sub-processor of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// The recipient in the map.
    pub id: String,
    /// Why it is none.
    pub why: Words,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubProcessors {
    /// The entries.
    #[serde(rename = "sub_processor")]
    pub entries: Vec<SubProcessor>,
    /// Recipients of the map that are none.
    #[serde(rename = "other")]
    pub others: Vec<Other>,
}

static LIST: LazyLock<SubProcessors> = LazyLock::new(|| {
    // It is part of the binary, and a test reads it: it cannot be broken where this runs.
    SubProcessors::read(include_str!("../../../infra/privacy/sub-processors.toml"))
        .unwrap_or_else(|error| panic!("sub-processors.toml: {error}"))
});

/// The list as it is committed.
pub fn sub_processors() -> &'static SubProcessors {
    &LIST
}

impl SubProcessors {
    /// Reads a list.
    ///
    /// # Errors
    /// When it has not this form, or something in it does not hold.
    pub fn read(text: &str) -> Result<Self, MapError> {
        let list: Self = toml::from_str(text)?;
        match list.wrong().into_iter().next() {
            Some(sentence) => Err(MapError::Wrong(sentence)),
            None => Ok(list),
        }
    }

    fn wrong(&self) -> Vec<String> {
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        let ids = self.entries.iter().map(|one| &one.id).chain(self.others.iter().map(|one| &one.id));
        found.extend(ids.filter(|id| !seen.insert(*id)).map(|id| format!("{id} stands there twice")));
        for one in &self.entries {
            let id = &one.id;
            if one.announced_on.saturating_add(NOTICE_DAYS.days()) > one.effective_on {
                found.push(format!(
                    "{id}: it takes effect less than {NOTICE_DAYS} days after it was announced"
                ));
            }
            if one.since > one.effective_on {
                found.push(format!("{id}: it is used since a day after this took effect"));
            }
            if one.regions.is_empty() {
                found.push(format!("{id}: nobody says where"));
            }
            let outside = one.regions.iter().filter(|region| !REGIONS.contains(&region.as_str()));
            found.extend(outside.map(|region| format!("{id}: {region} is no region of the European Union")));
        }
        found
    }

    /// What list and map do not have in common.
    pub fn differences(&self, map: &Map) -> Vec<String> {
        let listed: BTreeSet<&str> = self.entries.iter().map(|one| one.id.as_str()).collect();
        let others: BTreeSet<&str> = self.others.iter().map(|one| one.id.as_str()).collect();
        let known: BTreeSet<&str> = map.recipients.iter().map(|one| one.id.as_str()).collect();
        let lacking = known.iter().filter(|id| !listed.contains(*id) && !others.contains(*id));
        let lacking = lacking.map(|id| format!("the recipient {id} is not in the list of sub-processors"));
        let strange = listed.union(&others).filter(|id| !known.contains(*id));
        lacking.chain(strange.map(|id| format!("{id} is no recipient in the map"))).collect()
    }

    /// An entry by its id.
    pub fn find(&self, id: &str) -> Option<&SubProcessor> {
        self.entries.iter().find(|one| one.id == id)
    }

    /// What was announced from one day to another, both included: what somebody who came on the first has to be told on the second.
    pub fn announced(&self, from: Date, to: Date) -> impl Iterator<Item = &SubProcessor> {
        self.entries.iter().filter(move |one| (from..=to).contains(&one.announced_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use jiff::civil::date;

    const ONE: &str = r#"
        [[sub_processor]]
        id = "compute"
        name = "Acme"
        service = "Machines"
        purpose = { en = "Runs", fr = "Exécution" }
        regions = ["eu-west-3"]
        since = "2026-10-01"
        announced_on = "2026-09-01"
        effective_on = "2026-10-01"
        [[other]]
        id = "parser"
        why = { en = "Not ours", fr = "Pas le nôtre" }
    "#;

    #[test]
    fn what_does_not_hold_is_told() {
        assert!(SubProcessors::read(ONE).is_ok(), "thirty days to the day");
        for (from, to, said) in [
            ("effective_on = \"2026-10-01\"", "effective_on = \"2026-09-30\"", "less than 30 days"),
            ("announced_on = \"2026-09-01\"", "announced_on = \"2026-11-01\"", "less than 30 days"),
            ("[\"eu-west-3\"]", "[\"us-east-1\"]", "us-east-1 is no region"),
            ("[\"eu-west-3\"]", "[\"eu-west-2\"]", "eu-west-2 is no region"),
            ("[\"eu-west-3\"]", "[]", "nobody says where"),
            ("\"parser\"", "\"compute\"", "twice"),
            ("since = \"2026-10-01\"", "since = \"2026-10-02\"", "since a day after"),
        ] {
            assert!(ONE.contains(from), "{from}");
            let error = SubProcessors::read(&ONE.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(said), "{to}: {error}");
        }
        assert!(SubProcessors::read(&ONE.replacen("name =", "nom =", 1)).is_err());
    }

    #[test]
    fn list_and_map_are_compared_both_ways() {
        let list = SubProcessors::read(&ONE.replacen("\"parser\"", "\"nobody\"", 1)).unwrap();
        let found = list.differences(map());
        assert!(
            found.contains(&"the recipient s3 is not in the list of sub-processors".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"nobody is no recipient in the map".to_owned()));
        assert!(!found.iter().any(|sentence| sentence.contains("compute")));
    }

    #[test]
    fn who_comes_later_was_told_before() {
        let list = SubProcessors::read(ONE).unwrap();
        let told = |from, to| list.announced(from, to).count();
        assert_eq!(told(date(2026, 9, 1), date(2026, 9, 1)), 1);
        assert_eq!(told(date(2026, 1, 1), date(2026, 8, 31)), 0, "not announced yet");
        assert_eq!(told(date(2026, 9, 2), date(2027, 1, 1)), 0, "part of the contract");
    }
}
