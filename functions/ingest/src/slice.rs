//! A document is read slice by slice, so that no file is too long for one invocation, and no more than a slice is lost when
//! one is ended. The same file gives the same slices at every try.

use vivier_text::{Extracted, Pages, extract::Format};

/// Pages of a PDF that are read at a time.
pub const PAGES: u32 = 50;
/// Pages at a time where their text is to be recognised, which takes seconds for each.
pub const RECOGNISED: u32 = 4;

/// What a reading covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// How many pages, slides or sheets.
    pub pages: u32,
    /// Of how many in the whole file; 1 for formats without.
    pub total: u32,
    /// Whether nothing follows.
    pub last: bool,
}

/// What a reading of these pages covered.
pub fn extent(read: &Extracted, pages: Pages) -> Extent {
    let total = read.pages.unwrap_or(1).max(1);
    if read.format != Format::Pdf {
        return Extent { pages: total, total, last: true };
    }
    let left = total.saturating_sub(pages.first - 1);
    Extent { pages: pages.most.min(left), total, last: pages.most >= left }
}

/// The fewer pages to read instead, where some that were read are to be recognised: those before the first of them, or a
/// few from it on.
pub fn shorter(read: &Extracted, pages: Pages) -> Option<Pages> {
    let scanned = *read.scanned.first()?;
    let before = scanned.saturating_sub(pages.first);
    let most = if before > 0 { before } else { RECOGNISED };
    (most < pages.most).then_some(Pages { most, ..pages })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Format, pages: Option<u32>, scanned: &[u32]) -> Extracted {
        Extracted {
            format,
            title: None,
            language: None,
            pages,
            blocks: Vec::new(),
            flags: Vec::new(),
            scanned: scanned.to_vec(),
        }
    }

    #[test]
    fn slices_cover_every_page_once() {
        for (total, expected) in [(1, vec![1]), (50, vec![50]), (51, vec![50, 1]), (120, vec![50, 50, 20])] {
            let (mut first, mut found) = (1, Vec::new());
            loop {
                let pages = Pages { first, most: PAGES };
                let extent = extent(&read(Format::Pdf, Some(total), &[]), pages);
                assert_eq!(extent.total, total);
                found.push(extent.pages);
                first += extent.pages;
                if extent.last {
                    break;
                }
            }
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn other_formats_are_one_slice() {
        let pages = Pages { first: 1, most: PAGES };
        for (format, pages_of, total) in [(Format::Docx, None, 1), (Format::Pptx, Some(80), 80)] {
            let found = extent(&read(format, pages_of, &[]), pages);
            assert_eq!(found, Extent { pages: total, total, last: true });
        }
    }

    #[test]
    fn pages_to_recognise_make_short_slices() {
        let pages = Pages { first: 11, most: PAGES };
        for (scanned, most) in
            [(vec![], None), (vec![11, 12], Some(RECOGNISED)), (vec![14], Some(3)), (vec![12, 40], Some(1))]
        {
            let found = shorter(&read(Format::Pdf, Some(200), &scanned), pages);
            assert_eq!(found.map(|pages| pages.most), most, "{scanned:?}");
        }
        let short = Pages { first: 11, most: 3 };
        assert_eq!(shorter(&read(Format::Pdf, Some(200), &[11]), short), None, "it is short already");
    }
}
