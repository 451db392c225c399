//! Whether two words differ by so few letters that a scanner may have made one of the other.

/// Whether `one` becomes `other` by at most `most` changed, missing or added characters (Levenshtein).
pub(super) fn near(one: &str, other: &str, most: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Longer ones are sentences, not words; comparing them would cost and say nothing.
    if one.len().abs_diff(other.len()) > most || one.len() > 64 {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, left) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in other.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().is_some_and(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_letter_more_less_or_other() {
        for (one, other, expected) in [
            ("formation", "formation", true),
            ("formation", "formatlon", true),
            ("formation", "fornation", true),
            ("formation", "formatio", true),
            ("formation", "fonnatjon", false),
            ("", "a", true),
            ("", "", true),
        ] {
            assert_eq!(near(one, other, 1), expected, "{one} {other}");
        }
    }
}
