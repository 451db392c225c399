//! How likely the first occupation is the right one.
//!
//! Logistic functions of what was seen, fitted on every second title that `examples/occupations.rs` reads (job offers and
//! appellations of ROME, each set counting the same) by maximum likelihood, and checked on the others: the README says
//! with what result.

/// What speaks for an occupation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence {
    /// Of words, and of similarity where there is one.
    pub(crate) score: f32,
    /// By how much it is ahead of the best other one.
    pub(crate) ahead: f32,
    /// The score of words alone.
    pub(crate) words: f32,
    /// The part of the title that no label has words for.
    pub(crate) unknown: f32,
}

/// From words alone.
pub(crate) fn by_words(seen: &Evidence) -> f32 {
    logistic(-3.93 + 5.03 * seen.score + 3.09 * seen.ahead - 2.86 * seen.unknown)
}

/// From words and similarity.
pub(crate) fn by_both(seen: &Evidence) -> f32 {
    logistic(-3.6 + 2.2 * seen.score + 3.0 * seen.ahead + 1.75 * seen.words - 1.4 * seen.unknown)
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
