//! Word's binary format of 1997 to 2003 ([MS-DOC]): the text in the order of its pieces, with the styles of paragraphs,
//! the marks of tables, and without what is marked as hidden or deleted.

mod fib;
mod properties;
mod styles;
mod write;

use self::fib::Fib;
use self::properties::Properties;
use self::styles::Styles;
use self::write::Writer;
use super::ole::Ole;
use super::{ExtractError, Sheet};

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut ole = Ole::open(bytes)?;
    ole.flag(sheet);
    let main = ole.stream("/WordDocument")?.ok_or(ExtractError::Corrupt)?;
    let fib = Fib::of(&main).ok_or(ExtractError::Corrupt)?;
    if fib.encrypted {
        return Err(ExtractError::Encrypted);
    }
    if fib.old {
        return Err(ExtractError::Unsupported);
    }
    let table = ole.stream(fib.table)?.ok_or(ExtractError::Corrupt)?;
    let pieces = Fib::pieces(&main, &table).ok_or(ExtractError::Corrupt)?;
    let styles = Fib::part(&main, &table, fib::STYLES).map(Styles::of).unwrap_or_default();
    let of = |part, paragraphs| {
        let bins = Fib::part(&main, &table, part);
        bins.map(|bins| Properties::of(&main, bins, paragraphs)).unwrap_or_default()
    };
    let (characters, paragraphs) = (of(fib::CHARACTERS, false), of(fib::PARAGRAPHS, true));
    let mut writer = Writer::new(&styles, sheet);
    for (start, end) in fib.texts() {
        for piece in &pieces {
            for (offset, letter) in piece.letters(&main, start, end) {
                let look = characters.at(offset).map(properties::Letter::of).unwrap_or_default();
                let paragraph = || paragraphs.at(offset).map(properties::Paragraph::of).unwrap_or_default();
                writer.letter(letter, look, paragraph)?;
            }
        }
        writer.end()?;
    }
    Ok(())
}
