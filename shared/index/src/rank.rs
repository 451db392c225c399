//! One score of two: how well an offer has the words of a search, and how near it lies to what they mean.
//!
//! No fixed mixture is right: words alone find what is precise, meaning alone finds what is said otherwise or in another
//! language. What decides is seen in the search itself: the score of the words is a share of the most they could weigh in these
//! offers, so that words which hardly occur weigh little, and leave the order to the meaning.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::bits::Bits;
use crate::vectors::{Sought, Vectors};

/// What counts how much for the order of hits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Of the words; 0 leaves them out.
    pub words: f32,
    /// Of the meaning; 0 leaves it out.
    pub meaning: f32,
    /// Of having been published today; half of it after [`HALF_LIFE`] days.
    pub recency: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { words: 0.15, meaning: 1.0, recency: 0.02 }
    }
}

/// Days after which being new counts half.
const HALF_LIFE: f32 = 14.0;
/// How new an offer is by its age in days: nearly all are younger than two years.
static RECENCY: LazyLock<Vec<f32>> = LazyLock::new(|| (0..730).map(recency).collect());

fn recency(age: i32) -> f32 {
    (-(age as f32) / HALF_LIFE).exp2()
}

/// Offers that may be found by their meaning alone.
const NEAR: usize = 200;
/// Nearer than this, as a cosine, an offer may be found by its meaning alone: where no offer has all the words, and where some have,
/// so that a precise search does not drift.
const NEAR_ENOUGH: f32 = 0.3;
const VERY_NEAR: f32 = 0.4;

/// What an offer has ahead that says every word as it was typed, of offers that say something else for it.
const LITERAL: f32 = 0.5;
/// How much nearer than the farthest found an offer may lie that comparing bits has missed. Of 400 searches among 100 000 sums of two real
/// titles' vectors, two had missed an offer that lay farther above.
const MISSED: f32 = 0.15;
/// More than sums of scores are rounded by, as a part of them.
const ROUNDED: f32 = 1e-5;

/// How the hits of one search are ordered.
pub(crate) struct Ranking<'a> {
    weights: Weights,
    ideal: f32,
    /// Day number.
    today: i32,
    /// Which offers have every wanted word as it was typed; where some have others that say the same.
    literal: Option<Bits>,
    meaning: Option<Meaning<'a>>,
}

struct Meaning<'a> {
    vectors: &'a Vectors,
    sought: Sought,
    /// In the order of their numbers.
    near: Vec<(u32, f32)>,
    /// No other offer that is open has a greater cosine, but for what comparing bits has missed.
    beyond: f32,
}

impl<'a> Ranking<'a> {
    /// `ideal` is the most that the words could weigh.
    pub(crate) fn by_words(weights: Weights, ideal: f32, today: i32, literal: Option<Bits>) -> Self {
        Self { weights, ideal, today, literal, meaning: None }
    }

    /// Takes the meaning in, where the vector is of the offers' dimension; only `open` offers are weighed by it, `said` tells whether some
    /// offer has all the words.
    pub(crate) fn and_meaning(
        mut self,
        vectors: &'a Vectors,
        vector: &[f32],
        said: bool,
        open: &Bits,
    ) -> Self {
        if vector.len() != vectors.model().dimension {
            return self;
        }
        let sought = Sought::new(vector);
        let mut near = vectors.nearest(&sought, NEAR, open);
        let least = if said { VERY_NEAR } else { NEAR_ENOUGH };
        let enough = near.partition_point(|(_, cosine)| *cosine >= least);
        let farthest = near.get(enough).or(near.last().filter(|_| near.len() == NEAR));
        let beyond = farthest.map_or(0.0, |(_, cosine)| cosine.max(0.0));
        near.truncate(enough);
        near.sort_unstable_by_key(|(doc, _)| *doc);
        self.meaning = Some(Meaning { vectors, sought, near, beyond });
        self
    }

    /// What may be found by its meaning alone, in the order of its numbers.
    pub(crate) fn near(&self) -> &[(u32, f32)] {
        self.meaning.as_ref().map_or(&[], |meaning| &meaning.near)
    }

    /// The words' part of a score.
    fn said(&self, doc: u32, words: f32) -> f32 {
        let share = if self.ideal > 0.0 { words / self.ideal } else { 0.0 };
        let literal = self.literal.as_ref().is_some_and(|literal| literal.has(doc));
        share + if literal { LITERAL } else { 0.0 }
    }

    /// The words' part of a score, and the cosine.
    pub(crate) fn parts(&self, doc: u32, words: f32) -> (f32, Option<f32>) {
        (
            self.said(doc, words),
            self.meaning.as_ref().map(|meaning| meaning.vectors.cosine(&meaning.sought, doc)),
        )
    }

    /// The score of an offer of a day whose words weigh `words`; not negative.
    pub(crate) fn score(&self, doc: u32, published: i32, words: f32) -> f32 {
        let (share, cosine) = self.parts(doc, words);
        self.sum(share, cosine.unwrap_or(0.0), self.recency(published))
    }

    /// How new an offer is: 1 on the day of its publication, half of it after each [`HALF_LIFE`].
    pub(crate) fn recency(&self, published: i32) -> f32 {
        let age = (self.today - published).max(0);
        RECENCY.get(age as usize).copied().unwrap_or_else(|| recency(age))
    }

    /// An offer that is not [near](Self::near), whose words weigh less, has a lower score than `score`, whatever else there is to it; but
    /// for one that bits missed by more than [`MISSED`].
    pub(crate) fn least_words(&self, score: f32) -> f32 {
        if self.weights.words <= 0.0 || self.ideal <= 0.0 {
            return 0.0;
        }
        let share = if self.literal.is_some() { LITERAL } else { 0.0 };
        let most = self.sum(share, self.beyond(), 1.0) + ROUNDED * (1.0 + score);
        (score - most) / self.weights.words * self.ideal
    }

    /// The most that the score of an offer of a day can be that is not [near](Self::near), and whose words weigh `words`, without a look
    /// at its vector; but for one that bits missed by more than [`MISSED`].
    pub(crate) fn at_most(&self, doc: u32, published: i32, words: f32) -> f32 {
        self.sum(self.said(doc, words), self.beyond(), self.recency(published)) * (1.0 + ROUNDED)
    }

    fn beyond(&self) -> f32 {
        self.meaning.as_ref().map_or(0.0, |meaning| meaning.beyond + MISSED)
    }

    fn sum(&self, share: f32, cosine: f32, recency: f32) -> f32 {
        let Weights { words, meaning, recency: newness } = self.weights;
        words * share + meaning * cosine.max(0.0) + newness * recency
    }
}
