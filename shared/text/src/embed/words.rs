//! The table of word vectors, most of the model's weight. It stays in the file: only the rows of the words at hand are
//! read, so that a process holds some kilobytes of its 54 MB.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use super::EmbedError;

/// Weights that share a scale in ggml's Q4_0: `block_q4_0` in <https://github.com/ggml-org/ggml>, `ggml-common.h`.
pub(super) const BLOCK: usize = 32;
/// A scale in f16, then two 4-bit weights a byte: the low halves are weights 0–15, the high halves 16–31.
const BLOCK_BYTES: usize = 2 + BLOCK / 2;

pub(super) struct Words {
    table: Mmap,
    row: usize,
}

impl Words {
    pub(super) fn open(path: &Path, dimension: usize) -> Result<Self, EmbedError> {
        let table = map(path)?;
        let row = dimension / BLOCK * BLOCK_BYTES;
        if table.is_empty() || table.len() % row != 0 {
            return Err(EmbedError::Damaged { path: path.to_owned(), reason: "not a whole number of rows" });
        }
        Ok(Self { table, row })
    }

    pub(super) fn len(&self) -> usize {
        self.table.len() / self.row
    }

    /// Appends the vector of a word; nothing where there is no such row.
    pub(super) fn append(&self, word: u32, out: &mut Vec<f32>) {
        let start = word as usize * self.row;
        for block in self.table.get(start..start + self.row).unwrap_or_default().chunks_exact(BLOCK_BYTES) {
            let scale = half(u16::from_le_bytes([block[0], block[1]]));
            let weight = |nibble: u8| (f32::from(nibble) - 8.0) * scale;
            out.extend(block[2..].iter().map(|byte| weight(byte & 15)));
            out.extend(block[2..].iter().map(|byte| weight(byte >> 4)));
        }
    }
}

/// A file of the model, mapped to be read.
pub(super) fn map(path: &Path) -> Result<Mmap, EmbedError> {
    let unreadable = |source| EmbedError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    #[expect(
        unsafe_code,
        reason = "set-up renames model files into place and nothing writes to them afterwards"
    )]
    unsafe { Mmap::map(&file) }.map_err(unreadable)
}

/// IEEE 754 binary16 to binary32.
fn half(bits: u16) -> f32 {
    let magnitude = match (bits >> 10 & 31, bits & 0x3ff) {
        (0, fraction) => f32::from(fraction) * 2_f32.powi(-24),
        (31, 0) => f32::INFINITY,
        (31, _) => f32::NAN,
        (exponent, fraction) => (1.0 + f32::from(fraction) / 1024.0) * 2_f32.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision() {
        for (bits, value) in [
            (0, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ] {
            assert_eq!(half(bits).to_bits(), f32::to_bits(value), "{bits:#x}");
        }
    }

    #[test]
    fn a_row_is_unpacked() {
        let folder = std::env::temp_dir().join(format!("vivier-words-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("words.q4");
        let block: Vec<u8> = [0x00, 0x3c].into_iter().chain((0..16).map(|i| i | (15 - i) << 4)).collect();
        std::fs::write(&path, [block.as_slice(), block.as_slice()].concat()).unwrap();
        let words = Words::open(&path, 32).unwrap();
        let mut row = Vec::new();
        words.append(1, &mut row);
        assert_eq!((words.len(), row.len()), (2, 32));
        assert_eq!((row[0], row[15], row[16], row[31]), (-8.0, 7.0, 7.0, -8.0));
        words.append(2, &mut row);
        assert_eq!(row.len(), 32);
        assert!(Words::open(&path, 64).is_ok());
        assert!(matches!(Words::open(&path, 96), Err(EmbedError::Damaged { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
