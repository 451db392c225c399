//! How likely the first occupation is the right one.
//!
//! Logistic functions of what was seen, fitted with `examples/occupations.rs` on half of the titles it reads (job
//! offers and appellations of ROME, each set counting the same), and checked on the other half.

/// What speaks for an occupation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence {
    /// Of words, and of similarity where there is one.
    pub(crate) score: f32,
    /// By how much it is ahead of the next.
    pub(crate) ahead: f32,
    /// The score of words alone.
    pub(crate) words: f32,
    /// The part of the title that no label has words for.
    pub(crate) unknown: f32,
    /// Whether it is also the most similar.
    pub(crate) nearest: bool,
}

/// From words alone.
pub(crate) fn by_words(seen: &Evidence) -> f32 {
    logistic(-2.5 + 3.0 * seen.score + 4.0 * seen.ahead - 0.5 * seen.unknown)
}

/// From words and similarity.
pub(crate) fn by_both(seen: &Evidence) -> f32 {
    let nearest = if seen.nearest { 1.0 } else { 0.0 };
    logistic(-2.5 + 2.0 * seen.words + 3.0 * seen.ahead + nearest - 0.5 * seen.unknown)
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
