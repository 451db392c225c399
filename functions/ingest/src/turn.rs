//! What one invocation may take upon itself. A document of many pages is longer than an invocation: its run stops in good
//! time and hands the rest on.

use std::time::{Duration, Instant};

/// How long an invocation begins new work for, in seconds. Lambda ends it after 900: a last slice must fit in between.
pub const USUAL_SECONDS: u64 = 600;

/// One invocation's share.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    until: Instant,
    /// How often the work was handed on since an event or a schedule began it.
    pub hops: u32,
}

impl Turn {
    /// Begins now and lasts so long.
    pub fn begin(lasts: Duration, hops: u32) -> Self {
        Self { until: Instant::now() + lasts, hops }
    }

    /// Whether nothing new may be begun.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends() {
        assert!(Turn::begin(Duration::ZERO, 0).is_over());
        assert!(!Turn::begin(Duration::from_hours(1), 0).is_over());
    }
}
