//! Text laid out side by side. Most extraction gives one column after the other; text that was drawn line by line
//! keeps the gap between columns as a run of spaces, by which they are taken apart.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::headings;

/// Spaces that make a gap.
pub(super) const GAP: usize = 3;
/// Lines that must show the same gap before it is believed.
const ENOUGH: usize = 3;

/// A run of text in a line and where it begins, in characters.
struct Cell<'t> {
    at: usize,
    text: &'t str,
}

/// The lines with columns one after the other; as they are, where there are none.
pub(super) fn in_order<'t>(lines: &[&'t str]) -> Vec<Cow<'t, str>> {
    let Some((first, column)) = column(lines) else {
        return lines.iter().copied().map(Cow::Borrowed).collect();
    };
    let (above, below) = lines.split_at(first);
    let mut left: Vec<Cow<'t, str>> = above.iter().copied().map(Cow::Borrowed).collect();
    let mut right = Vec::new();
    for line in below {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for cell in cells(line) {
            if cell.at + 1 >= column { there.push(cell.text) } else { here.push(cell.text) }
        }
        left.push(Cow::Owned(here.join("   ")));
        right.push(Cow::Owned(there.join("   ")));
    }
    left.append(&mut right);
    left
}

/// Where the second column begins: the line and the character.
fn column(lines: &[&str]) -> Option<(usize, usize)> {
    let mut starts: BTreeMap<usize, (usize, usize, bool)> = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        let cells = cells(line);
        // A column stands beside something, or begins with a heading far from the margin.
        for (k, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.at >= 10) {
            let heads = headings::section(cell.text).is_some();
            let beside = k > 0;
            let entry = starts.entry(cell.at).or_insert((n, 0, false));
            entry.1 += 1;
            entry.2 |= heads && (beside || cell.at >= 20);
        }
    }
    starts
        .into_iter()
        .filter(|(_, (_, lines, heads))| *lines >= ENOUGH && *heads)
        .max_by_key(|(_, (_, lines, _))| *lines)
        .map(|(column, (first, ..))| (first, column))
}

fn cells(line: &str) -> Vec<Cell<'_>> {
    let mut cells: Vec<Cell<'_>> = Vec::new();
    let (mut gap, mut from, mut column) = (GAP, None::<(usize, usize)>, 0);
    let mut end = 0;
    for (byte, c) in line.char_indices() {
        if c.is_whitespace() {
            gap += if c == '\t' { GAP } else { 1 };
            if gap >= GAP
                && let Some((start, at)) = from.take()
            {
                cells.push(Cell { at, text: &line[start..end] });
            }
        } else {
            from = from.or(Some((byte, column)));
            gap = 0;
            end = byte + c.len_utf8();
        }
        column += if c == '\t' { 8 - column % 8 } else { 1 };
    }
    if let Some((start, at)) = from {
        cells.push(Cell { at, text: &line[start..end] });
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_side_by_side_follow_each_other() {
        let text = "Alba Fictive\n\
                    COMPÉTENCES          EXPÉRIENCE\n\
                    Soudage TIG          2019-2021 : Soudeuse\n\
                    Lecture de plans     Fer SA\n\
                    \u{20}                    2018 : Ouvrière\n\
                    LANGUES              FORMATION\n\
                    Anglais              2017 : CAP";
        let lines: Vec<&str> = text.lines().collect();
        let found = in_order(&lines);
        let found: Vec<&str> = found.iter().map(AsRef::as_ref).filter(|line| !line.is_empty()).collect();
        assert_eq!(
            found,
            [
                "Alba Fictive",
                "COMPÉTENCES",
                "Soudage TIG",
                "Lecture de plans",
                "LANGUES",
                "Anglais",
                "EXPÉRIENCE",
                "2019-2021 : Soudeuse",
                "Fer SA",
                "2018 : Ouvrière",
                "FORMATION",
                "2017 : CAP"
            ]
        );
    }

    #[test]
    fn one_column_stays() {
        let lines =
            ["A   b", "FORMATION", "2017 : CAP      Brest", "2018 : BEP      Brest", "2019 : BP       Brest"];
        assert_eq!(in_order(&lines), lines);
    }
}
