//! The header of the file, and where its text lies.

use crate::extract::ole::{u16_at, u32_at};

/// Pairs of offset and length in the header ([MS-DOC] 2.5.6).
pub(super) const STYLES: usize = 1;
pub(super) const CHARACTERS: usize = 12;
pub(super) const PARAGRAPHS: usize = 13;
const PIECES: usize = 33;
/// Where those pairs begin, and the counts of characters.
const PAIRS: usize = 0x9a;
const COUNTS: usize = 0x4c;
/// Most pieces; each is eight bytes of the table.
const MAX_PIECES: usize = 2_000_000;

pub(super) struct Fib {
    pub(super) encrypted: bool,
    /// Older than Word 97.
    pub(super) old: bool,
    pub(super) table: &'static str,
    counts: [usize; 8],
}

/// A run of characters that lie together.
pub(super) struct Piece {
    /// Its characters' numbers in the document.
    start: usize,
    end: usize,
    /// Where its first byte is.
    offset: usize,
    wide: bool,
}

impl Fib {
    pub(super) fn of(main: &[u8]) -> Option<Self> {
        if u16_at(main, 0)? != 0xa5ec {
            return None;
        }
        let flags = u16_at(main, 0x0a)?;
        let mut counts = [0; 8];
        for (i, count) in counts.iter_mut().enumerate() {
            *count = u32_at(main, COUNTS + 4 * i).unwrap_or(0) as usize;
        }
        Some(Self {
            encrypted: flags & 0x0100 != 0,
            old: u16_at(main, 2)? < 0x00c1,
            table: if flags & 0x0200 == 0 { "/0Table" } else { "/1Table" },
            counts,
        })
    }

    /// A part of the table stream.
    pub(super) fn part<'t>(main: &[u8], table: &'t [u8], pair: usize) -> Option<&'t [u8]> {
        let offset = u32_at(main, PAIRS + 8 * pair)? as usize;
        let length = u32_at(main, PAIRS + 8 * pair + 4)? as usize;
        table.get(offset..offset.checked_add(length)?).filter(|part| !part.is_empty())
    }

    /// Ranges of characters to be read: the headers, in which a CV keeps its contact details, the body, footnotes,
    /// endnotes, text boxes. Comments and macros are left out.
    pub(super) fn texts(&self) -> Vec<(usize, usize)> {
        let mut starts = [0; 9];
        for (i, count) in self.counts.iter().enumerate() {
            starts[i + 1] = starts[i] + count;
        }
        // Body, footnotes, headers, macros, comments, endnotes, text boxes, text boxes of headers ([MS-DOC] 2.5.4).
        [2, 0, 1, 5, 6, 7].into_iter().map(|i| (starts[i], starts[i + 1])).filter(|(a, b)| a < b).collect()
    }

    pub(super) fn pieces(main: &[u8], table: &[u8]) -> Option<Vec<Piece>> {
        let mut clx = Self::part(main, table, PIECES)?;
        // Before the pieces come the properties they refer to.
        while let [1, rest @ ..] = clx {
            clx = rest.get(2 + u16_at(rest, 0)? as usize..)?;
        }
        let [2, plc @ ..] = clx else { return None };
        let plc = plc.get(4..)?;
        let count = plc.len().saturating_sub(4) / 12;
        if count > MAX_PIECES {
            return None;
        }
        (0..count)
            .map(|i| {
                let place = u32_at(plc, 4 * (count + 1) + 8 * i + 2)?;
                let wide = place & 0x4000_0000 == 0;
                let offset = (place & 0x3fff_ffff) as usize;
                Some(Piece {
                    start: u32_at(plc, 4 * i)? as usize,
                    end: u32_at(plc, 4 * (i + 1))? as usize,
                    offset: if wide { offset } else { offset / 2 },
                    wide,
                })
            })
            .collect()
    }
}

impl Piece {
    /// Characters in a range of the document, each with its place in the file.
    pub(super) fn letters<'m>(
        &self,
        main: &'m [u8],
        start: usize,
        end: usize,
    ) -> impl Iterator<Item = (usize, char)> + 'm {
        let (first, last) = (self.start.max(start), self.end.min(end));
        let width = if self.wide { 2 } else { 1 };
        let offset = self.offset.saturating_add(first.saturating_sub(self.start).saturating_mul(width));
        let length = last.saturating_sub(first).saturating_mul(width);
        // A length is a claim; there are not more bytes than there are.
        let bytes = main.get(offset..).unwrap_or_default();
        let bytes = &bytes[..length.min(bytes.len())];
        let text: Vec<char> = if self.wide {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
            // One for each unit, so that places are right: the second half of a pair is dropped below.
            let mut wide = Vec::with_capacity(bytes.len() / 2);
            for letter in char::decode_utf16(units) {
                let letter = letter.unwrap_or('\u{fffd}');
                wide.push(letter);
                wide.extend((letter > '\u{ffff}').then_some('\0'));
            }
            wide
        } else {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.chars().collect()
        };
        let places = (offset..).step_by(width);
        places.zip(text).filter(|(_, letter)| *letter != '\0')
    }
}
