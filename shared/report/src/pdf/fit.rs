//! How wide the columns of a table are, how large its letters, and whether the page has to lie.

use super::fonts::SHELF;

/// A4 within its margins, in points: upright and lying.
const WIDTHS: [f64; 2] = [489.0, 736.0];
/// Sizes of letters, the best first.
const SIZES: [f64; 4] = [9.0, 8.0, 7.0, 6.0];
/// Room left and right of a cell's text, in points.
pub(super) const INSET: f64 = 4.0;
/// Units that a text column keeps whatever happens; words wider than it are broken.
const LEAST: f64 = 4.0;
/// Units that any other column keeps: its label is broken.
const NUMBER: f64 = 2.5;
/// Units that a text column keeps if letters or pages can be chosen so: most words fit.
const WANTED: f64 = 11.0;
/// Rounding, and letters that stand further apart in a line than alone.
const SLACK: f64 = 0.15;

/// A column's needs, in units of the letters' size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Need {
    /// The least it can do with, words broken.
    least: f64,
    /// What it reads well with.
    wanted: f64,
    /// What nothing has to be wrapped in, but for long labels.
    most: f64,
    grows: bool,
}

impl Need {
    /// Of a column of texts, or of values, which are never wrapped.
    pub(super) fn of<'a>(label: &str, cells: impl Iterator<Item = &'a str>, is_text: bool) -> Self {
        // Totals are strong; as there are few of them, all cells are measured so.
        let cells = cells.map(|cell| SHELF.width(cell, true)).fold(0.0, f64::max) + SLACK;
        let head = SHELF.width(label, true) + SLACK;
        let words = label.split(' ').map(|word| SHELF.width(word, true)).fold(0.0, f64::max) + SLACK;
        if is_text {
            let most = cells.max(head);
            Self { least: most.min(LEAST), wanted: most.min(words.max(WANTED)), most, grows: true }
        } else {
            let wanted = cells.max(words.min(WANTED));
            Self { least: cells.max(NUMBER), wanted, most: wanted.max(head / 2.0), grows: false }
        }
    }
}

/// How a table is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    /// The size of its letters.
    pub(super) size: f64,
    /// The columns, in points.
    pub(super) columns: Vec<f64>,
}

/// The width of a page.
pub(super) const fn page(lies: bool) -> f64 {
    WIDTHS[lies as usize]
}

/// Whether a table needs a page that lies.
pub(super) fn lies(needs: &[Need]) -> bool {
    let upright = |size: &f64| least(needs, *size, |need| need.wanted) <= page(false);
    !SIZES.iter().take(2).any(upright)
}

/// A table on such a page; `None` where even the smallest letters do not fit.
pub(super) fn fit(needs: &[Need], lies: bool) -> Option<Fit> {
    let room = page(lies);
    let wanted = SIZES.iter().find(|size| least(needs, **size, |need| need.wanted) <= room);
    if let Some(size) = wanted {
        return Some(shared(needs, *size, room, |need| need.wanted));
    }
    let size = SIZES.iter().find(|size| least(needs, **size, |need| need.least) <= room)?;
    Some(shared(needs, *size, room, |need| need.least))
}

fn least(needs: &[Need], size: f64, of: impl Fn(&Need) -> f64) -> f64 {
    needs.iter().map(|need| of(need) * size + 2.0 * INSET).sum()
}

/// What is left goes to where something is wrapped, then to texts, or to all alike where there are none.
fn shared(needs: &[Need], size: f64, room: f64, of: impl Fn(&Need) -> f64) -> Fit {
    let mut columns: Vec<f64> = needs.iter().map(|need| of(need) * size + 2.0 * INSET).collect();
    let mut left = room - columns.iter().sum::<f64>();
    let missing: Vec<f64> = needs.iter().map(|need| (need.most - of(need)) * size).collect();
    let all: f64 = missing.iter().sum();
    if all > 0.0 {
        let part = (left / all).min(1.0);
        for (column, missing) in columns.iter_mut().zip(&missing) {
            *column += missing * part;
        }
        left -= all * part;
    }
    let growing = needs.iter().filter(|need| need.grows).count();
    for (column, need) in columns.iter_mut().zip(needs) {
        if need.grows || growing == 0 {
            *column += left / if growing == 0 { needs.len() } else { growing } as f64;
        }
    }
    Fit { size, columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(label: &str, cell: &str, is_text: bool) -> Need {
        Need::of(label, [cell].into_iter(), is_text)
    }

    #[test]
    fn a_table_is_as_wide_as_its_page_and_no_value_is_wrapped() {
        let long = "une phrase assez longue pour deux lignes ".repeat(5);
        for (texts, values) in [(1, 1), (0, 3), (1, 8), (2, 14), (2, 18)] {
            let mut needs = vec![need("Intitulé", &long, true); texts];
            needs.extend(vec![need("Candidatures", "1 234 567", false); values]);
            let lies = lies(&needs);
            let fit = fit(&needs, lies).unwrap();
            let whole: f64 = fit.columns.iter().sum();
            assert!((whole - page(lies)).abs() < 0.01, "{texts} {values}: {whole}");
            let value = SHELF.width("1 234 567", true) * fit.size + 2.0 * INSET;
            assert!(fit.columns[texts..].iter().all(|column| *column >= value), "{texts} {values}");
        }
        assert!(!lies(&[need("a", "b", true), need("n", "12", false)]));
        assert!(lies(&vec![need("Candidatures", "1 234 567", false); 12]));
        assert_eq!(fit(&vec![need("Candidatures", "1 234 567", false); 60], true), None);
    }
}
