//! Sets of offers: a bit an offer, by its number in the index.

use multiversion::multiversion;

/// A set of offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// None of `len` offers.
    pub(crate) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All of `len` offers.
    pub(crate) fn all(len: usize) -> Self {
        let mut all = Self::none(len);
        all.fill(0, len);
        all
    }

    /// Those that `is` says so of, by number.
    pub(crate) fn which<T>(of: &[T], is: impl Fn(&T) -> bool) -> Self {
        let word = |part: &[T]| {
            part.iter().enumerate().fold(0u64, |word, (at, one)| word | u64::from(is(one)) << at)
        };
        Self { words: of.chunks(64).map(word).collect(), len: of.len() }
    }

    /// Those of a set that `is` says so of: few are looked at one by one, and beside many also the others.
    pub(crate) fn which_among<T>(of: &[T], among: &Self, is: impl Fn(&T) -> bool) -> Self {
        /// Looking at one of a set takes as long as looking at so many in order.
        const ONE: usize = 4;
        if among.count() * ONE > of.len() {
            let mut some = Self::which(of, is);
            some.and(among);
            return some;
        }
        let mut some = among.clone();
        some.retain(|at| is(&of[at as usize]));
        some
    }

    pub(crate) fn has(&self, at: u32) -> bool {
        self.words.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Which of the 64 from `at` on are in it; the first is the lowest bit.
    pub(crate) fn word_at(&self, at: u32) -> u64 {
        let word = |number: usize| self.words.get(number).copied().unwrap_or(0);
        let (number, shift) = (at as usize / 64, at % 64);
        let behind = if shift > 0 { word(number + 1) << (64 - shift) } else { 0 };
        word(number) >> shift | behind
    }

    pub(crate) fn set(&mut self, at: u32) {
        self.words[at as usize / 64] |= 1 << (at % 64);
    }

    /// Sets several, each `from` farther than it says.
    pub(crate) fn set_each(&mut self, from: u32, places: &[u32]) {
        for at in places {
            self.set(from + at);
        }
    }

    /// Sets all from `from` up to `to`.
    pub(crate) fn fill(&mut self, from: usize, to: usize) {
        let (from, to) = (from.min(self.len), to.min(self.len));
        let mut at = from;
        while at < to {
            let end = (at / 64 * 64 + 64).min(to);
            let some = u64::MAX >> (64 - (end - at)) << (at % 64);
            self.words[at / 64] |= some;
            at = end;
        }
    }

    /// What two sets have in common.
    pub(crate) fn both(one: &Self, other: &Self) -> Self {
        let words = one.words.iter().zip(&other.words).map(|(one, other)| one & other);
        Self { words: words.collect(), len: one.len }
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn without(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// Adds what two others have in common.
    pub(crate) fn or_both(&mut self, one: &Self, other: &Self) {
        let both = one.words.iter().zip(&other.words);
        self.words.iter_mut().zip(both).for_each(|(word, (one, other))| *word |= one & other);
    }

    /// Leaves only those that `stays` says so of.
    pub(crate) fn retain(&mut self, stays: impl Fn(u32) -> bool) {
        for (start, word) in (0u32..).step_by(64).zip(&mut self.words) {
            let mut rest = *word;
            while rest != 0 {
                let at = rest.trailing_zeros();
                rest &= rest - 1;
                if !stays(start + at) {
                    *word &= !(1 << at);
                }
            }
        }
    }

    pub(crate) fn count(&self) -> usize {
        count(&self.words)
    }

    /// How many two sets have in common.
    pub(crate) fn count_both(&self, other: &Self) -> usize {
        count_both(&self.words, &other.words)
    }

    /// How many words of 64 offers it takes: what one look at the whole set costs.
    pub(crate) fn size(&self) -> usize {
        self.words.len()
    }

    /// The first from `from` on.
    pub(crate) fn next(&self, from: u32) -> Option<u32> {
        let mut at = from as usize / 64;
        let mut word = *self.words.get(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as u32 * 64 + word.trailing_zeros())
    }

    /// The numbers of all, in order.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(self.count());
        for (start, word) in (0u32..).step_by(64).zip(&self.words) {
            let mut rest = *word;
            while rest != 0 {
                numbers.push(start + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        numbers
    }
}

/// A set that tells of each of its offers which one it is of them, from 0.
pub(crate) struct Ranks<'b> {
    bits: &'b Bits,
    /// How many come before each word.
    before: Vec<u32>,
    count: usize,
}

impl<'b> Ranks<'b> {
    pub(crate) fn of(bits: &'b Bits) -> Self {
        let (before, count) = before(&bits.words);
        Self { bits, before, count: count as usize }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn bits(&self) -> &'b Bits {
        self.bits
    }

    /// Picks those of some offers, each `from` farther than it says, that are in the set; of the first [`MOST`].
    pub(crate) fn pick(&self, from: u32, places: &[u32], picked: &mut Picked) {
        pick(&self.bits.words, &self.before, from, places, picked);
    }

    /// Which one this offer is; `None` where it is not in the set.
    pub(crate) fn rank(&self, at: u32) -> Option<usize> {
        let word = *self.bits.words.get(at as usize / 64)?;
        let bit = 1u64 << (at % 64);
        (word & bit != 0)
            .then(|| self.before[at as usize / 64] as usize + (word & (bit - 1)).count_ones() as usize)
    }
}

/// As many as [`Ranks::pick`] looks at: no block of the engine's lists has more.
const MOST: usize = 128;

/// Which of some offers are in a set, and which ones they are of it.
pub(crate) struct Picked {
    /// Twice as many as there can be: whatever the number, it is in bounds.
    places: [u8; 2 * MOST],
    ranks: [u32; 2 * MOST],
    count: usize,
}

impl Picked {
    pub(crate) fn new() -> Self {
        Self { places: [0; 2 * MOST], ranks: [0; 2 * MOST], count: 0 }
    }

    /// Places among the offers that were looked at, each with the rank of the one that stands there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let ranks = self.ranks.iter().take(self.count);
        self.places.iter().zip(ranks).map(|(place, rank)| (usize::from(*place), *rank as usize))
    }
}

#[multiversion(targets("x86_64+bmi1+bmi2+popcnt", "x86_64+popcnt", "aarch64+neon"))]
fn pick(words: &[u64], before: &[u32], from: u32, places: &[u32], picked: &mut Picked) {
    // No branch tells them apart: which are in the set cannot be foreseen.
    let mut count = 0u8;
    for (at, place) in (0..MOST as u8).zip(places) {
        let offer = from + place;
        picked.places[usize::from(count)] = at;
        let word = words.get(offer as usize / 64).copied().unwrap_or(0);
        count += (word >> (offer % 64) & 1) as u8;
    }
    picked.count = usize::from(count);
    for (rank, at) in picked.ranks.iter_mut().zip(&picked.places[..usize::from(count)]) {
        let offer = from + places[usize::from(*at)];
        let (word, bit) = (offer as usize / 64, 1u64 << (offer % 64));
        *rank = before[word] + (words[word] & (bit - 1)).count_ones();
    }
}

/// How many come before each word, and how many there are.
#[multiversion(targets("x86_64+popcnt", "aarch64+neon"))]
fn before(words: &[u64]) -> (Vec<u32>, u32) {
    let mut count = 0;
    let mut before = Vec::with_capacity(words.len());
    before.extend(words.iter().map(|word| {
        let before = count;
        count += word.count_ones();
        before
    }));
    (before, count)
}

#[multiversion(targets(
    "x86_64+avx512f+avx512vpopcntdq",
    "x86_64+avx2+popcnt",
    "x86_64+popcnt",
    "aarch64+neon"
))]
fn count(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

#[multiversion(targets(
    "x86_64+avx512f+avx512vpopcntdq",
    "x86_64+avx2+popcnt",
    "x86_64+popcnt",
    "aarch64+neon"
))]
fn count_both(one: &[u64], other: &[u64]) -> usize {
    one.iter().zip(other).map(|(a, b)| (a & b).count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bits(of: &[bool]) -> Bits {
        Bits::which(of, |is| *is)
    }

    fn numbers(of: &[bool]) -> Vec<u32> {
        (0u32..).zip(of).filter(|(_, is)| **is).map(|(at, _)| at).collect()
    }

    proptest! {
        #[test]
        fn it_is_a_set(one in prop::collection::vec(any::<bool>(), 0..300), seed in any::<u64>()) {
            let other: Vec<bool> = one.iter().enumerate().map(|(at, is)| is ^ (seed >> (at % 64) & 1 == 1)).collect();
            let more: Vec<bool> = (0..one.len()).map(|at| seed.rotate_left(17) >> (at * 7 % 64) & 1 == 1).collect();
            let rare: Vec<bool> = (0..one.len()).map(|at| (at as u64).wrapping_add(seed) % 19 == 0).collect();
            let (a, b) = (bits(&one), bits(&other));
            let both: Vec<bool> = one.iter().zip(&other).map(|(a, b)| *a && *b).collect();
            let either: Vec<bool> = one.iter().zip(&other).map(|(a, b)| *a || *b).collect();
            let first_alone: Vec<bool> = one.iter().zip(&other).map(|(a, b)| *a && !*b).collect();
            prop_assert_eq!(a.numbers(), numbers(&one));
            prop_assert_eq!(a.count_both(&b), numbers(&both).len());
            prop_assert_eq!(Bits::both(&a, &b), bits(&both));
            let done = |with: &dyn Fn(&mut Bits)| { let mut set = a.clone(); with(&mut set); set };
            prop_assert_eq!(done(&|set| set.and(&b)), bits(&both));
            prop_assert_eq!(done(&|set| set.or(&b)), bits(&either));
            prop_assert_eq!(done(&|set| set.without(&b)), bits(&first_alone));
            prop_assert_eq!(done(&|set| set.retain(|at| b.has(at))), bits(&both));
            let (third, few) = (bits(&more), bits(&one.iter().zip(&rare).map(|(a, b)| *a && *b).collect::<Vec<_>>()));
            let with_both: Vec<bool> = (0..one.len()).map(|at| one[at] || other[at] && more[at]).collect();
            prop_assert_eq!(done(&|set| set.or_both(&b, &third)), bits(&with_both));
            let among_few: Vec<bool> = (0..one.len()).map(|at| one[at] && rare[at] && other[at]).collect();
            prop_assert_eq!(Bits::which_among(&other, &few, |is| *is), bits(&among_few));
            prop_assert_eq!(Bits::which_among(&other, &a, |is| *is), bits(&both));
            let ranks = Ranks::of(&a);
            prop_assert_eq!(ranks.len(), a.count());
            for at in 0..one.len() as u32 + 70 {
                let word = (0..64).fold(0u64, |word, bit| word | u64::from(a.has(at + bit)) << bit);
                prop_assert_eq!(a.word_at(at), word);
                prop_assert_eq!(ranks.rank(at), numbers(&one).binary_search(&at).ok());
                prop_assert_eq!(a.next(at), numbers(&one).into_iter().find(|next| *next >= at));
            }
        }

        /// Also of those that are beyond it.
        #[test]
        fn some_are_picked(
            of in prop::collection::vec(any::<bool>(), 0..300),
            from in 0u32..200,
            steps in prop::collection::vec(1u32..9, 0..=MOST),
        ) {
            let set = bits(&of);
            let ranks = Ranks::of(&set);
            let places: Vec<u32> = steps.iter().scan(0, |at, step| { *at += step; Some(*at) }).collect();
            let mut picked = Picked::new();
            // What was picked before is forgotten.
            ranks.pick(0, &[0, 1, 2], &mut picked);
            ranks.pick(from, &places, &mut picked);
            let expected: Vec<_> =
                places.iter().enumerate().filter_map(|(at, place)| Some((at, ranks.rank(from + place)?))).collect();
            prop_assert_eq!(picked.iter().collect::<Vec<_>>(), expected);
        }

        #[test]
        fn a_stretch_is_filled(len in 0usize..300, from in 0usize..300, to in 0usize..300) {
            let mut set = Bits::none(len);
            set.fill(from, to);
            let filled: Vec<bool> = (0..len).map(|at| at >= from && at < to).collect();
            prop_assert_eq!(set, bits(&filled));
        }
    }
}
