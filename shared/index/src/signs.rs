//! Codes of one bit a dimension: on which side of something a vector lies, and which of many codes differ least from one.

use multiversion::multiversion;

/// Words of 64 bits that hold a bit for each dimension.
pub(crate) fn words(dimension: usize) -> usize {
    dimension.div_ceil(64)
}

/// The code of a vector that lies on these sides.
pub(crate) fn code(sides: impl Iterator<Item = bool>) -> Vec<u64> {
    let sides: Vec<bool> = sides.collect();
    let word = |part: &[bool]| part.iter().rev().fold(0u64, |word, side| word << 1 | u64::from(*side));
    sides.chunks(64).map(word).collect()
}

/// The numbers of the `enough` codes that differ in the fewest bits from `sought`, those with the lowest numbers of equal ones; in no
/// order. `codes` are little endian words, `open` tells which of the 64 codes from one on are asked about.
pub(crate) fn least_differing(
    codes: &[u8],
    sought: &[u64],
    enough: usize,
    open: impl Fn(u32) -> u64,
) -> Vec<u32> {
    let mut least = Least::new(enough);
    for (start, codes) in (0u32..).step_by(STEP).zip(codes.as_chunks().0.chunks(sought.len().max(1) * STEP)) {
        let open = open(start);
        if open != 0 && enough > 0 {
            // What is behind the last code is never nearer.
            let mut distances = [u16::MAX; STEP];
            let mut nearer = open & nearer(codes, sought, least.below, &mut distances);
            while nearer != 0 {
                let at = nearer.trailing_zeros();
                nearer &= nearer - 1;
                least.add(distances[at as usize], start + at);
            }
        }
    }
    least.numbers()
}

/// So many codes are compared in one go: as many as a word of a set tells of.
const STEP: usize = 64;

/// The least distances of many that come in the order of their numbers.
struct Least {
    enough: usize,
    /// Only nearer ones matter any more.
    below: u16,
    /// Some more than enough: they are sorted out now and then.
    seen: Vec<(u16, u32)>,
}

impl Least {
    fn new(enough: usize) -> Self {
        Self { enough, below: u16::MAX, seen: Vec::with_capacity(2 * enough) }
    }

    fn add(&mut self, distance: u16, number: u32) {
        self.seen.push((distance, number));
        if self.seen.len() >= 2 * self.enough {
            self.sort_out();
        }
    }

    fn sort_out(&mut self) {
        if self.seen.len() > self.enough {
            let (_, (distance, _), _) = self.seen.select_nth_unstable(self.enough);
            self.below = *distance;
            self.seen.truncate(self.enough);
        }
    }

    fn numbers(mut self) -> Vec<u32> {
        self.sort_out();
        self.seen.into_iter().map(|(_, number)| number).collect()
    }
}

/// Counts for each code the bits in which it differs from `sought`, and tells which differ in fewer than `below`.
fn nearer(codes: &[[u8; 8]], sought: &[u64], below: u16, distances: &mut [u16; STEP]) -> u64 {
    // The usual width: known beforehand, it takes half the time.
    if let Ok(sought) = sought.try_into() {
        return nearer_by::<6>(codes, sought, below, distances);
    }
    for (code, distance) in codes.chunks_exact(sought.len().max(1)).zip(distances.iter_mut()) {
        *distance = differing(code, sought);
    }
    those_below(distances, below)
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq+popcnt",
    "x86_64+avx2+popcnt",
    "x86_64+popcnt",
    "aarch64+neon"
))]
fn nearer_by<const WIDTH: usize>(
    codes: &[[u8; 8]],
    sought: &[u64; WIDTH],
    below: u16,
    distances: &mut [u16; STEP],
) -> u64 {
    for (code, distance) in codes.as_chunks::<WIDTH>().0.iter().zip(distances.iter_mut()) {
        *distance = differing(code, sought);
    }
    those_below(distances, below)
}

#[inline]
fn differing(code: &[[u8; 8]], sought: &[u64]) -> u16 {
    let differing = code.iter().zip(sought).map(|(a, b)| (u64::from_le_bytes(*a) ^ b).count_ones());
    differing.sum::<u32>() as u16
}

#[inline]
fn those_below(distances: &[u16; STEP], below: u16) -> u64 {
    let each = distances.iter().enumerate();
    each.fold(0, |those, (at, distance)| those | u64::from(*distance < below) << at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Of the usual width and of others; many are equal.
        #[test]
        fn they_are_those_of_a_whole_sort(
            width in prop::sample::select(vec![1usize, 2, 6]),
            sought in any::<[u64; 6]>(),
            shapes in prop::collection::vec((any::<u64>(), 0u32..4), 1..400),
            open in any::<[u64; 7]>(),
            enough in 0usize..50,
        ) {
            let sought = &sought[..width];
            // Near to what is sought, but for a few bits.
            let codes: Vec<Vec<u64>> = shapes
                .iter()
                .map(|(bits, few)| sought.iter().map(|word| word ^ bits & (0x0101 << few)).collect())
                .collect();
            let bytes: Vec<u8> = codes.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
            let differ = |code: &[u64]| -> u32 { code.iter().zip(sought).map(|(a, b)| (a ^ b).count_ones()).sum() };
            let is_open = |number: u32| open[number as usize / 64] >> (number % 64) & 1 == 1;
            let numbered = (0u32..).zip(&codes).filter(|(number, _)| is_open(*number));
            let mut expected: Vec<(u32, u32)> = numbered.map(|(number, code)| (differ(code), number)).collect();
            expected.sort_unstable();
            let mut expected: Vec<u32> = expected.into_iter().take(enough).map(|(_, number)| number).collect();
            expected.sort_unstable();
            let mut found = least_differing(&bytes, sought, enough, |from| open[from as usize / 64]);
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
