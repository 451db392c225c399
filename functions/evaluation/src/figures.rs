//! What a run comes to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vivier_store::test_runs::Outcome;

/// A document that stands further behind than this counts nothing for nDCG@10.
const LAST_PLACE: u32 = 10;

/// A run in figures. Shares are between 0 and 1, and null where there was nothing to share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Questions that a document answers.
    pub answerable: u32,
    /// Questions that no document answers.
    pub unanswerable: u32,
    /// Share of the answerable whose document was found first.
    pub hit_at_1: Option<f64>,
    /// Share of the answerable whose document was among the first five.
    pub hit_at_5: Option<f64>,
    /// Normalised discounted cumulative gain of the first ten documents, each answerable question having one that counts: the
    /// mean of `1 / log2(1 + place)` (K. Järvelin and J. Kekäläinen 2002).
    pub ndcg_at_10: Option<f64>,
    /// Share of all answers that quote the expected document; an answer where none was to be given is wrong.
    pub answer_precision: Option<f64>,
    /// Share of the answerable that were answered with "I do not know".
    pub fallback_rate: Option<f64>,
    /// Share of the unanswerable that were.
    pub silence_rate: Option<f64>,
}

impl Figures {
    /// Of all outcomes of a run.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let (answerable, unanswerable): (Vec<&Outcome>, Vec<&Outcome>) =
            outcomes.iter().partition(|outcome| outcome.expected.is_some());
        let answered = |outcome: &&&Outcome| outcome.answered == Some(true);
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        let within = |place: u32| {
            let found = answerable.iter().filter(|outcome| outcome.place.is_some_and(|at| at <= place));
            share(found.count(), answerable.len())
        };
        let gain: f64 = answerable
            .iter()
            .filter_map(|outcome| outcome.place.filter(|place| *place <= LAST_PLACE))
            .map(|place| 1.0 / f64::from(1 + place).log2())
            .sum();
        let (said, known) =
            (outcomes.iter().filter(|o| answered(&o)).count(), answerable.iter().filter(answered).count());
        let right = answerable.iter().filter(|outcome| outcome.cited).count();
        Self {
            answerable: answerable.len() as u32,
            unanswerable: unanswerable.len() as u32,
            hit_at_1: within(1),
            hit_at_5: within(5),
            ndcg_at_10: (!answerable.is_empty()).then(|| gain / answerable.len() as f64),
            answer_precision: share(right, said),
            fallback_rate: share(answerable.len() - known, answerable.len()),
            silence_rate: share(
                unanswerable.len() - unanswerable.iter().filter(answered).count(),
                unanswerable.len(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use vivier_domain::ids::DocumentId;

    use super::*;

    fn outcome(expected: bool, place: Option<u32>, answered: bool, cited: bool) -> Outcome {
        Outcome {
            ordinal: 0,
            question: String::new(),
            expected: expected.then(DocumentId::generate),
            place,
            answered: Some(answered),
            cited,
        }
    }

    #[test]
    fn figures_say_what_was_found_and_what_was_said() {
        let figures = Figures::of(&[
            outcome(true, Some(1), true, true),
            outcome(true, Some(3), true, false),
            outcome(true, Some(11), false, false),
            outcome(true, None, false, false),
            outcome(false, None, true, false),
            outcome(false, None, false, false),
        ]);
        assert_eq!((figures.answerable, figures.unanswerable), (4, 2));
        assert_eq!((figures.hit_at_1, figures.hit_at_5), (Some(0.25), Some(0.5)));
        // The first place counts 1, the third 1 / log2(4), the eleventh and none nothing.
        assert_eq!(figures.ndcg_at_10, Some(1.5 / 4.0));
        assert_eq!(figures.answer_precision, Some(1.0 / 3.0));
        assert_eq!((figures.fallback_rate, figures.silence_rate), (Some(0.5), Some(0.5)));
    }

    #[test]
    fn nothing_is_no_share() {
        let figures = Figures::of(&[outcome(false, None, false, false)]);
        assert_eq!((figures.hit_at_1, figures.ndcg_at_10, figures.answer_precision), (None, None, None));
        assert_eq!((figures.fallback_rate, figures.silence_rate), (None, Some(1.0)));
    }
}
