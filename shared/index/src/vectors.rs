//! What offers mean: their vectors in an index, and which lie nearest to a search's.
//!
//! A vector is kept as one signed byte a dimension, and as one bit a dimension that says on which side of the offers' mean it
//! lies. A search compares bits with every offer (48 bytes each at 384 dimensions) and bytes with some thousands of the best: nothing is
//! walked or clustered, so a filter never hides a neighbour, and there is nothing to build.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use multiversion::multiversion;
use serde::{Deserialize, Serialize};
use tantivy::directory::OwnedBytes;
use vivier_text::embed::ModelIdentity;

use crate::archive::OpenError;
use crate::bits::Bits;
use crate::signs;

const ABOUT: &str = "vectors.json";
const BYTES: &str = "vectors.i8";
const SCALES: &str = "vectors.f32";
const BITS: &str = "vectors.bits";

/// How many offers' bytes are compared for a search, at least; those whose bits are nearest. Each archive has its share of them.
const RESCORED: usize = 2_000;
/// Of each archive, which may hold all that is sought, at least so many for each one that is wanted.
const RESCORED_FOR_ONE: usize = 5;
/// The largest byte; -128 is not used, so that every vector has its opposite.
const LARGEST: f32 = 127.0;

/// A vector as it is stored: a scale as four bytes (`f32`, little endian), then one signed byte a dimension.
pub fn quantise(vector: &[f32]) -> Vec<u8> {
    let most = vector.iter().fold(0f32, |most, figure| most.max(figure.abs()));
    let scale = most / LARGEST;
    let byte = |figure: &f32| if scale > 0.0 { (figure / scale).round() as i8 } else { 0 };
    let figures = vector.iter().map(byte).map(|byte| byte.to_le_bytes()[0]);
    scale.to_le_bytes().into_iter().chain(figures).collect()
}

/// What the archive says of its vectors.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    model: ModelIdentity,
}

/// Vectors under construction, in the order of the offers.
#[derive(Debug)]
pub(crate) struct Draft {
    model: ModelIdentity,
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

impl Draft {
    pub(crate) fn new(model: ModelIdentity) -> Self {
        Self { model, bytes: Vec::new(), scales: Vec::new() }
    }

    /// Adds the next offer's vector, as [`quantise`] writes it. One that is missing or of another length is near to nothing.
    pub(crate) fn add(&mut self, vector: Option<&[u8]>) {
        let parts = vector.and_then(<[u8]>::split_first_chunk::<4>);
        if let Some((scale, figures)) = parts.filter(|(_, figures)| figures.len() == self.model.dimension) {
            self.scales.push(f32::from_le_bytes(*scale));
            self.bytes.extend(figures);
        } else {
            self.scales.push(0.0);
            self.bytes.extend(std::iter::repeat_n(0, self.model.dimension));
        }
    }

    pub(crate) fn write(self, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), serde_json::Error> {
        let mean = self.mean();
        let mut bits = Vec::with_capacity(self.scales.len() * signs::words(self.model.dimension) * 8);
        for (vector, scale) in self.bytes.chunks_exact(self.model.dimension).zip(&self.scales) {
            let sides = vector.iter().zip(&mean).map(|(byte, mean)| figure(*byte) * scale > *mean);
            bits.extend(signs::code(sides).iter().flat_map(|word| word.to_le_bytes()));
        }
        files.insert(ABOUT.to_owned(), serde_json::to_vec(&About { model: self.model })?);
        files.insert(BYTES.to_owned(), self.bytes);
        files.insert(SCALES.to_owned(), self.scales.iter().flat_map(|scale| scale.to_le_bytes()).collect());
        files.insert(BITS.to_owned(), bits);
        Ok(())
    }

    fn mean(&self) -> Vec<f32> {
        let mut mean = vec![0f32; self.model.dimension];
        for (vector, scale) in self.bytes.chunks_exact(self.model.dimension).zip(&self.scales) {
            for (sum, byte) in mean.iter_mut().zip(vector) {
                *sum += figure(*byte) * scale;
            }
        }
        let count = self.scales.iter().filter(|scale| **scale > 0.0).count().max(1) as f32;
        for sum in &mut mean {
            *sum /= count;
        }
        mean
    }
}

/// The vectors of an index, archive by archive.
#[derive(Debug)]
pub(crate) struct Vectors {
    /// The numbers of each archive's offers.
    parts: Vec<(Range<u32>, Arc<Stored>)>,
    model: ModelIdentity,
}

impl Vectors {
    /// The vectors of parts, each with the numbers of its offers; those that another model made than the last part's are left out. `None`
    /// where there are none.
    pub(crate) fn of<'a>(parts: impl Iterator<Item = (Range<u32>, Option<&'a Arc<Stored>>)>) -> Option<Self> {
        let mut parts: Vec<_> =
            parts.filter_map(|(docs, stored)| Some((docs, Arc::clone(stored?)))).collect();
        let model = parts.last().map(|(_, stored)| stored.model.clone())?;
        parts.retain(|(_, stored)| stored.model == model);
        Some(Self { parts, model })
    }

    pub(crate) fn model(&self) -> &ModelIdentity {
        &self.model
    }

    fn part(&self, doc: u32) -> Option<(u32, &Stored)> {
        let at = self.parts.partition_point(|(docs, _)| docs.end <= doc);
        let (docs, stored) = self.parts.get(at)?;
        docs.contains(&doc).then(|| (doc - docs.start, &**stored))
    }

    /// Whether an offer's vector is there yet.
    pub(crate) fn has(&self, doc: u32) -> bool {
        self.part(doc).is_some_and(|(own, stored)| stored.has(own))
    }

    /// The cosine of an offer's vector and the sought one; 0 for an offer without a vector.
    pub(crate) fn cosine(&self, sought: &Sought, doc: u32) -> f32 {
        self.part(doc).map_or(0.0, |(own, stored)| stored.cosine(sought, own))
    }

    /// The `most` offers nearest to what is sought among those that are `open`, nearest first, with their cosines. There are none where the
    /// vector that is sought is of another dimension.
    ///
    /// Each archive's bits are sides of its own mean, so that they are compared among themselves.
    pub(crate) fn nearest(&self, sought: &Sought, most: usize, open: &Bits) -> Vec<(u32, f32)> {
        if sought.bytes.len() != self.model.dimension {
            return Vec::new();
        }
        let counts: Vec<usize> =
            self.parts.iter().map(|(docs, stored)| stored.count(docs.start, open)).collect();
        let all = counts.iter().sum::<usize>().max(1);
        let mut near = Vec::new();
        for ((docs, stored), count) in self.parts.iter().zip(counts) {
            let share = (RESCORED * count).div_ceil(all);
            let enough = share.max(most * RESCORED_FOR_ONE).min(count);
            let open = |own: u32| stored.open(docs.start, own, open);
            let found = signs::least_differing(&stored.bits, &sought.bits, enough, open);
            near.extend(found.into_iter().map(|own| (docs.start + own, stored.cosine(sought, own))));
        }
        let closer = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if near.len() > most {
            near.select_nth_unstable_by(most, closer);
            near.truncate(most);
        }
        near.sort_unstable_by(closer);
        near
    }
}

/// The vectors of an archive, read where they lie in it: beside a million offers' half a gigabyte there is no room for a copy.
pub(crate) struct Stored {
    model: ModelIdentity,
    bytes: OwnedBytes,
    bits: OwnedBytes,
    scales: Vec<f32>,
    /// Which offers have a vector.
    having: Bits,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stored {{ {}, {} vectors }}", self.model.name, self.scales.len())
    }
}

/// A search's vector, made ready to be compared.
#[derive(Debug)]
pub(crate) struct Sought {
    bytes: Vec<i8>,
    scale: f32,
    bits: Vec<u64>,
}

impl Sought {
    /// `vector` is of Euclidean length 1.
    pub(crate) fn new(vector: &[f32]) -> Self {
        let stored = quantise(vector);
        let (scale, figures) = stored
            .split_first_chunk::<4>()
            .map_or((0.0, &[][..]), |(scale, figures)| (f32::from_le_bytes(*scale), figures));
        Self {
            bytes: figures.iter().map(|byte| byte.cast_signed()).collect(),
            scale,
            bits: signs::code(vector.iter().map(|figure| *figure > 0.0)),
        }
    }
}

impl Stored {
    /// Reads what [`Draft::write`] wrote, for this many offers; `None` from an archive without vectors.
    pub(crate) fn read(
        offers: usize,
        file: impl Fn(&str) -> Option<OwnedBytes>,
    ) -> Result<Option<Self>, OpenError> {
        let Some(about) = file(ABOUT) else { return Ok(None) };
        let About { model } = serde_json::from_slice(&about).map_err(OpenError::Table)?;
        let (Some(bytes), Some(bits), Some(scales)) = (file(BYTES), file(BITS), file(SCALES)) else {
            return Err(OpenError::Malformed("a file is missing"));
        };
        let scales = scales.as_chunks::<4>().0.iter().map(|scale| f32::from_le_bytes(*scale));
        // What a damaged archive says beyond numbers is no vector.
        let scales: Vec<f32> =
            scales.map(|scale| if scale > 0.0 && scale.is_finite() { scale } else { 0.0 }).collect();
        let having = Bits::which(&scales, |scale| *scale > 0.0);
        let vectors = Self { model, bytes, bits, scales, having };
        let (dimension, words) = (vectors.model.dimension, signs::words(vectors.model.dimension));
        let whole = dimension > 0
            && vectors.scales.len() == offers
            && offers.checked_mul(dimension) == Some(vectors.bytes.len())
            && offers.checked_mul(words * 8) == Some(vectors.bits.len());
        if whole {
            Ok(Some(vectors))
        } else {
            Err(OpenError::Malformed("the vectors are not those of the offers"))
        }
    }

    fn has(&self, doc: u32) -> bool {
        self.having.has(doc)
    }

    /// Which of 64 offers from one on have a vector and are open; `open` counts from `start` before the first.
    fn open(&self, start: u32, from: u32, open: &Bits) -> u64 {
        self.having.word_at(from) & open.word_at(start + from)
    }

    /// How many offers have a vector and are open.
    fn count(&self, start: u32, open: &Bits) -> usize {
        let words = (0..self.scales.len() as u32).step_by(64);
        words.map(|from| self.open(start, from, open).count_ones() as usize).sum()
    }

    fn cosine(&self, sought: &Sought, doc: u32) -> f32 {
        let (doc, dimension) = (doc as usize, self.model.dimension);
        let vector = self.bytes.get(doc * dimension..(doc + 1) * dimension).unwrap_or_default();
        dot(vector, &sought.bytes) as f32 * sought.scale * self.scales.get(doc).copied().unwrap_or_default()
    }
}

fn figure(byte: u8) -> f32 {
    f32::from(byte.cast_signed())
}

/// The inner product of two vectors of bytes.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn dot(one: &[u8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(i16::from(a.cast_signed()) * i16::from(*b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMENSION: usize = 96;

    /// Vectors of length 1 that are spread evenly, by a fixed sequence of numbers.
    fn made_up(count: usize) -> Vec<Vec<f32>> {
        let mut state = 7u64;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        let unit = |vector: Vec<f32>| {
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            vector.into_iter().map(|x| x / length).collect()
        };
        (0..count).map(|_| unit((0..DIMENSION).map(|_| number()).collect())).collect()
    }

    fn vectors(of: &[Option<Vec<f32>>]) -> Vectors {
        Vectors::of([(0..of.len() as u32, Some(&stored(of)))].into_iter()).unwrap()
    }

    fn stored(of: &[Option<Vec<f32>>]) -> Arc<Stored> {
        let model = ModelIdentity { name: "made-up".into(), dimension: DIMENSION };
        let mut draft = Draft::new(model);
        for vector in of {
            draft.add(vector.as_deref().map(quantise).as_deref());
        }
        let mut files = BTreeMap::new();
        draft.write(&mut files).unwrap();
        let file = |name: &str| files.get(name).cloned().map(OwnedBytes::new);
        Arc::new(Stored::read(of.len(), file).unwrap().unwrap())
    }

    #[test]
    fn a_byte_a_dimension_keeps_cosines() {
        let of = made_up(50);
        let stored = vectors(&of.iter().cloned().map(Some).collect::<Vec<_>>());
        for one in &of {
            let sought = Sought::new(one);
            for (doc, other) in (0u32..).zip(&of) {
                let exact: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
                assert!((stored.cosine(&sought, doc) - exact).abs() < 0.01);
            }
        }
    }

    #[test]
    fn the_nearest_are_those_of_an_exact_search() {
        let of = made_up(20_000);
        let stored = vectors(&of.iter().cloned().map(Some).collect::<Vec<_>>());
        let (mut found, mut wanted) = (0, 0);
        for one in of.iter().step_by(1_000) {
            let mut exact: Vec<(u32, f32)> = (0u32..)
                .zip(&of)
                .map(|(doc, other)| (doc, one.iter().zip(other).map(|(a, b)| a * b).sum()))
                .collect();
            exact.sort_by(|a, b| b.1.total_cmp(&a.1));
            let near = stored.nearest(&Sought::new(one), 10, &Bits::all(of.len()));
            wanted += 10;
            found += exact[..10].iter().filter(|(doc, _)| near.iter().any(|(other, _)| other == doc)).count();
        }
        // Evenly spread vectors have no near neighbours to speak of: of texts' neighbours nearly all are found (decision 0037).
        assert!(found * 100 >= wanted * 80, "{found} of {wanted}");
    }

    /// One of them has a single offer; they do not begin where words of 64 do.
    #[test]
    fn several_archives_are_searched_as_one() {
        let of: Vec<_> =
            made_up(200).into_iter().enumerate().map(|(n, vector)| (n % 9 > 0).then_some(vector)).collect();
        let archives = [0..70u32, 70..71, 71..200];
        let parts: Vec<_> =
            archives.map(|docs| (docs.clone(), stored(&of[docs.start as usize..docs.end as usize]))).into();
        let all = Vectors::of(parts.iter().map(|(docs, stored)| (docs.clone(), Some(stored)))).unwrap();
        let open: Vec<bool> = (0..of.len()).map(|n| n * 7 % 5 > 1).collect();
        for one in of.iter().flatten().step_by(20) {
            let sought = Sought::new(one);
            let which = (0u32..200).filter(|doc| open[*doc as usize] && of[*doc as usize].is_some());
            let mut expected: Vec<(u32, f32)> = which.map(|doc| (doc, all.cosine(&sought, doc))).collect();
            expected.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
            for most in [0, 1, 30, 200] {
                let near = all.nearest(&sought, most, &Bits::which(&open, |is| *is));
                assert_eq!(near, expected[..most.min(expected.len())]);
            }
        }
    }

    #[test]
    fn what_has_no_vector_or_is_closed_is_near_to_nothing() {
        let of = made_up(3);
        let stored = vectors(&[Some(of[0].clone()), None, Some(of[2].clone())]);
        let docs = |open: &[bool]| -> Vec<u32> {
            let near = stored.nearest(&Sought::new(&of[0]), 10, &Bits::which(open, |is| *is));
            near.into_iter().map(|(doc, _)| doc).collect()
        };
        assert_eq!(docs(&[true, true, true]), [0, 2]);
        assert_eq!(docs(&[false, true, true]), [2]);
        assert_eq!(stored.nearest(&Sought::new(&[1.0]), 10, &Bits::all(3)), []);
    }
}
