//! Rare combinations: values that tell nobody apart each by itself, and somebody together. Of a combination that fewer than [`RARE`] rows share,
//! every value becomes nothing, or where there has to be one the commonest of its column.

use std::collections::HashMap;

use super::row::Field;

/// So many rows at least share a combination, or it is generalised: the k of k-anonymity, which opinion 05/2014 (WP 216) of the Article 29 Working
/// Party describes without naming a number; public statistics commonly publish no cell of fewer than five.
pub(super) const RARE: u32 = 5;
/// With more combinations than this in one table nearly all are rare: then all of them are generalised, and no more are counted.
const MOST: usize = 100_000;

/// How often combinations occur.
#[derive(Debug, Default)]
pub(super) struct Combinations {
    counts: HashMap<Vec<Field>, u32>,
    columns: Vec<HashMap<String, u32>>,
    overflown: bool,
}

impl Combinations {
    /// Counts a row's.
    pub(super) fn add(&mut self, values: Vec<Field>) {
        self.columns.resize_with(values.len().max(self.columns.len()), HashMap::new);
        for (column, value) in self.columns.iter_mut().zip(&values) {
            if let Some(value) = value
                && (column.len() < MOST || column.contains_key(value))
            {
                *column.entry(value.clone()).or_default() += 1;
            }
        }
        if self.counts.len() < MOST || self.counts.contains_key(&values) {
            *self.counts.entry(values).or_default() += 1;
        } else {
            self.overflown = true;
        }
    }

    /// Whether fewer rows than [`RARE`] share a combination.
    pub(super) fn is_rare(&self, values: &[Field]) -> bool {
        self.overflown || self.counts.get(values).is_none_or(|count| *count < RARE)
    }

    /// What the value of a rare combination becomes: nothing where that can be.
    pub(super) fn general(&self, place: usize, nullable: bool) -> Field {
        if nullable {
            return None;
        }
        let column = self.columns.get(place)?;
        // Of two that are equally common always the same one.
        column
            .iter()
            .max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(one.0)))
            .map(|(value, _)| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(language: &str, version: &str) -> Vec<Field> {
        let field = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        vec![field(language), field(version)]
    }

    #[test]
    fn a_combination_of_few_is_generalised() {
        let mut found = Combinations::default();
        (0..5).for_each(|_| found.add(row("fr", "1")));
        (0..4).for_each(|_| found.add(row("en", "1")));
        assert!(!found.is_rare(&row("fr", "1")) && found.is_rare(&row("en", "1")));
        assert!(found.is_rare(&row("de", "")), "what was never seen is rare");
        assert_eq!(found.general(0, false).as_deref(), Some("fr"));
        assert_eq!(found.general(1, true), None);
        assert_eq!(Combinations::default().general(0, false), None);
    }

    proptest! {
        #[test]
        fn whoever_is_left_shares_with_enough(rows in prop::collection::vec((0_u8..3, 0_u8..3), 0..60)) {
            let rows: Vec<_> = rows.iter().map(|(one, other)| row(&one.to_string(), &other.to_string())).collect();
            let mut found = Combinations::default();
            for row in &rows {
                found.add(row.clone());
            }
            let kept: Vec<_> = rows.iter().filter(|row| !found.is_rare(row)).collect();
            for row in &kept {
                prop_assert!(kept.iter().filter(|other| other == &row).count() >= 5);
            }
        }
    }
}
