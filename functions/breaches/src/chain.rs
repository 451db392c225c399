//! Entries one behind the other, each with the hash of the one before: what is changed, taken out or cut off shows.

use sha2::{Digest, Sha256};
use vivier_domain::{
    ids::{BreachId, TenantId},
    opaque::Opaque,
};
use vivier_runtime::HandlerError;
use vivier_tenancy::{TenancyError, rooms::breaches::Chain};

use crate::entry::Entry;

/// What the first entry follows.
pub(crate) const NOTHING: Opaque<32> = Opaque([0; 32]);

/// A chain that was walked along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walked {
    /// The entries that can be read, with their hashes.
    pub(crate) entries: Vec<(Entry, Opaque<32>)>,
    /// The number of the last entry, as the chain's head has it.
    pub(crate) seq: u64,
    /// Its hash.
    pub(crate) hash: Opaque<32>,
    /// The first entry that does not hold: it was changed, or one before it is missing.
    pub(crate) broken_at: Option<u64>,
}

/// The hash of an entry as it is written.
pub(crate) fn hash(text: &str) -> Opaque<32> {
    Opaque(Sha256::digest(text).into())
}

/// The text of an entry.
pub(crate) fn text(entry: &Entry) -> Result<String, HandlerError> {
    serde_json::to_string(entry).map_err(|_| TenancyError::Corrupt("breach").into())
}

/// Walks along a chain.
pub(crate) fn walk(chain: &Chain, breach: BreachId, tenant: Option<TenantId>) -> Walked {
    let mut walked = Walked { entries: Vec::new(), seq: chain.seq, hash: chain.hash, broken_at: None };
    let (mut expected, mut previous) = (1, NOTHING);
    for (number, text) in &chain.entries {
        let (found, own) = (serde_json::from_str::<Entry>(text).ok(), hash(text));
        let holds = *number == expected
            && found.as_ref().is_some_and(|entry| {
                entry.number == *number
                    && entry.previous == previous
                    && entry.breach == breach
                    && entry.tenant == tenant
            });
        if !holds {
            // Of two that do not fit, it is the former that was changed: the latter says what stood there.
            let culprit =
                if found.is_some() && *number == expected && *number > 1 { number - 1 } else { expected };
            walked.broken_at.get_or_insert(culprit);
        }
        walked.entries.extend(found.map(|entry| (entry, own)));
        (expected, previous) = (number.saturating_add(1), own);
    }
    // What was cut off, or put behind, or changed at the very end, is known by the head.
    let next = chain.seq.saturating_add(1);
    if expected != next {
        walked.broken_at.get_or_insert(expected.min(next));
    } else if previous != chain.hash {
        walked.broken_at.get_or_insert(chain.seq);
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entry::{What, Who},
        words::Words,
    };

    fn chain(length: u64) -> (BreachId, Chain) {
        let breach = BreachId::generate();
        let (mut previous, mut entries) = (NOTHING, Vec::new());
        for number in 1..=length {
            let reason = Words { fr: format!("n {number}"), en: format!("n {number}") };
            let at = "2026-01-01T00:00:00Z".parse().unwrap();
            let what = What::Closed { reason };
            let text = text(&Entry { breach, tenant: None, number, at, who: Who::Operator, what, previous })
                .unwrap();
            previous = hash(&text);
            entries.push((number, text));
        }
        (breach, Chain { seq: length, hash: previous, entries })
    }

    #[test]
    fn a_chain_holds_as_it_was_written() {
        let (breach, chain) = chain(4);
        let walked = walk(&chain, breach, None);
        assert_eq!((walked.broken_at, walked.entries.len()), (None, 4));
    }

    #[test]
    fn whatever_is_changed_shows_and_where() {
        let (breach, whole) = chain(4);
        for place in 0..4 {
            let mut changed = whole.clone();
            changed.entries[place].1 = changed.entries[place].1.replace("n ", "m ");
            assert_eq!(walk(&changed, breach, None).broken_at, Some(place as u64 + 1), "changed {place}");
            let mut unreadable = whole.clone();
            unreadable.entries[place].1.truncate(9);
            assert_eq!(walk(&unreadable, breach, None).broken_at, Some(place as u64 + 1), "cut {place}");
            let mut without = whole.clone();
            without.entries.remove(place);
            assert_eq!(walk(&without, breach, None).broken_at, Some(place as u64 + 1), "without {place}");
        }
    }

    #[test]
    fn what_cannot_be_read_shows() {
        let (breach, whole) = chain(3);
        let mut textless = whole.clone();
        textless.entries[1].1.clear();
        assert_eq!(walk(&textless, breach, None).broken_at, Some(2));
        let mut misplaced = whole.clone();
        let (_, text) = misplaced.entries.remove(1);
        misplaced.entries.push((0, text));
        assert_eq!(walk(&misplaced, breach, None).broken_at, Some(2));
        let headless = Chain { hash: NOTHING, ..whole };
        assert_eq!(walk(&headless, breach, None).broken_at, Some(3));
    }

    #[test]
    fn what_is_put_behind_or_moved_shows() {
        let (breach, whole) = chain(2);
        let (_, longer) = chain(3);
        let mut more = whole.clone();
        more.entries.push(longer.entries[2].clone());
        assert!(walk(&more, breach, None).broken_at.is_some());
        assert!(walk(&whole, BreachId::generate(), None).broken_at.is_some(), "of another breach");
        assert!(walk(&whole, breach, Some(TenantId::generate())).broken_at.is_some(), "of a tenant");
        let empty = Chain { entries: Vec::new(), ..whole };
        assert_eq!(walk(&empty, breach, None).broken_at, Some(1));
    }
}
