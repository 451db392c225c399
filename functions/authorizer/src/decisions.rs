//! Who was let in a moment ago. Only yeses are remembered: whoever is refused may have been let in since.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use vivier_tenancy::registry::{Door, Found};

/// More than this many are not worth remembering.
const MOST: usize = 4096;

/// A bounded memory of yeses.
#[derive(Debug)]
pub(crate) struct Decisions {
    remember: Duration,
    found: Mutex<HashMap<Door, (Instant, Found)>>,
}

impl Decisions {
    pub(crate) fn new(remember: Duration) -> Self {
        Self { remember, found: Mutex::default() }
    }

    pub(crate) fn recall(&self, door: &Door) -> Option<Found> {
        let found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.get(door).filter(|(at, _)| at.elapsed() < self.remember).map(|(_, found)| found.clone())
    }

    pub(crate) fn keep(&self, door: Door, decision: Found) {
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if found.len() >= MOST {
            found.clear();
        }
        found.insert(door, (Instant::now(), decision));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::TenantId;

    #[test]
    fn a_yes_is_forgotten_in_time() {
        let door = Door::key("vpk_1");
        let found = Found { tenant: TenantId::generate(), roles: vec![] };
        let long = Decisions::new(Duration::from_hours(1));
        assert!(long.recall(&door).is_none());
        long.keep(door.clone(), found.clone());
        assert_eq!(long.recall(&door).map(|f| f.tenant), Some(found.tenant));
        let none = Decisions::new(Duration::ZERO);
        none.keep(door.clone(), found);
        assert!(none.recall(&door).is_none());
    }
}
