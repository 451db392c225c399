//! PowerPoint's binary format of 1997 to 2003 ([MS-PPT]): the slides in the order of the show, each with the texts of its
//! shapes. Notes, masters and hidden slides are left out.

mod records;

use std::collections::HashMap;

use self::records::{Record, children, find};
use super::ole::{Ole, latin, u32_at, utf16};
use super::sheet::MAX_HEADING;
use super::{BlockKind, ExtractError, Flag, Place, Sheet, encoding};

/// Record types ([MS-PPT] 2.13.24).
const DOCUMENT: u16 = 0x03e8;
const SLIDE: u16 = 0x03ee;
const SLIDE_PERSIST: u16 = 0x03f3;
const SLIDE_SHOW_INFO: u16 = 0x03f9;
const SLIDE_LIST: u16 = 0x0ff0;
const TEXT_HEADER: u16 = 0x0f9f;
const TEXT_CHARS: u16 = 0x0fa0;
const TEXT_BYTES: u16 = 0x0fa8;
const OUTLINE_REFERENCE: u16 = 0x0f9e;
const USER_EDIT: u16 = 0x0ff5;
const PERSIST_DIRECTORY: u16 = 0x1772;
/// Most texts of a slide, and edits that a file was saved in.
const MAX_TEXTS: usize = 10_000;
const MAX_EDITS: usize = 10_000;

pub(super) fn read(bytes: &[u8], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let mut ole = Ole::open(bytes)?;
    ole.flag(sheet);
    let user = ole.stream("/Current User")?.ok_or(ExtractError::Corrupt)?;
    // [MS-PPT] 2.3.2: what the header says of an encrypted file.
    if u32_at(&user, 12) == Some(0xf3d1_c4df) {
        return Err(ExtractError::Encrypted);
    }
    let stream = ole.stream("/PowerPoint Document")?.ok_or(ExtractError::Corrupt)?;
    let edit = u32_at(&user, 16).ok_or(ExtractError::Corrupt)?;
    let (places, document) = persisted(&stream, edit).ok_or(ExtractError::Corrupt)?;
    let document = Record::at(&stream, document).filter(|record| record.kind == DOCUMENT);
    let document = document.ok_or(ExtractError::Corrupt)?;
    // Of the three lists the first is that of slides; the others are of masters and notes.
    let list = children(document.body).find(|record| record.kind == SLIDE_LIST && record.instance == 0);
    let mut slides: Vec<(u32, Vec<Text>)> = Vec::new();
    for record in list.map(|list| children(list.body)).into_iter().flatten() {
        match record.kind {
            SLIDE_PERSIST => slides.push((u32_at(record.body, 0).unwrap_or(0), Vec::new())),
            _ => {
                if let Some((_, texts)) = slides.last_mut() {
                    Text::collect(&record, texts);
                }
            }
        }
    }
    sheet.pages = Some(slides.len() as u32);
    for ((id, outline), number) in slides.iter().zip(1..) {
        let slide = places.get(id).and_then(|place| Record::at(&stream, *place));
        let Some(slide) = slide.filter(|record| record.kind == SLIDE) else { continue };
        let info = children(slide.body).find(|record| record.kind == SLIDE_SHOW_INFO);
        let hidden = info.and_then(|info| info.body.get(10).copied()).is_some_and(|flags| flags & 0b100 != 0);
        let mut texts = Vec::new();
        find(slide.body, &mut |record| {
            if record.kind == OUTLINE_REFERENCE {
                let text = u32_at(record.body, 0).and_then(|index| outline.get(index as usize));
                texts.extend(text.cloned());
            } else if texts.len() < MAX_TEXTS {
                Text::collect(record, &mut texts);
            }
        });
        if !hidden {
            write(number, &texts, sheet)?;
        } else if texts.iter().any(|text| !text.text.trim().is_empty()) {
            sheet.flag(Flag::HiddenText);
        }
    }
    Ok(())
}

/// Where each thing that was saved lies, the latest edit's word first, and where the document does.
fn persisted(stream: &[u8], mut edit: u32) -> Option<(HashMap<u32, u32>, u32)> {
    let mut places = HashMap::new();
    let mut document = None;
    for _ in 0..MAX_EDITS {
        let record = Record::at(stream, edit).filter(|record| record.kind == USER_EDIT)?;
        let (last, directory) = (u32_at(record.body, 8)?, u32_at(record.body, 12)?);
        document = document.or(u32_at(record.body, 16));
        let directory = Record::at(stream, directory).filter(|record| record.kind == PERSIST_DIRECTORY)?;
        let mut entries = directory.body;
        while let Some(run) = u32_at(entries, 0) {
            let (first, count) = (run & 0x000f_ffff, run >> 20);
            for i in 0..count {
                let place = u32_at(entries, 4 + 4 * i as usize)?;
                places.entry(first + i).or_insert(place);
            }
            entries = entries.get(4 + 4 * count as usize..)?;
        }
        // An edit that comes before itself would be a ring.
        if last == 0 || last >= edit {
            break;
        }
        edit = last;
    }
    let document = *places.get(&document?)?;
    Some((places, document))
}

#[derive(Clone)]
struct Text {
    title: bool,
    text: String,
}

impl Text {
    /// Adds what a record says of a text: first its kind comes, then its characters.
    fn collect(record: &Record<'_>, texts: &mut Vec<Self>) {
        match record.kind {
            TEXT_HEADER => {
                // 0 and 6 are titles ([MS-PPT] 2.13.33).
                let title = matches!(u32_at(record.body, 0), Some(0 | 6));
                texts.push(Self { title, text: String::new() });
            }
            TEXT_CHARS | TEXT_BYTES => {
                if let Some(text) = texts.last_mut() {
                    let wide = record.kind == TEXT_CHARS;
                    text.text = if wide { utf16(record.body) } else { latin(record.body) };
                }
            }
            _ => {}
        }
    }
}

fn write(slide: u32, texts: &[Text], sheet: &mut Sheet) -> Result<(), ExtractError> {
    let title = texts.iter().find(|text| text.title && !text.text.trim().is_empty());
    let title = title.map(|title| encoding::clean(&title.text));
    let short = title.as_ref().map(|title| title.chars().take(MAX_HEADING).collect());
    let place = Place::Slide { slide, title: short };
    if let Some(title) = &title {
        sheet.set_title(title);
        sheet.push(BlockKind::Heading { level: 1 }, title, place.clone())?;
    }
    for text in texts.iter().filter(|text| !text.title) {
        // A paragraph ends with a carriage return, a line with a vertical tab.
        for paragraph in text.text.split('\r') {
            sheet.push(BlockKind::Paragraph, &paragraph.replace('\u{b}', "\n"), place.clone())?;
        }
    }
    Ok(())
}
