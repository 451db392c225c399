//! Vectors of sentences are stored a byte a component: they rank the few sentences of pieces that were found, for which
//! two decimals of a cosine are enough.

/// What a component of 1 would be. Components of vectors of length 1 are small: those beyond ±0.5 are cut.
const ONE: f32 = 254.0;

/// A byte a component, of vectors of length 1 one after the other.
pub fn pack<'v>(vectors: impl IntoIterator<Item = &'v Vec<f32>>) -> Vec<u8> {
    let byte = |figure: &f32| ((figure * ONE).round().clamp(-127.0, 127.0) as i8).cast_unsigned();
    vectors.into_iter().flatten().map(byte).collect()
}

/// Vectors of `dimension` components from their bytes; none where the bytes are no whole number of vectors.
pub fn unpack(bytes: &[u8], dimension: usize) -> Vec<Vec<f32>> {
    if dimension == 0 || !bytes.len().is_multiple_of(dimension) {
        return Vec::new();
    }
    let figure = |byte: &u8| f32::from(byte.cast_signed()) / ONE;
    bytes.chunks_exact(dimension).map(|vector| vector.iter().map(figure).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unpacked_is_near_what_was_packed() {
        let vectors: Vec<Vec<f32>> = (0..3)
            .map(|seed: u32| {
                let mut vector: Vec<f32> = (0..384_u32)
                    .map(|i| f32::from(u16::try_from((i * 31 + seed * 7) % 97).unwrap()) - 48.0)
                    .collect();
                let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
                for figure in &mut vector {
                    *figure /= length;
                }
                vector
            })
            .collect();
        let unpacked = unpack(&pack(&vectors), 384);
        assert_eq!(unpacked.len(), 3);
        for (one, other) in vectors.iter().zip(&unpacked) {
            let cosine: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
            assert!((cosine - 1.0).abs() < 0.01, "{cosine}");
        }
        assert_eq!(unpack(&pack(&[vec![1.0, -1.0]]), 2), [vec![0.5, -0.5]]);
    }

    #[test]
    fn bytes_that_are_no_vectors_give_none() {
        assert!(unpack(&[1, 2, 3], 2).is_empty() && unpack(&[1], 0).is_empty() && unpack(&[], 2).is_empty());
    }
}
