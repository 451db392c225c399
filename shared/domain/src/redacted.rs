//! Personal text in a type that cannot be printed by mistake.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text of or about a person. It serialises as itself (stores and answers need it) and prints as `[redacted]`,
/// so that a log line, an error or a panic message that includes it says nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted(String);

impl Redacted {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the text out; every call is a place where a reviewer asks why.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_display_nor_debug_shows_the_text() {
        let name = Redacted::new("Camille");
        assert_eq!(format!("{name} {name:?}"), "[redacted] [redacted]");
    }
}
