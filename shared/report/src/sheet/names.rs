//! Names of sheets, as Excel takes them: short, without the marks of its formulas, each once.

use std::collections::BTreeSet;

/// The most UTF-16 units of a name.
const LONGEST: usize = 31;
/// What no name holds.
const FORBIDDEN: &[char] = &['[', ']', ':', '*', '?', '/', '\\'];
/// A name that Excel keeps for itself.
const RESERVED: &str = "history";

/// The names that are taken, in small letters: Excel does not tell them apart by case.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name like the wanted one, which nobody has yet.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let legal = |c: char| if c.is_control() || FORBIDDEN.contains(&c) { ' ' } else { c };
        let words: String = wanted.chars().map(legal).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = trimmed(&words);
        let base = if words.is_empty() || words.to_lowercase() == RESERVED { "Table" } else { words };
        let mut name = cut(base, "");
        let mut number = 1;
        while !self.0.insert(name.to_lowercase()) {
            number += 1;
            name = cut(base, &format!(" ({number})"));
        }
        name
    }
}

/// The beginning of a name that leaves room for its end.
fn cut(base: &str, end: &str) -> String {
    let mut room = LONGEST - end.len();
    let fits = |c: &char| {
        let takes = c.len_utf16();
        let left = room.checked_sub(takes);
        room = left.unwrap_or_default();
        left.is_some()
    };
    let beginning: String = base.chars().take_while(fits).collect();
    format!("{}{end}", trimmed(&beginning))
}

/// Without blanks and apostrophes at both ends.
fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '\'' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_legal_and_differ() {
        let mut names = Names::default();
        let emoji = "😀".repeat(40);
        for (wanted, name) in [
            ("Recherches", "Recherches"),
            ("recherches", "recherches (2)"),
            ("Offres : [CDI/CDD]*?", "Offres CDI CDD"),
            ("'", "Table"),
            ("\u{1}", "Table (2)"),
            ("History", "Table (3)"),
            ("'L''essai'", "L''essai"),
            ("Recherches sans résultat par métier", "Recherches sans résultat par mé"),
            ("Recherches sans résultat par métiers", "Recherches sans résultat pa (2)"),
            (&emoji, "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"),
        ] {
            let taken = names.take(wanted);
            assert_eq!(taken, name, "{wanted}");
            assert!(rust_xlsxwriter::utility::check_sheet_name(&taken).is_ok(), "{taken}");
        }
    }
}
