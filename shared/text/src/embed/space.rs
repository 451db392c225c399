//! The space in which job offers are compared: the model's vectors, mapped so that the names of one occupation lie together.
//!
//! What the mapping is and how it was learned: `infra/local/space.py`, which writes the file that is read here.

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::local::{LocalE5, normalise};
use super::{EmbedError, Embedder, ModelIdentity};

const FILE: &str = "occupations.space";
/// Another where [`Space::map`] computes otherwise: the identity of its vectors is the file's digest.
const MAGIC: &[u8; 4] = b"VOS1";
/// Rows or columns of a matrix in the file; more would be a damaged file.
const MOST: usize = 4_096;
/// Sharper, a likeness would overflow.
const LEAST_SHARPNESS: f32 = 0.001;

/// An [`Embedder`] of job offers, of what is searched among them, and of the titles and skills of a CV that is matched with them. Its vectors are
/// compared with each other alone.
pub struct OfferEmbedder {
    model: LocalE5,
    space: Space,
    identity: ModelIdentity,
}

impl OfferEmbedder {
    /// Opens the model in `folder` and `occupations.space` beside it. Open it once a process.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn open(folder: &Path) -> Result<Self, EmbedError> {
        let model = LocalE5::open(folder)?;
        let path = folder.join(FILE);
        let damaged = |reason| EmbedError::Damaged { path: path.clone(), reason };
        let bytes =
            std::fs::read(&path).map_err(|source| EmbedError::Unreadable { path: path.clone(), source })?;
        let space = Space::read(&bytes).ok_or_else(|| damaged("not a space"))?;
        if space.mean.len() != model.identity().dimension {
            return Err(damaged("of another dimension than the model"));
        }
        let mut name = format!("{}+occupations-", model.identity().name);
        for byte in Sha256::digest(&bytes).iter().take(4) {
            // Writing into a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        let identity = ModelIdentity { name, dimension: space.inner.columns + space.projection.columns };
        Ok(Self { model, space, identity })
    }
}

impl Embedder for OfferEmbedder {
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(self.space.map(self.model.query(text)?))
    }

    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let vectors = self.model.passages(texts)?;
        Ok(vectors.into_iter().map(|vector| self.space.map(vector)).collect())
    }
}

/// The file, restored.
#[derive(Debug)]
struct Space {
    /// Cosines to occupations that differ by this differ e times in likeness.
    sharpness: f32,
    /// Of the second part of a vector beside the first.
    weight: f32,
    /// The cosine at which a text is as much like none as like an occupation.
    unlike: f32,
    /// What the names of occupations have in common.
    mean: Vec<f32>,
    /// To where names of one occupation lie together.
    inner: Matrix,
    /// The names of occupations there, a column each.
    names: Matrix,
    /// Which occupation each of them is a name of.
    occupations: Vec<u16>,
    /// From likenesses to occupations to the second part of a vector.
    projection: Matrix,
}

impl Space {
    /// `None` for what is not a space's file, to the byte.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut sizes = [0; 5];
        for size in &mut sizes {
            *size = usize::try_from(u32::from_le_bytes(take(&mut rest)?)).ok()?;
        }
        if sizes.iter().any(|size| !(1..=MOST).contains(size)) {
            return None;
        }
        let [sharpness, weight, unlike] = figures(&mut rest, 3)?.try_into().ok()?;
        let [dimension, within, of_names, of_occupations, outer] = sizes;
        let mean = figures(&mut rest, dimension)?;
        let occupations: Vec<u16> =
            (0..of_names).map(|_| take(&mut rest).map(u16::from_le_bytes)).collect::<Option<_>>()?;
        let inner = Matrix::read(&mut rest, dimension, within)?;
        let names = Matrix::read(&mut rest, within, of_names)?;
        let projection = Matrix::read(&mut rest, of_occupations, outer)?;
        let sound = rest.is_empty()
            && sharpness >= LEAST_SHARPNESS
            && weight >= 0.0
            && occupations.iter().all(|occupation| usize::from(*occupation) < of_occupations);
        sound.then_some(Self { sharpness, weight, unlike, mean, inner, names, occupations, projection })
    }

    /// A vector of the model as one of this space, of length 1; zeros stay zeros.
    fn map(&self, mut vector: Vec<f32>) -> Vec<f32> {
        if vector.iter().all(|figure| *figure == 0.0) {
            return vec![0.0; self.inner.columns + self.projection.columns];
        }
        for (figure, mean) in vector.iter_mut().zip(&self.mean) {
            *figure -= mean;
        }
        let mut mapped = self.inner.times(&vector);
        normalise(&mut mapped);
        // The cosine of each occupation's nearest name.
        let mut likely = vec![-1f32; self.projection.figures.len() / self.projection.columns];
        for (cosine, occupation) in self.names.times(&mapped).into_iter().zip(&self.occupations) {
            if let Some(best) = likely.get_mut(usize::from(*occupation)) {
                *best = best.max(cosine);
            }
        }
        for cosine in &mut likely {
            *cosine = ((*cosine - 1.0) / self.sharpness).exp();
        }
        let none = (2.0 * (self.unlike - 1.0) / self.sharpness).exp();
        let length = (likely.iter().map(|figure| figure * figure).sum::<f32>() + none).sqrt();
        let share = self.weight.sqrt() / length;
        mapped.extend(self.projection.times(&likely).into_iter().map(|figure| figure * share));
        normalise(&mut mapped);
        mapped
    }
}

/// Rows of figures, one below the other.
#[derive(Debug)]
struct Matrix {
    figures: Vec<f32>,
    columns: usize,
}

impl Matrix {
    /// A scale a row, then a signed byte a figure.
    fn read(rest: &mut &[u8], rows: usize, columns: usize) -> Option<Self> {
        let scales = figures(rest, rows)?;
        let (bytes, behind) = rest.split_at_checked(rows * columns)?;
        *rest = behind;
        let mut figures = Vec::with_capacity(bytes.len());
        for (row, scale) in bytes.chunks_exact(columns).zip(scales) {
            figures.extend(row.iter().map(|byte| f32::from(byte.cast_signed()) * scale));
        }
        Some(Self { figures, columns })
    }

    /// A row vector times this matrix.
    fn times(&self, vector: &[f32]) -> Vec<f32> {
        let mut product = vec![0.0; self.columns];
        for (figure, row) in vector.iter().zip(self.figures.chunks_exact(self.columns)) {
            for (sum, other) in product.iter_mut().zip(row) {
                *sum += figure * other;
            }
        }
        product
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*first)
}

fn figures(rest: &mut &[u8], count: usize) -> Option<Vec<f32>> {
    (0..count).map(|_| take(rest).map(f32::from_le_bytes).filter(|figure| figure.is_finite())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two figures, turned by a quarter; two occupations, one on each axis, the second with a name far from both as well; likenesses summed into one
    /// figure.
    fn file(sharpness: f32) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend([2u32, 2, 3, 2, 1].into_iter().flat_map(u32::to_le_bytes));
        let figures = |file: &mut Vec<u8>, figures: &[f32]| {
            file.extend(figures.iter().flat_map(|figure| figure.to_le_bytes()));
        };
        figures(&mut file, &[sharpness, 0.25, 0.5, 0.1, 0.1]);
        file.extend([0u16, 1, 1].into_iter().flat_map(u16::to_le_bytes));
        for (scales, bytes) in [
            ([0.01; 2], &[0i8, 100, -100, 0][..]),
            ([0.01; 2], &[100, 0, -70, 0, 100, -70]),
            ([0.02; 2], &[50, 50]),
        ] {
            figures(&mut file, &scales);
            file.extend(bytes.iter().flat_map(|byte| byte.to_le_bytes()));
        }
        file
    }

    #[test]
    fn a_vector_is_turned_and_likened() {
        let space = Space::read(&file(0.5)).unwrap();
        let mapped = space.map(vec![1.1, 0.1]);
        // Without the mean (1, 0), turned (0, 1): a cosine of 0 with the first occupation, 1 with the second.
        let (unlike, like, none) = ((-2f32).exp(), 1f32, (-2f32).exp());
        let second = 0.5 * (unlike + like) / (unlike * unlike + like * like + none).sqrt();
        let length = (1.0 + second * second).sqrt();
        for (figure, expected) in mapped.iter().zip([0.0, 1.0 / length, second / length]) {
            assert!((figure - expected).abs() < 1e-6, "{mapped:?}");
        }
        assert_eq!(mapped.len(), 3);
    }

    #[test]
    fn what_is_near_nothing_stays_so() {
        assert_eq!(Space::read(&file(0.5)).unwrap().map(vec![0.0; 2]), [0.0; 3]);
    }

    #[test]
    fn only_a_whole_file_is_read() {
        let whole = file(0.5);
        for length in 0..whole.len() {
            assert!(Space::read(&whole[..length]).is_none(), "{length}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert!(Space::read(&longer).is_none());
        let mut large = whole.clone();
        large[4..8].fill(0xff);
        assert!(Space::read(&large).is_none());
        // The first name's occupation, behind sizes, three figures and two means.
        let mut unknown = whole;
        unknown[44..46].copy_from_slice(&2u16.to_le_bytes());
        assert!(Space::read(&unknown).is_none());
        for sharpness in [0.0, -0.1, f32::NAN, f32::INFINITY] {
            assert!(Space::read(&file(sharpness)).is_none());
        }
    }
}
