//! What of all that matches is shown: the total, the facets and the best offers.
//!
//! Each facet must be counted under all filters but its own. Sets of offers answer that: one passes all filters, and one for each
//! facet in which something is chosen passes the others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::columns::{Columns, Day};
use crate::cursor::Position;
use crate::filters::Passing;
use crate::order::Order;
use crate::row::{DIMENSIONS, Dimension};
use crate::search::SearchIndex;

/// Of so few that match, each one's vector is read, also of those that comparing bits may have missed.
pub(crate) const EACH: usize = 2_000;

/// The best offers of those that are seen.
pub(crate) struct Best<'a> {
    index: &'a SearchIndex,
    order: &'a Order<'a>,
    /// Only what comes after it is on the page.
    after: Option<Position>,
    limit: usize,
    /// Offers whose words weigh less, and that are not near, come after all that are kept.
    least_words: f32,
    /// At most `limit + 1`: one more tells that there is another page.
    seen: BinaryHeap<Reverse<(Position, u32)>>,
}

impl<'a> Best<'a> {
    pub(crate) fn new(
        index: &'a SearchIndex,
        order: &'a Order<'a>,
        after: Option<Position>,
        limit: usize,
    ) -> Self {
        Self { index, order, after, limit, least_words: 0.0, seen: BinaryHeap::with_capacity(limit + 2) }
    }

    /// Takes in an offer whose words weigh `words`, and that is not near in meaning.
    pub(crate) fn see_far(&mut self, doc: u32, words: f32) {
        // Most offers are left here.
        if words < self.least_words {
            return;
        }
        if let (Some(worst), Some(ranking)) = (self.worst(), self.order.ranking())
            && ranking.at_most(doc, self.index.columns.published(doc), words) < f32::from_bits(worst.score)
        {
            return;
        }
        self.see(doc, words);
    }

    /// Takes in an offer whose words weigh `words`.
    pub(crate) fn see(&mut self, doc: u32, words: f32) {
        // Scores are not negative: their bits are in their order.
        let score = self.order.score(doc, self.index, words).to_bits();
        let published = self.index.columns.published(doc);
        // Nothing else needs to be read of these.
        if self.worst().is_some_and(|worst| (score, published) < (worst.score, worst.published)) {
            return;
        }
        let position = Position { score, published, id: self.index.rows[doc as usize].id };
        if self.after.is_some_and(|after| position >= after) {
            return;
        }
        if self.seen.len() <= self.limit {
            self.seen.push(Reverse((position, doc)));
        } else if let Some(mut worst) = self.seen.peek_mut()
            && worst.0.0 < position
        {
            *worst = Reverse((position, doc));
        }
        if let Some(worst) = self.worst() {
            self.least_words = self.order.least_words(f32::from_bits(worst.score));
        }
    }

    /// What an offer must be better than to be kept; none as long as there is room.
    fn worst(&self) -> Option<Position> {
        let worst = (self.seen.len() > self.limit).then(|| self.seen.peek()).flatten();
        worst.map(|Reverse((worst, _))| *worst)
    }

    /// The offers of the page in order, by number in the index, and whether more follow.
    pub(crate) fn page(self) -> (Vec<(Position, u32)>, bool) {
        let mut page: Vec<_> = self.seen.into_sorted_vec().into_iter().map(|Reverse(found)| found).collect();
        let more = page.len() > self.limit;
        page.truncate(self.limit);
        (page, more)
    }
}

impl SearchIndex {
    /// How many offers have each value, by facet and number of value; `all` are the numbers of those that pass every filter.
    pub(crate) fn counts(&self, passing: &Passing, all: &Arc<[u32]>, day: &Day) -> [Vec<u32>; DIMENSIONS] {
        let mut together = self.columns.count_together(&passing.all, all);
        Dimension::ALL.map(|dimension| {
            let offers = passing.counted(dimension);
            if dimension == Dimension::Published {
                return Columns::count_days(day, offers);
            }
            let same = std::ptr::eq(offers, &raw const passing.all);
            if let Some(counts) = together[dimension as usize].take().filter(|_| same) {
                return counts;
            }
            let numbers = || if same { Arc::clone(all) } else { offers.numbers().into() };
            self.columns.count(dimension as usize, self.sizes[dimension as usize], offers, &numbers)
        })
    }
}
