//! One walk over what matches: the total, the facets and the best offers together.
//!
//! Each facet must be counted under all filters but its own. An offer that passes every filter counts everywhere; one
//! that fails a single filter counts in that facet alone; nothing else counts. So one walk is enough.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::cursor::Position;

/// What decides on an offer, by its number in the segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) id: u128,
    pub(crate) published: i32,
    pub(crate) expires: i32,
    /// Numbers of values, in the order of [`Dimension`].
    pub(crate) values: [u32; DIMENSIONS],
}

/// The facets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dimension {
    Contract,
    City,
    Occupation,
    Remote,
}

pub(crate) const DIMENSIONS: usize = 4;

/// The values chosen in each facet, by number; `None` where nothing is chosen.
pub(crate) type Chosen = [Option<Vec<bool>>; DIMENSIONS];

/// How many words of the search each offer has, and how many it needs.
pub(crate) struct Covering {
    pub(crate) counts: Vec<u8>,
    pub(crate) least: u8,
}

/// What to walk with.
pub(crate) struct Walk<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) covering: Option<&'a Covering>,
    pub(crate) chosen: &'a Chosen,
    pub(crate) today: i32,
    pub(crate) published_since: i32,
    /// Only what comes after it is on the page; all the rest still counts.
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
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

    /// The offers of the page in order, by number in the segment, and whether more follow.
    pub(crate) fn page(self, limit: usize) -> (Vec<(Position, u32)>, bool) {
        let mut page: Vec<_> = self.best.into_sorted_vec().into_iter().map(|Reverse(found)| found).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        (page, more)
    }
}

impl Walk<'_> {
    /// Takes in an offer that matches the text; `score` is not negative.
    pub(crate) fn see(&self, gathered: &mut Gathered, doc: u32, score: f32) {
        let Some(row) = self.rows.get(doc as usize) else { return };
        if self.covering.is_some_and(|covering| covering.counts[doc as usize] < covering.least) {
            return;
        }
        if row.expires < self.today || row.published < self.published_since {
            return;
        }
        let mut failed = None;
        for (dimension, chosen) in self.chosen.iter().enumerate() {
            if let Some(chosen) = chosen
                && !chosen.get(row.values[dimension] as usize).is_some_and(|chosen| *chosen)
                && failed.replace(dimension).is_some()
            {
                return;
            }
        }
        if let Some(dimension) = failed {
            count(gathered, row, dimension);
            return;
        }
        (0..DIMENSIONS).for_each(|dimension| count(gathered, row, dimension));
        gathered.total += 1;
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
}

fn count(gathered: &mut Gathered, row: &Row, dimension: usize) {
    if let Some(count) = gathered.counts[dimension].get_mut(row.values[dimension] as usize) {
        *count += 1;
    }
}
