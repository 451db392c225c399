//! Whether what was found answers the question, or the honest answer is that the documents do not say.
//!
//! No single figure tells: cosines of this model differ from question to question more than between a right and a wrong
//! passage, and a passage may share every common word with a question and lack the one that matters. So the decision
//! weighs the evidence, with weights that the example `calibrate` fits (logistic regression) to a folder of questions
//! that documents answer and that they do not; `calibration/weights.json` is what it wrote.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What speaks for a passage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// Share of the question's weight whose words the passage has, 0 to 1.
    pub support: f32,
    /// Share of it whose words the quoted sentences have or stand under, 0 to 1.
    pub quoted: f32,
    /// Cosine of the question and the best sentence.
    pub nearness: f32,
    /// Cosine of the question and the passage.
    pub cosine: f32,
    /// By how much it exceeds the cosine of passages that merely are near.
    pub standing: f32,
    /// Whether question and passage are in different languages.
    pub crossing: bool,
    /// Whether a name, a telephone number or an address is asked for, and the quoted sentences have none.
    pub lacking: bool,
    /// Whether the question is about the asker's own file, of which no document speaks.
    pub own_case: bool,
}

/// The figures of [`Evidence`] that are weighed, in this order.
pub const FIGURES: usize = 5;

/// Weights of the figures of [`Evidence`], and the constant that they are added to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// What must at least speak for a passage, below 0.
    pub constant: f32,
    /// Of support, quoted, nearness, cosine and standing.
    pub weights: [f32; FIGURES],
}

/// How evidence is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balances {
    /// Of a passage in the question's language.
    pub same_language: Balance,
    /// Of one in another: fewer words are recognised. The same where too few questions cross languages to be fitted to.
    pub crossing: Balance,
}

/// How far the threshold moves when the caution is doubled, in logits.
const DOUBLED: f32 = 2.0;
/// How far below the threshold a passage still is worth a look, in logits.
pub const NEAR: f32 = 2.0;

static BALANCES: LazyLock<Balances> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../calibration/weights.json")).expect("a test reads the weights")
});

impl Evidence {
    /// Its figures.
    pub fn figures(&self) -> [f32; FIGURES] {
        [self.support, self.quoted, self.nearness, self.cosine, self.standing]
    }

    /// What speaks for the passage less what must at least speak for it, in logits.
    pub fn balance(&self) -> f32 {
        let by = if self.crossing { &BALANCES.crossing } else { &BALANCES.same_language };
        by.constant
            + by.weights.iter().zip(self.figures()).map(|(weight, figure)| weight * figure).sum::<f32>()
    }

    /// Whether the passage can answer at all, whatever speaks for it.
    pub fn may_answer(&self) -> bool {
        !self.own_case && !self.lacking
    }

    /// Whether the passage is to be quoted, at a caution in percent of the usual.
    pub fn suffices(&self, caution: u16) -> bool {
        self.may_answer() && (caution == 0 || self.balance() > threshold(caution))
    }

    /// Whether the passage at least is worth a look by whoever asked: it may tell where the name or number is to be had.
    pub fn is_near(&self, caution: u16) -> bool {
        !self.own_case && self.balance() > threshold(caution) - NEAR
    }
}

fn threshold(caution: u16) -> f32 {
    (f32::from(caution) / 100.0 - 1.0) * DOUBLED
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Evidence = Evidence {
        support: 1.0,
        quoted: 0.9,
        nearness: 0.7,
        cosine: 0.6,
        standing: 0.4,
        crossing: false,
        lacking: false,
        own_case: false,
    };
    const BAD: Evidence = Evidence {
        support: 0.1,
        quoted: 0.0,
        nearness: 0.1,
        cosine: 0.1,
        standing: 0.0,
        crossing: false,
        lacking: false,
        own_case: false,
    };

    #[test]
    fn the_weights_can_be_read() {
        assert!(BALANCES.same_language.constant < 0.0 && BALANCES.crossing.constant < 0.0);
    }

    #[test]
    fn what_speaks_for_a_passage_is_weighed() {
        for crossing in [false, true] {
            assert!(
                Evidence { crossing, ..GOOD }.suffices(100) && !Evidence { crossing, ..BAD }.suffices(100)
            );
        }
        assert!(!Evidence { own_case: true, ..GOOD }.suffices(100));
        assert!(!Evidence { lacking: true, ..GOOD }.suffices(100));
        assert!(GOOD.balance() > Evidence { quoted: 0.2, ..GOOD }.balance());
    }

    #[test]
    fn a_passage_may_be_near_without_sufficing() {
        let figures = |support: f32| Evidence { support, quoted: support, nearness: 0.4, cosine: 0.4, ..BAD };
        assert!(GOOD.is_near(100) && !BAD.is_near(100));
        let between = (0..=100u8).map(|x| figures(f32::from(x) / 100.0));
        assert!(between.clone().any(|evidence| evidence.is_near(100) && !evidence.suffices(100)));
        assert!(between.clone().all(|evidence| evidence.is_near(100) || !evidence.suffices(100)));
        assert!(between.clone().all(|evidence| !Evidence { own_case: true, ..evidence }.is_near(100)));
    }

    #[test]
    fn caution_moves_the_threshold() {
        let open = Evidence { lacking: false, ..BAD };
        assert!(open.suffices(0) && !GOOD.suffices(1000));
        assert!(!Evidence { own_case: true, ..open }.suffices(0));
        let at = |caution| {
            (0..=100).filter(|x| Evidence { support: *x as f32 / 100.0, ..GOOD }.suffices(caution)).count()
        };
        assert!(at(50) >= at(100) && at(100) >= at(200));
    }
}
