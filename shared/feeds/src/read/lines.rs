//! The lines of a text, counted while it is read.

/// How far the text was counted.
pub(super) struct Lines {
    at: usize,
    line: u64,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { at: 0, line: 1 }
    }

    /// The line of a place in the text, from 1. Places are asked for in their order.
    pub(super) fn of(&mut self, place: usize, text: &[u8]) -> u64 {
        let between = text.get(self.at..place).unwrap_or_default();
        self.line += between.split(|byte| *byte == b'\n').skip(1).count() as u64;
        self.at = self.at.max(place);
        self.line
    }
}
