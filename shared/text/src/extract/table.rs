//! Rows of tables as text that stands alone: a figure found by search is worth nothing without its column's name.

use super::encoding;

/// Most columns read.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// A row without a header: `cell | cell`.
pub(super) fn plain(cells: &[String]) -> String {
    cells
        .iter()
        .map(|cell| encoding::clean(cell))
        .filter(|cell| !cell.is_empty())
        .collect::<Vec<_>>()
        .join(" | ")
}

/// A row under a header: `Name: cell | Name: cell`, without empty cells.
pub(super) fn named(header: &[String], cells: &[String]) -> String {
    let cell = |(i, cell): (usize, &String)| {
        let cell = encoding::clean(cell);
        if cell.is_empty() {
            return None;
        }
        match header.get(i).map(|name| encoding::clean(name)).filter(|name| !name.is_empty()) {
            Some(name) => Some(format!("{name}: {cell}")),
            None => Some(cell),
        }
    };
    cells.iter().enumerate().filter_map(cell).collect::<Vec<_>>().join(" | ")
}

/// Whether a first row names columns: several cells, all filled, none a figure.
pub(super) fn is_header(cells: &[String]) -> bool {
    cells.len() > 1
        && cells.iter().all(|cell| {
            let cell = cell.trim();
            !cell.is_empty()
                && cell.len() <= 80
                && cell.chars().any(char::is_alphabetic)
                && !cell.starts_with(|c: char| c.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn rows() {
        assert_eq!(plain(&cells(&["a", " ", "b"])), "a | b");
        assert_eq!(
            named(&cells(&["Ville", "", "Poste"]), &cells(&["Lyon", "x", "", "y"])),
            "Ville: Lyon | x | y"
        );
    }

    #[test]
    fn headers() {
        assert!(is_header(&cells(&["Ville", "Poste"])));
        for row in [&["Ville"][..], &["Ville", ""], &["Lyon", "2026"], &["Lyon", "35 h"]] {
            assert!(!is_header(&cells(row)));
        }
    }
}
