//! A schedule fired. Nobody's tenant is named, so it gets a [`PlatformScope`], which lends one scope at a time.

use crate::scope::PlatformScope;

/// The `detail-type` of what EventBridge sends when a schedule fires.
pub const DETAIL_TYPE: &str = "Scheduled Event";

/// Only the event source that EventBridge reserves for itself opens this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event of the scheduler")]
pub struct NotScheduled;

/// Mints the platform's scope from the event's `source` and `detail-type`.
pub fn enter(source: &str, detail_type: &str) -> Result<PlatformScope, NotScheduled> {
    if source == "aws.events" && detail_type == DETAIL_TYPE {
        Ok(PlatformScope { _private: () })
    } else {
        Err(NotScheduled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scheduler_enters() {
        assert!(enter("aws.events", DETAIL_TYPE).is_ok());
        assert!(enter("acme.events", DETAIL_TYPE).is_err());
        assert!(enter("aws.events", "Object Created").is_err());
    }
}
