//! How settings go from a draft to candidates: the rules of drafting, publishing and rolling back, without a store.
//!
//! What was published never changes: rolling back publishes an old version anew. A draft remembers which version it was
//! made on, and one that something else was published after is not published unseen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Published;

/// So many published versions are kept; older ones are forgotten.
pub const MOST_VERSIONS: u32 = 50;

/// Settings that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft<T> {
    /// The number of the version that was published when it was last changed; 0 where there was none.
    pub based_on: u32,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Who changed it last: a member's subject.
    pub changed_by: String,
    /// What it holds.
    pub settings: T,
}

/// Why nothing was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// There is no draft.
    #[error("there is no draft")]
    NoDraft,
    /// Another version was published since the draft was last changed.
    #[error("another version was published since the draft was changed")]
    Outdated,
    /// It is the version that is published already.
    #[error("this version is the published one")]
    Current,
}

/// The number of what is published; 0 where nothing is.
pub fn number<T>(published: Option<&Published<T>>) -> u32 {
    published.map_or(0, |published| published.number)
}

/// A draft of these settings.
pub fn draft<T>(published: Option<&Published<T>>, settings: T, by: &str, now: Timestamp) -> Draft<T> {
    Draft { based_on: number(published), changed_at: now, changed_by: by.to_owned(), settings }
}

/// The version that follows what is published.
pub fn next<T>(published: Option<&Published<T>>, settings: T, by: &str, now: Timestamp) -> Published<T> {
    Published {
        number: number(published) + 1,
        published_at: now,
        published_by: by.to_owned(),
        restores: None,
        settings,
    }
}

/// The version that publishing the draft makes.
pub fn publish<T: Clone>(
    draft: Option<&Draft<T>>,
    published: Option<&Published<T>>,
    by: &str,
    now: Timestamp,
) -> Result<Published<T>, Obstacle> {
    let draft = draft.ok_or(Obstacle::NoDraft)?;
    if draft.based_on != number(published) {
        return Err(Obstacle::Outdated);
    }
    Ok(next(published, draft.settings.clone(), by, now))
}

/// The version that brings an old one back.
pub fn roll_back<T: Clone>(
    published: Option<&Published<T>>,
    version: &Published<T>,
    by: &str,
    now: Timestamp,
) -> Result<Published<T>, Obstacle> {
    if version.number == number(published) {
        return Err(Obstacle::Current);
    }
    let next = next(published, version.settings.clone(), by, now);
    Ok(Published { restores: Some(version.number), ..next })
}

/// The version that is forgotten when `number` is published.
pub fn forgotten(number: u32) -> Option<u32> {
    number.checked_sub(MOST_VERSIONS).filter(|old| *old > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Clone)]
    enum Step {
        Change(u8),
        Discard,
        Publish,
        RollBack(u32),
        /// An operator's command, which needs no draft.
        Directly(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => any::<u8>().prop_map(Step::Change),
            1 => Just(Step::Discard),
            3 => Just(Step::Publish),
            2 => (1u32..40).prop_map(Step::RollBack),
            1 => any::<u8>().prop_map(Step::Directly),
        ];
        proptest::collection::vec(step, 0..200)
    }

    proptest! {
        /// The rules against the plainest model there is: the list of everything ever published.
        #[test]
        fn what_is_published_is_what_somebody_meant_to(steps in steps()) {
            let now = Timestamp::UNIX_EPOCH;
            let (mut draft_now, mut current) = (None::<Draft<u8>>, None::<Published<u8>>);
            let mut kept = BTreeMap::<u32, Published<u8>>::new();
            // The model: all versions, and the draft with whether it saw the last of them.
            let (mut ever, mut working) = (Vec::<u8>::new(), None::<(u8, usize)>);
            for step in steps {
                let made = match step {
                    Step::Change(value) => {
                        draft_now = Some(draft(current.as_ref(), value, "m", now));
                        working = Some((value, ever.len()));
                        None
                    }
                    Step::Discard => {
                        (draft_now, working) = (None, None);
                        None
                    }
                    Step::Publish => {
                        let outcome = publish(draft_now.as_ref(), current.as_ref(), "m", now);
                        let expected = match working {
                            None => Err(Obstacle::NoDraft),
                            Some((_, seen)) if seen != ever.len() => Err(Obstacle::Outdated),
                            Some((value, _)) => Ok(value),
                        };
                        prop_assert_eq!(outcome.as_ref().map(|made| made.settings).map_err(|e| *e), expected);
                        if outcome.is_ok() {
                            (draft_now, working) = (None, None);
                        }
                        outcome.ok()
                    }
                    Step::RollBack(to) => match kept.get(&to) {
                        None => {
                            let old = (ever.len() as u32).saturating_sub(MOST_VERSIONS);
                            prop_assert!(to as usize > ever.len() || to <= old);
                            None
                        }
                        Some(version) => {
                            let outcome = roll_back(current.as_ref(), version, "m", now);
                            prop_assert_eq!(outcome.is_err(), to as usize == ever.len());
                            if let Ok(made) = &outcome {
                                prop_assert_eq!((made.settings, made.restores), (ever[to as usize - 1], Some(to)));
                            }
                            outcome.ok()
                        }
                    },
                    Step::Directly(value) => Some(next(current.as_ref(), value, "operator", now)),
                };
                if let Some(made) = made {
                    ever.push(made.settings);
                    prop_assert_eq!(made.number as usize, ever.len(), "numbers count up by one");
                    if let Some(old) = forgotten(made.number) {
                        prop_assert!(kept.remove(&old).is_some(), "exactly one is forgotten");
                    }
                    kept.insert(made.number, made.clone());
                    current = Some(made);
                }
                prop_assert_eq!(current.as_ref().map(|current| current.settings), ever.last().copied());
                prop_assert_eq!(kept.len(), ever.len().min(MOST_VERSIONS as usize));
                for (number, version) in &kept {
                    prop_assert_eq!(version.settings, ever[*number as usize - 1], "history never changes");
                }
            }
        }
    }
}
