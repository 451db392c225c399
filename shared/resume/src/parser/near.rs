//! Whether two words differ by so few letters that a scanner may have made one of the other.

/// What is longer is no word.
const MOST_BYTES: usize = 32;

/// Whether `one` becomes `other` by at most `most` changed, missing or added bytes of folded words (Levenshtein).
pub(super) fn near(one: &str, other: &str, most: usize) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // Longer ones are sentences, not words; comparing them would cost and say nothing.
    if one.len().abs_diff(other.len()) > most || one.len().max(other.len()) > MOST_BYTES {
        return false;
    }
    let mut row = [0; MOST_BYTES + 1];
    for (at, cost) in row.iter_mut().enumerate() {
        *cost = at;
    }
    for (i, left) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        let mut least = row[0];
        for (j, right) in other.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
            least = least.min(row[j + 1]);
        }
        if least > most {
            return false;
        }
    }
    row[other.len()] <= most
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
