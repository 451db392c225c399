//! Cells and ranges by the names that spreadsheets give them.

/// Most ranges kept; where there are more, every cell is taken to be in one.
const MAX_RANGES: usize = 500;

/// Row and column, from 0, of a cell such as `B12`.
pub(super) fn cell(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at(digits);
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter =
            letter.is_ascii_alphabetic().then(|| u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
        column.checked_mul(26)?.checked_add(letter)
    })?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

#[derive(Default)]
pub(super) struct Ranges {
    /// First and last cell, both included.
    ranges: Vec<((u32, u32), (u32, u32))>,
    everywhere: bool,
}

impl Ranges {
    /// Adds ranges such as `A1:B5 D7`. One that cannot be read may be any.
    pub(super) fn add(&mut self, list: &str) {
        for range in list.split_whitespace() {
            let (first, last) = range.split_once(':').unwrap_or((range, range));
            match cell(first).zip(cell(last)) {
                Some(range) if self.ranges.len() < MAX_RANGES => self.ranges.push(range),
                _ => self.everywhere = true,
            }
        }
    }

    pub(super) fn add_all(&mut self) {
        self.everywhere = true;
    }

    pub(super) fn contains(&self, (row, column): (u32, u32)) -> bool {
        self.everywhere
            || self.ranges.iter().any(|((top, left), (bottom, right))| {
                (*top..=*bottom).contains(&row) && (*left..=*right).contains(&column)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_ranges() {
        assert_eq!(cell("A1"), Some((0, 0)));
        assert_eq!(cell("xfd1048576"), Some((1_048_575, 16_383)));
        for name in ["", "A", "1", "A0", "$A$1", "AAAAAAAAAAAA1"] {
            assert_eq!(cell(name), None, "{name}");
        }
        let mut ranges = Ranges::default();
        ranges.add("B2:C4 E1");
        let inside = |ranges: &Ranges| [(1, 1), (3, 2), (0, 4), (0, 1), (4, 2)].map(|at| ranges.contains(at));
        assert_eq!(inside(&ranges), [true, true, true, false, false]);
        ranges.add("A:A");
        assert_eq!(inside(&ranges), [true; 5]);
    }
}
