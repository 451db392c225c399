//! Properties of characters and paragraphs: pages of 512 bytes, each a list of ranges of the file and of changes to a
//! style ([MS-DOC] 2.9.33 and 2.9.105).

use std::collections::BTreeMap;

use crate::extract::look::Look;
use crate::extract::ole::{u16_at, u32_at};

const PAGE: usize = 512;

/// Changes by the place where they begin, with the place where they end.
#[derive(Default)]
pub(super) struct Properties<'m>(BTreeMap<usize, (usize, &'m [u8])>);

impl<'m> Properties<'m> {
    /// Reads the pages that a list of bins names. Pages of paragraphs have entries of 13 bytes for a range, those of
    /// characters of one.
    pub(super) fn of(main: &'m [u8], bins: &[u8], paragraphs: bool) -> Self {
        let mut found = BTreeMap::new();
        let count = bins.len().saturating_sub(4) / 8;
        for bin in 0..count {
            let Some(number) = u32_at(bins, 4 * (count + 1) + 4 * bin) else { break };
            let start = (number & 0x003f_ffff) as usize * PAGE;
            let Some(page) = main.get(start..start + PAGE) else { continue };
            let runs = usize::from(page[PAGE - 1]);
            for run in 0..runs {
                let entry = 4 * (runs + 1) + run * if paragraphs { 13 } else { 1 };
                let (Some(from), Some(to), Some(at)) =
                    (u32_at(page, 4 * run), u32_at(page, 4 * (run + 1)), page.get(entry))
                else {
                    break;
                };
                let changes = match usize::from(*at) * 2 {
                    0 => &[],
                    at if paragraphs => of_paragraph(page, at),
                    at => page.get(at + 1..at + 1 + usize::from(page[at])).unwrap_or_default(),
                };
                found.insert(from as usize, (to as usize, changes));
            }
        }
        Self(found)
    }

    /// The changes at a place of the file.
    pub(super) fn at(&self, offset: usize) -> Option<&'m [u8]> {
        let (_, (end, changes)) = self.0.range(..=offset).next_back()?;
        (offset < *end).then_some(*changes)
    }
}

fn of_paragraph(page: &[u8], at: usize) -> &[u8] {
    // A length in words, one less than double; or 0, and the length in words follows.
    let (length, from) = match page[at] {
        0 => (usize::from(page.get(at + 1).copied().unwrap_or(0)) * 2, at + 2),
        words => (usize::from(words) * 2 - 1, at + 1),
    };
    page.get(from..from + length).unwrap_or_default()
}

/// The changes of a list, each a number and its operand.
fn changes(mut list: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let code = u16_at(list, 0)?;
        let rest = list.get(2..)?;
        // The number says how long the operand is ([MS-DOC] 2.6.1).
        let length = match code >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            _ if code == 0xd608 => usize::from(u16_at(rest, 0)?) + 1,
            _ => usize::from(*rest.first()?) + 1,
        };
        let operand = rest.get(..length)?;
        list = &rest[length..];
        Some((code, operand))
    })
}

/// What characters look like.
#[derive(Clone, Copy, Default)]
pub(super) struct Letter {
    pub(super) look: Look,
    pub(super) deleted: bool,
}

impl Letter {
    pub(super) fn of(list: &[u8]) -> Self {
        let mut letter = Self::default();
        for (code, operand) in changes(list) {
            let on = operand.first().copied().unwrap_or(0);
            match code {
                0x083c => letter.look.hidden = Some(on == 1 || on == 0x81),
                0x0800 => letter.deleted = on == 1,
                0x4a43 => letter.look.size = u16_at(operand, 0).map(|half| f32::from(half) / 2.0),
                // The eighth of sixteen colours is white; newer versions write it in full.
                0x2a42 => letter.look.color = (on == 8).then_some([255; 3]),
                0x6870 => {
                    letter.look.color =
                        operand.first_chunk::<4>().filter(|color| color[3] == 0).map(|c| [c[0], c[1], c[2]]);
                }
                // Shading and highlighting.
                0x4866 | 0xca71 | 0x2a0c => letter.look.backed = Some(operand.iter().any(|byte| *byte != 0)),
                _ => {}
            }
        }
        letter
    }
}

/// What a paragraph is.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the format, and any of them go together"
)]
pub(super) struct Paragraph {
    /// Its style's number.
    pub(super) style: u16,
    pub(super) level: Option<u8>,
    pub(super) listed: bool,
    pub(super) in_table: bool,
    /// Whether it is the mark at the end of a table's row, and whether that row names the columns.
    pub(super) ends_row: bool,
    pub(super) names: bool,
    pub(super) shaded: bool,
}

impl Paragraph {
    pub(super) fn of(list: &[u8]) -> Self {
        let mut paragraph = Self { style: u16_at(list, 0).unwrap_or(0), ..Self::default() };
        for (code, operand) in changes(list.get(2..).unwrap_or_default()) {
            let first = operand.first().copied().unwrap_or(0);
            match code {
                0x2640 => paragraph.level = (first < 9).then_some((first + 1).min(6)),
                0x460b => {
                    paragraph.listed = u16_at(operand, 0).is_some_and(|list| list != 0 && list != 0xf801);
                }
                0x2416 => paragraph.in_table = first != 0,
                0x2417 => paragraph.ends_row = first != 0,
                0x3404 => paragraph.names = first != 0,
                0x442d | 0xc64d => paragraph.shaded = true,
                _ => {}
            }
        }
        paragraph
    }
}
