//! Strings of which letters look otherwise from one run to the next.

use std::collections::HashMap;
use std::rc::Rc;

use super::looks::Palette;
use crate::extract::ExtractError;
use crate::extract::look::Look;
use crate::extract::ooxml::{Node, attribute, walk};

/// Most bytes kept of the strings of a workbook, or of a sheet.
const MAX_KEPT: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Run {
    /// `None` is that of the cell.
    look: Option<Look>,
    text: String,
}

impl Run {
    /// Whether its letters are seen in a cell of this look.
    pub(super) fn is_seen(&self, cell: Look) -> bool {
        !self.look.map_or(cell, |own| Look { backed: cell.backed, ..own }).is_unseen()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

pub(super) type Runs = Rc<[Run]>;

/// How many bytes have been kept.
#[derive(Default)]
pub(super) struct Kept(usize);

impl Kept {
    fn add(&mut self, runs: &[Run]) -> Result<(), ExtractError> {
        self.0 += runs.iter().map(|run| run.text.len() + size_of::<Run>()).sum::<usize>();
        if self.0 > MAX_KEPT { Err(ExtractError::TooLarge) } else { Ok(()) }
    }
}

/// Reads one string while a part is walked through. Spaces and readings of signs are taken as the library that reads the
/// cells takes them.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an element that is open or not")]
pub(super) struct Reader {
    runs: Vec<Run>,
    in_run: bool,
    in_properties: bool,
    in_reading: bool,
    /// Where the text at hand begins in its run.
    begun: Option<usize>,
    keeps_space: bool,
}

impl Reader {
    pub(super) fn node(&mut self, node: Node<'_, '_>, palette: Palette) {
        match node {
            Node::Open("r", _) => {
                self.in_run = true;
                self.runs.push(Run::default());
            }
            Node::Close("r") => self.in_run = false,
            Node::Open("rPh", _) => self.in_reading = true,
            Node::Close("rPh") => self.in_reading = false,
            Node::Open("rPr", _) => {
                self.in_properties = true;
                self.last(|run| run.look = Some(Look::default()));
            }
            Node::Close("rPr") => self.in_properties = false,
            Node::Open(name, element) if self.in_properties => {
                self.last(|run| {
                    palette.add_look(run.look.get_or_insert_default(), name, element);
                });
            }
            Node::Open("t", element) if !self.in_reading => {
                if !self.in_run {
                    self.runs.push(Run::default());
                }
                self.keeps_space = attribute(element, "space").is_some_and(|space| space == "preserve");
                self.begun = self.runs.last().map(|run| run.text.len());
            }
            Node::Close("t") => {
                let (begun, keeps_space) = (self.begun.take(), self.keeps_space);
                self.last(|run| {
                    if let Some(begun) = begun.filter(|_| !keeps_space) {
                        let text = run.text.split_off(begun);
                        run.text.push_str(text.trim_matches([' ', '\t', '\r', '\n']));
                    }
                });
            }
            Node::Text(text) if self.begun.is_some() => self.last(|run| run.text.push_str(text)),
            _ => {}
        }
    }

    fn last(&mut self, change: impl FnOnce(&mut Run)) {
        if let Some(run) = self.runs.last_mut() {
            change(run);
        }
    }

    /// Ends the string: its runs, where the looks of any of them can decide what is seen. `conceals` says whether cells
    /// have looks that conceal letters without a look of their own.
    pub(super) fn end(&mut self, conceals: bool, kept: &mut Kept) -> Result<Option<Runs>, ExtractError> {
        let runs = std::mem::take(self).runs;
        let decides = |run: &Run| run.look.is_some_and(|look| conceals || look.is_unseen());
        if !runs.iter().any(decides) {
            return Ok(None);
        }
        kept.add(&runs)?;
        Ok(Some(runs.into()))
    }
}

/// Strings that cells share, by their numbers from 0: those of which the runs can decide what is seen.
#[derive(Default)]
pub(super) struct Strings(HashMap<usize, Runs>);

impl Strings {
    pub(super) fn of(xml: &str, palette: Palette, conceals: bool) -> Result<Self, ExtractError> {
        let mut strings = HashMap::new();
        // Most strings are of one look, and are not read twice.
        if !xml.contains("rPr") {
            return Ok(Self(strings));
        }
        let (mut reader, mut kept, mut number) = (Reader::default(), Kept::default(), 0);
        walk(xml, |node| {
            match node {
                Node::Close("si") => {
                    strings.extend(reader.end(conceals, &mut kept)?.map(|runs| (number, runs)));
                    number += 1;
                }
                node => reader.node(node, palette),
            }
            Ok(())
        })?;
        Ok(Self(strings))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, number: usize) -> Option<Runs> {
        self.0.get(&number).cloned()
    }
}
