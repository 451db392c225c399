//! One walk over what matches: the total, the facets and the best offers together.
//!
//! Each facet must be counted under all filters but its own. An offer that passes every filter counts everywhere; one
//! that fails a single filter counts in that facet alone; nothing else counts. So one walk is enough.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::cursor::Position;
use crate::filters::{Filters, Verdict};
use crate::order::Order;
use crate::row::{DIMENSIONS, Dimension, Row};

/// How many words of the search each offer has, and how many it needs.
pub(crate) struct Covering {
    pub(crate) counts: Vec<u8>,
    pub(crate) least: u8,
    /// Some offer that is shown has all of them.
    pub(crate) whole: bool,
}

/// What to walk with.
pub(crate) struct Walk<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) covering: Option<&'a Covering>,
    /// Which offers may be in at all; all of them without.
    pub(crate) admitted: Option<&'a [bool]>,
    pub(crate) filters: &'a Filters,
    /// Only what comes after it is on the page; all the rest still counts.
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
    pub(crate) order: &'a Order<'a>,
}

/// What the walk gathers.
pub(crate) struct Gathered {
    pub(crate) total: u64,
    /// By facet and number of value.
    pub(crate) counts: [Vec<u64>; DIMENSIONS],
    /// At most `limit + 1`: one more tells that there is another page.
    best: BinaryHeap<Reverse<(Position, u32)>>,
}

impl Gathered {
    /// `sizes`: how many values each facet has.
    pub(crate) fn new(sizes: [usize; DIMENSIONS]) -> Self {
        Self { total: 0, counts: sizes.map(|size| vec![0; size]), best: BinaryHeap::new() }
    }

    /// The offers of the page in order, by number in the index, and whether more follow.
    pub(crate) fn page(self, limit: usize) -> (Vec<(Position, u32)>, bool) {
        let mut page: Vec<_> = self.best.into_sorted_vec().into_iter().map(|Reverse(found)| found).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        (page, more)
    }
}

impl Walk<'_> {
    /// Takes in an offer that has words of the text, which weigh `words`.
    pub(crate) fn see(&self, gathered: &mut Gathered, doc: u32, words: f32) {
        if self.covering.is_none_or(|covering| covering.counts[doc as usize] >= covering.least) {
            self.take(gathered, doc, words);
        }
    }

    /// Takes in an offer that matches.
    pub(crate) fn take(&self, gathered: &mut Gathered, doc: u32, words: f32) {
        let Some(row) = self.rows.get(doc as usize) else { return };
        if self.admitted.is_some_and(|admitted| !admitted[doc as usize]) {
            return;
        }
        match self.filters.judge(row) {
            Verdict::Out => return,
            Verdict::But(dimension) => return self.count(gathered, row, dimension),
            Verdict::In => {}
        }
        for dimension in Dimension::ALL {
            self.count(gathered, row, dimension);
        }
        gathered.total += 1;
        let worst = (gathered.best.len() > self.limit).then(|| gathered.best.peek()).flatten();
        let Some(score) = self.order.score(doc, row, words, worst.map(|Reverse((worst, _))| worst.score))
        else {
            return;
        };
        let position = Position { score: score.to_bits(), published: row.published, id: row.id };
        if self.after.is_some_and(|after| position >= after) {
            return;
        }
        let best = &mut gathered.best;
        if best.len() <= self.limit {
            best.push(Reverse((position, doc)));
        } else if let Some(mut worst) = best.peek_mut()
            && worst.0.0 < position
        {
            *worst = Reverse((position, doc));
        }
    }

    fn count(&self, gathered: &mut Gathered, row: &Row, dimension: Dimension) {
        let counts = &mut gathered.counts[dimension as usize];
        if dimension == Dimension::Published {
            for (count, since) in counts.iter_mut().zip(self.filters.days) {
                *count += u64::from(row.published >= since);
            }
        } else if let Some(count) = counts.get_mut(row.values[dimension as usize] as usize) {
            *count += 1;
        }
    }
}
