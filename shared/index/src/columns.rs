//! What filters and facets read of the offers: the number of each one's value, facet by facet, and a set of offers for each value
//! where there are few.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bits::Bits;
use crate::filters::DAYS;
use crate::row::{DIMENSIONS, Row, VALUES};

/// A facet with more values has no set for each: offers are then counted one by one.
const MOST_SETS: usize = 32;
/// What looking at one offer's value costs, in words of 64 offers of a set.
const ONE_OFFER: usize = 4;
/// The same of a value in a row of which another was looked at.
const ONE_OF_ROW: usize = 2;
/// Facets whose values lie together in rows: the others have few values.
const ROW: usize = 8;

/// The columns of all offers.
#[derive(Debug)]
pub(crate) struct Columns {
    values: [Column; VALUES],
    /// By facet and number of value; empty where a facet has many.
    sets: [Vec<Bits>; VALUES],
    together: Together,
    published: Vec<i32>,
    expires: Vec<i32>,
    /// Gross euros a year, from and to; zeros where unknown.
    salary: Vec<(u32, u32)>,
    /// For which another offer stands.
    hidden: Bits,
    /// Of the day that was asked for last: it is the same for all of a day's searches.
    day: Mutex<Option<Arc<Day>>>,
}

/// What depends on the day of a search.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) today: i32,
    /// What is shown today, or would be if no other offer stood for it.
    pub(crate) open: Bits,
    /// What is shown today.
    pub(crate) shown: Bits,
    /// What was published on the days that the facet counts, or later.
    since: [Bits; DAYS.len()],
}

impl Day {
    /// What is shown, or with `duplicates` would be if no other offer stood for it.
    pub(crate) fn shown(&self, duplicates: bool) -> &Bits {
        if duplicates { &self.open } else { &self.shown }
    }
}

/// The numbers of one facet's values, as narrow as they fit.
#[derive(Debug)]
enum Column {
    Byte(Vec<u8>),
    Short(Vec<u16>),
    Long(Vec<u32>),
}

/// What is read of the offers beside their rows.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) values: [Vec<u32>; VALUES],
    pub(crate) salary: Vec<(u32, u32)>,
}

impl Columns {
    /// `sizes`: how many values each facet has.
    pub(crate) fn of(rows: &[Row], mut read: Read, sizes: &[usize; DIMENSIONS]) -> Self {
        Self {
            sets: std::array::from_fn(|facet| sets(&read.values[facet], sizes[facet])),
            together: Together::of(&read.values, sizes),
            values: std::array::from_fn(|facet| {
                Column::of(std::mem::take(&mut read.values[facet]), sizes[facet])
            }),
            published: rows.iter().map(|row| row.published).collect(),
            expires: rows.iter().map(|row| row.expires).collect(),
            salary: read.salary,
            hidden: Bits::which(rows, |row| row.hidden),
            day: Mutex::default(),
        }
    }

    /// The number of an offer's value; `facet` is one that has values.
    pub(crate) fn value(&self, facet: usize, doc: u32) -> u32 {
        self.values[facet].get(doc as usize)
    }

    /// The day of an offer's publication.
    pub(crate) fn published(&self, doc: u32) -> i32 {
        self.published[doc as usize]
    }

    /// What is shown on a day.
    pub(crate) fn day(&self, today: i32) -> Arc<Day> {
        let mut held = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(day) = held.as_ref().filter(|day| day.today == today) {
            return Arc::clone(day);
        }
        let open = Bits::which(&self.expires, |expires| *expires >= today);
        let mut shown = open.clone();
        shown.without(&self.hidden);
        let since = DAYS.map(|age| self.published_since(today - i32::from(age), &open));
        let day = Arc::new(Day { today, open, shown, since });
        *held = Some(Arc::clone(&day));
        day
    }

    /// Those of a set of offers, and maybe others, that have one of the chosen values.
    pub(crate) fn chosen<'s>(&'s self, facet: usize, chosen: &[bool], among: &Bits) -> Cow<'s, Bits> {
        let sets = &self.sets[facet];
        if sets.is_empty() {
            return Cow::Owned(self.values[facet].chosen(chosen, among));
        }
        let mut sets = sets.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(set, _)| set);
        let Some(first) = sets.next() else { return Cow::Owned(Bits::none(self.expires.len())) };
        let mut any = Cow::Borrowed(first);
        sets.for_each(|set| any.to_mut().or(set));
        any
    }

    /// Those of a set of offers whose salary reaches `least` and does not begin above `most`.
    pub(crate) fn paid(&self, (least, most): (u32, u32), among: &Bits) -> Bits {
        Bits::which_among(&self.salary, among, |(from, to)| *to > 0 && *to >= least && *from <= most)
    }

    /// Those of a set of offers that were published on a day or later.
    pub(crate) fn published_since(&self, since: i32, among: &Bits) -> Bits {
        Bits::which_among(&self.published, among, |published| *published >= since)
    }

    /// How many of `offers` have each of the `size` values of a facet; `numbers` are theirs, in order, and need not be there yet.
    pub(crate) fn count(
        &self,
        facet: usize,
        size: usize,
        offers: &Bits,
        numbers: &dyn Fn() -> Arc<[u32]>,
    ) -> Vec<u32> {
        let sets = &self.sets[facet];
        if !sets.is_empty() && offers.count() * ONE_OFFER > sets.len() * offers.size() {
            return sets.iter().map(|set| set.count_both(offers) as u32).collect();
        }
        let mut counts = vec![0; size];
        self.values[facet].count(&numbers(), &mut counts);
        counts
    }

    /// How many of `offers`, whose numbers are `numbers`, have each value, by facet; `None` for facets that are not in
    /// the rows, and for those that [`Self::count`] counts faster.
    pub(crate) fn count_together(&self, offers: &Bits, numbers: &[u32]) -> [Option<Vec<u32>>; VALUES] {
        let faster = |facet: usize| {
            let sets = &self.sets[facet];
            sets.is_empty() || numbers.len() * ONE_OF_ROW < sets.len() * offers.size()
        };
        let first: Vec<_> =
            self.together.facets.iter().take_while(|(facet, _)| faster(*facet)).copied().collect();
        if first.is_empty() {
            return std::array::from_fn(|_| None);
        }
        let mut counts = vec![0; first.iter().map(|(_, size)| size).sum()];
        self.together.slots.count_rows(numbers, first.len(), &mut counts);
        let mut each = std::array::from_fn(|_| None);
        let mut rest = counts.as_slice();
        for (facet, size) in first {
            let (own, behind) = rest.split_at(size);
            each[facet] = Some(own.to_vec());
            rest = behind;
        }
        each
    }

    /// How many of `offers` are as old as the facet of publication counts.
    pub(crate) fn count_days(day: &Day, offers: &Bits) -> Vec<u32> {
        day.since.iter().map(|since| since.count_both(offers) as u32).collect()
    }
}

/// The facets with the most values, offer by offer: what is counted of one lies together.
#[derive(Debug)]
struct Together {
    /// Which facets, and how many values each has; those with the most first.
    facets: [(usize, usize); ROW],
    /// A number for each facet, offer by offer: where the offer's value is counted among those of all facets.
    slots: Column,
}

impl Together {
    fn of(values: &[Vec<u32>; VALUES], sizes: &[usize; DIMENSIONS]) -> Self {
        let mut sorted: [usize; VALUES] = std::array::from_fn(|facet| facet);
        sorted.sort_by_key(|facet| Reverse(sizes[*facet]));
        let facets: [_; ROW] = std::array::from_fn(|at| (sorted[at], sizes[sorted[at]]));
        let mut slots = vec![0; ROW * values[0].len()];
        let mut start = 0;
        for (at, (facet, size)) in facets.iter().enumerate() {
            for (slot, number) in slots.iter_mut().skip(at).step_by(ROW).zip(&values[*facet]) {
                // What a damaged archive says beyond its facet's values counts as nothing said.
                *slot = start + if (*number as usize) < *size { *number } else { 0 };
            }
            start += *size as u32;
        }
        Self { facets, slots: Column::of(slots, start as usize) }
    }
}

/// A set of offers for each value; none where there are many values.
fn sets(numbers: &[u32], size: usize) -> Vec<Bits> {
    if size > MOST_SETS {
        return Vec::new();
    }
    let mut sets = vec![Bits::none(numbers.len()); size];
    for (doc, number) in (0u32..).zip(numbers) {
        if let Some(set) = sets.get_mut(*number as usize) {
            set.set(doc);
        }
    }
    sets
}

impl Column {
    fn of(numbers: Vec<u32>, size: usize) -> Self {
        match size {
            0..=0x100 => Self::Byte(numbers.into_iter().map(|number| number as u8).collect()),
            0x101..=0x1_0000 => Self::Short(numbers.into_iter().map(|number| number as u16).collect()),
            _ => Self::Long(numbers),
        }
    }

    fn get(&self, at: usize) -> u32 {
        match self {
            Self::Byte(numbers) => u32::from(numbers[at]),
            Self::Short(numbers) => u32::from(numbers[at]),
            Self::Long(numbers) => numbers[at],
        }
    }

    fn chosen(&self, chosen: &[bool], among: &Bits) -> Bits {
        fn which<T: Copy + Into<u32> + PartialEq + TryFrom<u32>>(
            numbers: &[T],
            chosen: &[bool],
            among: &Bits,
        ) -> Bits {
            let mut all = (0u32..).zip(chosen).filter(|(_, chosen)| **chosen).map(|(number, _)| number);
            match (all.next().and_then(|number| T::try_from(number).ok()), all.next()) {
                (None, _) => Bits::none(numbers.len()),
                (Some(one), None) => Bits::which_among(numbers, among, |number| *number == one),
                _ => Bits::which_among(numbers, among, |number| {
                    chosen.get((*number).into() as usize) == Some(&true)
                }),
            }
        }
        match self {
            Self::Byte(numbers) => which(numbers, chosen, among),
            Self::Short(numbers) => which(numbers, chosen, among),
            Self::Long(numbers) => which(numbers, chosen, among),
        }
    }

    /// Counts the first numbers in the rows of some offers.
    fn count_rows(&self, docs: &[u32], first: usize, counts: &mut [u32]) {
        /// Rows lie far from each other: as they are read in one go, memory is waited for once and not for each.
        const AT_ONCE: usize = 32;
        fn each<T: Copy + Default + Into<u32>>(
            numbers: &[T],
            docs: &[u32],
            first: usize,
            counts: &mut [u32],
        ) {
            let all = numbers.as_chunks::<ROW>().0;
            let mut rows = [[T::default(); ROW]; AT_ONCE];
            for docs in docs.chunks(AT_ONCE) {
                rows.iter_mut().zip(docs).for_each(|(row, doc)| *row = all[*doc as usize]);
                for number in rows.iter().take(docs.len()).flat_map(|row| &row[..first]) {
                    if let Some(count) = counts.get_mut((*number).into() as usize) {
                        *count += 1;
                    }
                }
            }
        }
        match self {
            Self::Byte(numbers) => each(numbers, docs, first, counts),
            Self::Short(numbers) => each(numbers, docs, first, counts),
            Self::Long(numbers) => each(numbers, docs, first, counts),
        }
    }

    fn count(&self, docs: &[u32], counts: &mut [u32]) {
        fn each<T: Copy + Into<u32>>(numbers: &[T], docs: &[u32], counts: &mut [u32]) {
            for doc in docs {
                if let Some(count) = counts.get_mut(numbers[*doc as usize].into() as usize) {
                    *count += 1;
                }
            }
        }
        match self {
            Self::Byte(numbers) => each(numbers, docs, counts),
            Self::Short(numbers) => each(numbers, docs, counts),
            Self::Long(numbers) => each(numbers, docs, counts),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Each facet has values of its own, and as many as no other.
        #[test]
        fn facets_are_counted_together(seeds in prop::collection::vec((any::<[u32; VALUES]>(), any::<bool>()), 1..200)) {
            let sizes: [usize; DIMENSIONS] = [3, 300, 8, 40, 7, 33, 9, 1000, 2, 64, 500, 100, 5];
            let mut read = Read { salary: vec![(0, 0); seeds.len()], ..Read::default() };
            read.values = std::array::from_fn(|facet| {
                seeds.iter().map(|(seed, _)| seed[facet] % sizes[facet] as u32).collect()
            });
            let values = read.values.clone();
            let row = Row { id: 0, published: 0, expires: 0, place: None, duplicates: 0, hidden: false };
            let columns = Columns::of(&vec![row; seeds.len()], read, &sizes);
            let offers = Bits::which(&seeds, |(_, is)| *is);
            let docs: Arc<[u32]> = offers.numbers().into();
            for (facet, together) in columns.count_together(&offers, &docs).into_iter().enumerate() {
                let mut counts = vec![0u32; sizes[facet]];
                docs.iter().for_each(|doc| counts[values[facet][*doc as usize] as usize] += 1);
                prop_assert!(together.is_some() || sizes[facet] <= MOST_SETS);
                prop_assert_eq!(together.unwrap_or_else(|| counts.clone()), counts.clone());
                prop_assert_eq!(columns.count(facet, sizes[facet], &offers, &|| Arc::clone(&docs)), counts);
            }
        }

        /// However wide the numbers are, and whether there are sets or not.
        #[test]
        fn values_are_chosen_and_counted(
            size in prop::sample::select(vec![1usize, 8, 40, 256, 257, 65_536, 65_537]),
            seeds in prop::collection::vec((any::<u32>(), any::<bool>()), 1..300),
            picked in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            let numbers: Vec<u32> = seeds.iter().map(|(seed, _)| seed % size as u32).collect();
            let mut read = Read { salary: vec![(0, 0); numbers.len()], ..Read::default() };
            read.values = std::array::from_fn(|_| numbers.clone());
            let row = Row { id: 0, published: 0, expires: 0, place: None, duplicates: 0, hidden: false };
            let columns = Columns::of(&vec![row; numbers.len()], read, &[size; DIMENSIONS]);
            let offers = Bits::which(&seeds, |(_, is)| *is);
            let docs: Arc<[u32]> = offers.numbers().into();
            let mut counts = vec![0u32; size];
            docs.iter().for_each(|doc| counts[numbers[*doc as usize] as usize] += 1);
            prop_assert_eq!(columns.count(0, size, &offers, &|| Arc::clone(&docs)), counts.clone());
            let together = columns.count_together(&offers, &docs);
            let together: Vec<_> = together.into_iter().flatten().collect();
            prop_assert!(size <= MOST_SETS || together.len() == ROW);
            prop_assert!(together.iter().all(|together| *together == counts));
            let few = Bits::which(&seeds, |_| false);
            prop_assert_eq!(columns.count(0, size, &few, &|| Arc::new([])), vec![0u32; size]);
            let mut chosen = vec![false; size];
            for one in &picked {
                chosen[one.index(size)] = true;
            }
            for among in [&offers, &few, &Bits::all(numbers.len())] {
                let mut naive = Bits::which(&numbers, |number| chosen[*number as usize]);
                naive.and(among);
                let mut found = columns.chosen(0, &chosen, among).into_owned();
                found.and(among);
                prop_assert_eq!(found, naive);
            }
            for (doc, number) in (0u32..).zip(&numbers) {
                prop_assert_eq!(columns.value(0, doc), *number);
            }
        }
    }
}
