//! XML, one record at a time. Entities are the five of the standard and numbers; another's name stays as it is written,
//! as feeds have `&nbsp;` in their texts, and is left to the step that reads HTML.

mod building;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::events::Event;

use self::building::{Building, resolved};
use super::Found;
use super::lines::Lines;
use crate::fault::FeedFault;
use crate::path::Path;

/// Elements within each other in the whole file.
const MAX_OPEN: usize = 256;

/// Reads on from where the last record ended.
pub(super) struct Xml<'f> {
    text: Cow<'f, str>,
    at: usize,
    lines: Lines,
    /// Where the records are, from the root.
    records: &'f [String],
    open: Vec<String>,
    /// Whether the root element was there, and what the records would be in.
    root: bool,
    parent: bool,
}

impl<'f> Xml<'f> {
    pub(super) fn new(text: Cow<'f, str>, records: Option<&'f Path>) -> Self {
        let records = records.map_or(&[][..], |path| path.names.as_slice());
        Self { text, at: 0, lines: Lines::new(), records, open: Vec::new(), root: false, parent: false }
    }

    pub(super) fn next(&mut self) -> Result<Option<Found>, FeedFault> {
        let Self { text, at, lines, records, open, root, parent } = self;
        let start = *at;
        let mut reader = Reader::from_str(&text[start..]);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        // It does not know the elements that were open before: ends are checked here.
        config.allow_unmatched_ends = true;
        config.check_end_names = false;

        let mut building: Option<Building> = None;
        loop {
            let here = start + reader.buffer_position() as usize;
            let mut malformed = || FeedFault::Malformed { line: lines.of(here, text.as_bytes()) };
            let event = reader.read_event().map_err(|error| match error {
                Error::Syntax(_) => FeedFault::Truncated,
                _ => malformed(),
            })?;
            match event {
                Event::Start(_) | Event::Empty(_) if open.is_empty() && *root => return Err(malformed()),
                Event::Start(tag) => {
                    if open.len() >= MAX_OPEN {
                        return Err(FeedFault::TooDeep);
                    }
                    open.push(tag.name().into_inner().to_owned());
                    *root = true;
                    *parent |= open[..] == records[..records.len().saturating_sub(1)];
                    if let Some(record) = &mut building {
                        record.enter(&tag, open.len() - records.len());
                    } else if open == records {
                        *parent = true;
                        building = Some(Building::new(&tag, lines.of(here, text.as_bytes())));
                    }
                }
                Event::Empty(tag) => {
                    *root = true;
                    let name = tag.name().into_inner();
                    let is_at = |path: &[String]| {
                        path.split_last().is_some_and(|(last, before)| last == name && before == &open[..])
                    };
                    *parent |= is_at(&records[..records.len().saturating_sub(1)]);
                    if let Some(record) = &mut building {
                        let level = open.len() + 1 - records.len();
                        record.enter(&tag, level);
                        record.leave(level);
                    } else if is_at(records) {
                        *parent = true;
                        *at = start + reader.buffer_position() as usize;
                        let record = Building::new(&tag, lines.of(here, text.as_bytes()));
                        return Ok(Some(record.found()));
                    }
                }
                Event::End(tag) => {
                    if open.last().map(String::as_str) != Some(tag.name().into_inner()) {
                        return Err(malformed());
                    }
                    if let Some(mut record) = building.take() {
                        if open.len() == records.len() {
                            open.pop();
                            *at = start + reader.buffer_position() as usize;
                            return Ok(Some(record.found()));
                        }
                        record.leave(open.len() - records.len());
                        building = Some(record);
                    }
                    open.pop();
                }
                Event::Text(piece) => {
                    if let Some(record) = &mut building {
                        record.write(&piece, open.len() - records.len());
                    } else if open.is_empty() && !piece.trim().is_empty() {
                        return Err(malformed());
                    }
                }
                Event::CData(piece) => {
                    if let Some(record) = &mut building {
                        record.write(&piece, open.len() - records.len());
                    }
                }
                Event::GeneralRef(reference) => {
                    if let Some(record) = &mut building {
                        record.write(&resolved(&reference), open.len() - records.len());
                    }
                }
                Event::DocType(text) if text.to_ascii_uppercase().contains("<!ENTITY") => {
                    return Err(FeedFault::EntityDeclaration);
                }
                Event::Eof if !open.is_empty() => return Err(FeedFault::Truncated),
                Event::Eof if !*root => return Err(malformed()),
                Event::Eof if !*parent => return Err(FeedFault::NoRecords),
                Event::Eof => {
                    *at = text.len();
                    return Ok(None);
                }
                Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }
}
