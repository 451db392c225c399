//! A breach as its chain of entries tells it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use vivier_domain::{ids::BreachId, member::Language};

use crate::{
    chain::Walked,
    entry::{Added, Recorded, What},
    words::{Words, tables},
};

/// What was added, and by which entry.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) added: Added,
}

/// A breach.
#[derive(Debug, Clone)]
pub(crate) struct Breach {
    pub(crate) id: BreachId,
    pub(crate) recorded: Recorded,
    pub(crate) recorded_at: Timestamp,
    pub(crate) stages: Vec<Stage>,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) walked: Walked,
}

impl Breach {
    /// Reads a chain; `None` where nobody can tell any more what was recorded.
    pub(crate) fn of(id: BreachId, walked: Walked) -> Option<Self> {
        let (mut first, mut stages, mut closed_at) = (None, Vec::new(), None);
        for (entry, _) in &walked.entries {
            match &entry.what {
                What::Recorded(recorded) if first.is_none() => first = Some((recorded.clone(), entry.at)),
                What::Added(added) => {
                    stages.push(Stage { number: entry.number, at: entry.at, added: added.clone() });
                }
                What::Closed { .. } => closed_at = Some(entry.at),
                _ => {}
            }
        }
        let (recorded, recorded_at) = first?;
        Some(Self { id, recorded, recorded_at, stages, closed_at, walked })
    }

    /// The stages that tell anything.
    pub(crate) fn said(&self) -> impl DoubleEndedIterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.added.says())
    }

    /// The stages up to an entry.
    fn upto(&self, number: u64) -> impl DoubleEndedIterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.number <= number)
    }

    /// The places concerned, as was known up to an entry: tables of the data map, each once.
    pub(crate) fn places(&self, upto: u64) -> Vec<String> {
        let later = self.upto(upto).flat_map(|stage| &stage.added.places);
        let named = self.recorded.places.iter().chain(later);
        let map = vivier_data_map::map();
        let found: BTreeSet<String> = named
            .flat_map(|place| tables(map, place))
            .map(|table| format!("{}/{}", table.store.as_str(), table.name))
            .collect();
        found.into_iter().collect()
    }

    /// What happened, in the order in which it was learnt.
    pub(crate) fn what(&self, upto: u64, language: Language) -> Vec<String> {
        let later = self.upto(upto).filter_map(|stage| stage.added.what.as_ref());
        std::iter::once(&self.recorded.what)
            .chain(later)
            .map(|words| words.get(language).to_owned())
            .collect()
    }

    /// The likely consequences, as they were last known.
    pub(crate) fn consequences(&self, upto: u64) -> Option<&Words> {
        let later = self.upto(upto).rev().find_map(|stage| stage.added.consequences.as_ref());
        later.or(self.recorded.consequences.as_ref())
    }

    /// The measures, as they were last known.
    pub(crate) fn measures(&self, upto: u64) -> Option<&Words> {
        let later = self.upto(upto).rev().find_map(|stage| stage.added.measures.as_ref());
        later.or(self.recorded.measures.as_ref())
    }
}
