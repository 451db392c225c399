//! Where doors led a moment ago. Only what was found is remembered: whoever was refused may have been let in since.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use vivier_tenancy::registry::Door;

/// More than this many are not worth remembering.
const MOST: usize = 4096;

/// A bounded memory.
#[derive(Debug)]
pub(crate) struct Memory<T> {
    remember: Duration,
    found: Mutex<HashMap<Door, (Instant, T)>>,
}

impl<T: Clone> Memory<T> {
    pub(crate) fn new(remember: Duration) -> Self {
        Self { remember, found: Mutex::default() }
    }

    pub(crate) fn recall(&self, door: &Door) -> Option<T> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(door).filter(|(at, _)| at.elapsed() < self.remember).map(|(_, found)| found.clone())
    }

    pub(crate) fn keep(&self, door: Door, what: T) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= MOST {
            found.clear();
        }
        found.insert(door, (Instant::now(), what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_forgotten_in_time() {
        let door = Door::key("vpk_1");
        let long = Memory::new(Duration::from_hours(1));
        assert!(long.recall(&door).is_none());
        long.keep(door.clone(), 7);
        assert_eq!(long.recall(&door), Some(7));
        assert_eq!(long.recall(&Door::key("vpk_2")), None);
        let none = Memory::new(Duration::ZERO);
        none.keep(door.clone(), 7);
        assert!(none.recall(&door).is_none());
    }
}
