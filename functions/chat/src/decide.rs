//! Whether what was found answers the question, or the honest answer is that the documents do not say.
//!
//! No single figure tells: cosines of this model differ from question to question more than between a right and a wrong
//! passage, and a passage may share every common word with a question and lack the one that matters. So the decision
//! weighs how much of the question (its rare words above all) the passage speaks of, how far the passage stands out
//! among all of the tenant's, and how near its best sentence is. The weights were chosen on the table that the example
//! `calibrate` prints for `calibration/questions.jsonl`, the demonstration's questions and 160 of public-service leaflets,
//! on the side of not knowing: a wrong answer costs more than none.

/// What speaks for a passage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Share of the question's weight whose words the passage has, 0 to 1.
    pub support: f32,
    /// Share of it whose words the quoted sentences have or stand under, 0 to 1.
    pub quoted: f32,
    /// Standard deviations by which the passage's cosine exceeds the mean of the tenant's passages.
    pub standing: f32,
    /// Cosine of the question and the best sentence.
    pub nearness: f32,
    /// Whether question and passage are in different languages.
    pub crossing: bool,
}

/// Weights of [`Evidence`] and where the balance lies.
#[derive(Debug, Clone, Copy)]
struct Balance {
    support: f32,
    quoted: f32,
    standing: f32,
    nearness: f32,
    constant: f32,
}

const SAME_LANGUAGE: Balance =
    Balance { support: 6.0, quoted: 1.0, standing: 0.3, nearness: 5.0, constant: -8.3 };
/// Across languages fewer words are recognised, and a passage stands out less by chance.
const CROSSING: Balance = Balance { support: 6.0, quoted: 3.0, standing: 0.8, nearness: 3.0, constant: -5.0 };

impl Evidence {
    /// What speaks for the passage less what must at least speak for it; above 0 it is quoted.
    pub fn balance(&self) -> f32 {
        let by = if self.crossing { CROSSING } else { SAME_LANGUAGE };
        by.constant
            + by.support * self.support
            + by.quoted * self.quoted
            + by.standing * self.standing
            + by.nearness * self.nearness
    }

    /// Whether the passage is to be quoted.
    pub fn suffices(&self) -> bool {
        self.support > 0.0 && self.balance() > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Evidence =
        Evidence { support: 1.0, quoted: 0.9, standing: 2.5, nearness: 0.5, crossing: false };

    #[test]
    fn no_single_figure_decides() {
        for (evidence, expected) in [
            (GOOD, true),
            // Every word is there, though the passage does not stand out: a row of a table.
            (Evidence { standing: 0.3, ..GOOD }, true),
            // Near by meaning, but the rare word is missing.
            (Evidence { support: 0.6, quoted: 0.55, standing: 3.0, nearness: 0.45, ..GOOD }, false),
            (Evidence { support: 0.0, quoted: 0.0, standing: 4.0, nearness: 0.6, ..GOOD }, false),
            // A general word is missing.
            (Evidence { support: 0.85, quoted: 0.7, ..GOOD }, true),
            // Across languages fewer words are recognised.
            (Evidence { support: 0.4, quoted: 0.35, standing: 2.2, nearness: 0.2, crossing: true }, true),
            (Evidence { support: 0.15, quoted: 0.1, standing: 2.2, nearness: 0.2, crossing: true }, false),
            (Evidence { support: 0.0, quoted: 0.0, standing: 9.0, nearness: 0.9, crossing: true }, false),
        ] {
            assert_eq!(evidence.suffices(), expected, "{evidence:?}");
        }
    }
}
