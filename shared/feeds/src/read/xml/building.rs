//! A record of XML while it is read, within bounds.

use quick_xml::events::{BytesRef, BytesStart};

use crate::fault::RecordFault;
use crate::raw::{Content, Element, Raw};
use crate::read::{Found, MAX_RECORD};

/// Elements within each other in a record. What takes one apart calls itself for each.
const MAX_DEPTH: usize = 32;

/// The record at hand: its elements that are still open, the outermost first.
pub(super) struct Building {
    line: u64,
    open: Vec<Element>,
    size: usize,
    fault: Option<RecordFault>,
}

impl Building {
    pub(super) fn new(tag: &BytesStart<'_>, line: u64) -> Self {
        let mut record = Self { line, open: Vec::new(), size: 0, fault: None };
        record.enter(tag, 0);
        record
    }

    /// Opens an element that many levels below the record's own.
    pub(super) fn enter(&mut self, tag: &BytesStart<'_>, level: usize) {
        if level >= MAX_DEPTH {
            self.fault.get_or_insert(RecordFault::TooDeep);
        }
        let name = tag.name().into_inner();
        if self.open.len() != level
            || level >= MAX_DEPTH
            || !self.fits(name.len() + tag.attributes_raw().len())
        {
            return;
        }
        let mut element = Element { name: name.to_owned(), ..Element::default() };
        for attribute in tag.attributes().flatten() {
            let value = attribute.value.split_whitespace().collect::<Vec<_>>().join(" ");
            element.attributes.push((attribute.key.into_inner().to_owned(), unescaped(&value)));
        }
        self.open.push(element);
    }

    /// Closes it, if it was opened.
    pub(super) fn leave(&mut self, level: usize) {
        if self.open.len() == level + 1
            && let Some(element) = self.open.pop()
            && let Some(parent) = self.open.last_mut()
        {
            parent.content.push(Content::Element(element));
        }
    }

    pub(super) fn write(&mut self, piece: &str, level: usize) {
        if self.open.len() != level + 1 || !self.fits(piece.len()) {
            return;
        }
        let Some(element) = self.open.last_mut() else { return };
        // XML 1.0, 2.11: lines end in one way.
        let unified = piece.contains('\r').then(|| piece.replace("\r\n", "\n").replace('\r', "\n"));
        let piece = unified.as_deref().unwrap_or(piece);
        if let Some(Content::Text(text)) = element.content.last_mut() {
            text.push_str(piece);
        } else {
            element.content.push(Content::Text(piece.to_owned()));
        }
    }

    fn fits(&mut self, more: usize) -> bool {
        // An element of one letter costs more than its letter.
        self.size += more + size_of::<Element>();
        let fits = self.size <= MAX_RECORD;
        if !fits {
            self.fault.get_or_insert(RecordFault::TooLarge);
        }
        fits
    }

    pub(super) fn found(mut self) -> Found {
        while self.open.len() > 1 {
            self.leave(self.open.len() - 1);
        }
        let raw = Raw::Xml(self.open.pop().unwrap_or_default());
        Found { line: self.line, raw, fault: self.fault }
    }
}

pub(super) fn resolved(reference: &BytesRef<'_>) -> String {
    let named = quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned);
    let numbered = || reference.resolve_char_ref().ok().flatten().map(String::from);
    named.or_else(numbered).unwrap_or_else(|| format!("&{};", &**reference))
}

/// An attribute's value; references are read as in a text.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut pieces = value.split('&');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if let Some((name, after)) = piece.split_once(';') {
            text.push_str(&resolved(&BytesRef::new(name)));
            text.push_str(after);
        } else {
            text.push('&');
            text.push_str(piece);
        }
    }
    text
}
